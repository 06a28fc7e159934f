/** Who comes by a study's link is believed once Prolific has confirmed it. */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { Agents } from "../../src/index.js"
import { later, restlessLayer } from "../support/clocks.js"
import { callsOf, on } from "./onProlific.js"
import { arrived, completedCode, dataOf, finished, out } from "./participants.js"

const look = "GET /api/v1/submissions/{id}/"
const minute = 60_000

const register = (run: Parameters<Agents.Service["register"]>[0], data: unknown) =>
  Effect.flatMap(Agents.Agents, (agents) => agents.register(run, data))

const madeUp = "65fe5c837109aaaaaaaaaaaa"

describe("arrivals", () => {
  it.scopedLive(
    "lets in whoever has a submission, and asks no more about them when they open the link again",
    on((double) =>
      Effect.gen(function* () {
        const { run, study } = yield* out(double, 2)
        const { agent, link, submission } = yield* arrived(double, run)
        expect(agent).toMatchObject({ workerName: dataOf(link).participant, remoteId: { value: submission } })
        const again = yield* register(run, dataOf(link))
        expect([again.id, again.repeated]).toEqual([agent.id, true])
        expect(callsOf(double, look)).toBe(1)
        expect(study.id).toBe(dataOf(link).study)
      })
    )
  )

  it.scopedLive(
    "ids made up in a link are refused, and cost one call for as long as the refusal is remembered",
    on((double) =>
      Effect.gen(function* () {
        const { run, study } = yield* out(double)
        const forged = { participant: double.people.join(), study: study.id, submission: madeUp }
        const come = Effect.flip(register(run, forged))
        for (let i = 0; i < 5; i++) expect(yield* come).toMatchObject({ _tag: "InvalidProviderData" })
        expect(callsOf(double, look)).toBe(1)
        yield* later("16 seconds", come)
        expect(callsOf(double, look)).toBe(2)
      })
    )
  )

  it.scopedLive(
    "somebody else's submission is nobody's, and a study that is not the run's costs no call",
    on((double) =>
      Effect.gen(function* () {
        const { run, study } = yield* out(double, 3)
        const { submission } = double.people.arrive(study.id)
        const thief = { participant: double.people.join(), study: study.id, submission }
        expect(yield* Effect.flip(register(run, thief))).toMatchObject({ _tag: "InvalidProviderData" })
        const before = callsOf(double, look)
        const elsewhere = { ...thief, study: madeUp }
        expect(yield* Effect.flip(register(run, elsewhere))).toMatchObject({ _tag: "InvalidProviderData" })
        expect(callsOf(double, look)).toBe(before)
      })
    )
  )

  it.scopedLive(
    "a submission that is over lets nobody in",
    on((double) =>
      Effect.gen(function* () {
        const { run, study } = yield* out(double, 4)
        const come = () => double.people.arrive(study.id)
        const [returned, late, done] = [come(), come(), come()]
        double.people.giveBack(returned.submission)
        double.people.submit(done.submission, completedCode(double))
        double.advance(61 * minute)
        for (const [{ link }, words] of [
          [returned, "returned"],
          [late, "out of time"],
          [done, "handed in"]
        ] as const) {
          const error = yield* Effect.flip(register(run, dataOf(link)))
          expect(error.message).toContain(words)
        }
      })
    )
  )

  it.scopedLive(
    "where Prolific cannot be asked nobody is let in, and nobody is taken for a forger",
    on((double) =>
      Effect.gen(function* () {
        const { run, study } = yield* out(double)
        const { link } = double.people.arrive(study.id)
        double.faults.next(look, { kind: "break", status: 503, after: false }, 20)
        const error = yield* Effect.flip(register(run, dataOf(link)))
        expect(error).toMatchObject({ _tag: "ProviderError", reason: "Unavailable" })
        double.faults.storm()
        yield* Effect.repeatN(Effect.ignore(register(run, dataOf(link))), 4)
        expect((yield* register(run, dataOf(link))).remoteId).toMatchObject({ value: dataOf(link).submission })
      }).pipe(Effect.provide(restlessLayer(100)))
    )
  )

  it.scopedLive(
    "participants who open the link twice have one submission, and one unit",
    on((double) =>
      Effect.gen(function* () {
        const { run } = yield* out(double, 2)
        const { agent, submission } = yield* finished(double, run)
        const link = double.people.link(submission)
        expect(yield* register(run, dataOf(link))).toMatchObject({ id: agent.id, repeated: true })
      })
    )
  )
})
