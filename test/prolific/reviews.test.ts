/** Approving, rejecting, and taking a rejection back. */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { Agent } from "../../src/Agents.js"
import { Agents } from "../../src/index.js"
import { restlessLayer } from "../support/clocks.js"
import type { Double } from "../support/prolific/double.js"
import type { Fault } from "../support/prolific/faults.js"
import { callsOf, on } from "./onProlific.js"
import { arrived, finished, out, submissionOf, sync } from "./participants.js"

const transition = "POST /api/v1/submissions/{id}/transition/"
const minute = 60_000

const words =
  "You were asked to read each of the ten texts to its end, and you have answered all of them within four seconds."
const short = "You were too quick."

/** Somebody whose work is in, and seen at Prolific. */
const worked = (double: Double) =>
  Effect.gen(function* () {
    const { run } = yield* out(double, 2)
    const done = yield* finished(double, run)
    return { run, ...done }
  })

const approve = ({ id }: Agent, options?: Agents.ApproveOptions) =>
  Effect.flatMap(Agents.Agents, (agents) => agents.approve(id, options))

const reject = ({ id }: Agent, feedback: string, category?: string) =>
  Effect.flatMap(Agents.Agents, (agents) => agents.reject(id, feedback, { category }))

const transitions = (double: Double) => double.calls.filter(({ call }) => call === transition).map(({ body }) => body)

const lost: ReadonlyArray<readonly [string, Fault]> = [
  ["cut off before it was done", { kind: "drop", after: false }],
  ["cut off after it was done", { kind: "drop", after: true }],
  ["a 503 before it was done", { kind: "break", status: 503, after: false }],
  ["a 502 after it was done", { kind: "break", status: 502, after: true }],
  ["a page of HTML after it was done", { kind: "garble", text: "<html>" }],
  ["one call too many", { kind: "refuse", status: 429 }]
]

describe("approving", () => {
  it.scopedLive(
    "pays a submission once, however often it is asked for",
    on((double) =>
      Effect.gen(function* () {
        const { agent, submission } = yield* worked(double)
        expect(yield* approve(agent)).toMatchObject({ status: "approved", repeated: false })
        expect(yield* approve(agent)).toMatchObject({ status: "approved", repeated: true })
        expect(transitions(double)).toEqual([{ action: "APPROVE" }])
        expect(submissionOf(double, submission)).toMatchObject({ status: "APPROVED", paid: 60 })
      })
    )
  )

  for (const [words, fault] of lost) {
    it.scopedLive(
      `pays once where the answer was ${words}`,
      on((double) =>
        Effect.gen(function* () {
          const { agent, submission } = yield* worked(double)
          double.faults.next(transition, fault)
          expect(yield* approve(agent)).toMatchObject({ status: "approved" })
          expect(submissionOf(double, submission)).toMatchObject({ status: "APPROVED", paid: 60 })
        }).pipe(Effect.provide(restlessLayer(20)))
      )
    )
  }

  it.scopedLive(
    "takes a refusal for what the submission shows: somebody else may have approved it",
    on((double) =>
      Effect.gen(function* () {
        const { agent, submission } = yield* worked(double)
        submissionOf(double, submission).status = "APPROVED"
        expect(yield* approve(agent)).toMatchObject({ status: "approved" })
        expect(transitions(double)).toEqual([])
      })
    )
  )

  it.scopedLive(
    "takes PROCESSING for an answer",
    on(
      (double) =>
        Effect.gen(function* () {
          const { agent } = yield* worked(double)
          expect(yield* approve(agent)).toMatchObject({ status: "approved" })
          expect(transitions(double).length).toBe(1)
        }),
      { settings: { switches: { processingLooks: 3 } } }
    )
  )

  it.scopedLive(
    "does not race the redirect: whoever has not handed in at Prolific yet is not approved yet",
    on((double) =>
      Effect.gen(function* () {
        const { run } = yield* out(double)
        const { agent } = yield* arrived(double, run)
        const agents = yield* Agents.Agents
        yield* agents.submit({ agent: agent.id, worker: agent.worker, answers: { label: "good" } })
        expect(yield* Effect.flip(approve(agent))).toMatchObject({ _tag: "ProviderError", reason: "NotYet" })
        expect(transitions(double)).toEqual([])
      }).pipe(Effect.provide(restlessLayer(50)))
    )
  )

  /** Handed in to us, and then left Prolific without the code: by time, or by giving it back. */
  const left = (double: Double) =>
    Effect.gen(function* () {
      const { run } = yield* out(double, 2)
      const agents = yield* Agents.Agents
      const here = Effect.gen(function* () {
        const { agent, submission } = yield* arrived(double, run)
        yield* agents.submit({ agent: agent.id, worker: agent.worker, answers: { label: "good" } })
        return { agent, submission }
      })
      const [late, gone] = [yield* here, yield* here]
      double.people.giveBack(gone.submission)
      double.advance(61 * minute)
      const statuses = [late, gone].map(({ submission }) => submissionOf(double, submission).status)
      expect(statuses).toEqual(["TIMED-OUT", "RETURNED"])
      return { late, gone }
    })

  it.scopedLive(
    "pays whoever handed in to us, and ran out of time or gave it back at Prolific",
    on((double) =>
      Effect.gen(function* () {
        for (const { agent, submission } of Object.values(yield* left(double))) {
          expect(yield* approve(agent)).toMatchObject({ status: "approved" })
          expect(submissionOf(double, submission)).toMatchObject({ status: "APPROVED", paid: 60 })
        }
      })
    )
  )

  it.scopedLive(
    "is not needed to refuse what was given back, and what ran out of time may still be handed in",
    on((double) =>
      Effect.gen(function* () {
        const { gone, late } = yield* left(double)
        expect(yield* reject(gone.agent, words, "NO_CODE")).toMatchObject({ status: "rejected" })
        expect(transitions(double)).toEqual([])
        const error = yield* Effect.flip(reject(late.agent, words, "NO_CODE"))
        expect(error).toMatchObject({ _tag: "ProviderError", reason: "Rejected" })
        expect(error.message).toContain("late code")
      })
    )
  )
})

describe("a soft rejection", () => {
  it.scopedLive(
    "pays, and keeps whoever it is from more studies",
    on((double) =>
      Effect.gen(function* () {
        const { agent, submission } = yield* worked(double)
        const agents = yield* Agents.Agents
        expect(yield* agents.softReject(agent.id)).toMatchObject({ status: "soft_rejected" })
        expect(submissionOf(double, submission)).toMatchObject({ status: "APPROVED", paid: 60 })
        const group = [...double.world.groups.values()].find(({ name }) => name === "effect-crowd: soft-rejected")
        expect([...(group?.members.keys() ?? [])]).toEqual([agent.workerName])
        const blocklists = [...double.world.studies.values()].flatMap(({ fields }) => fields.filters ?? [])
        expect(JSON.stringify(blocklists)).toContain(group?.id)
      })
    )
  )
})

describe("rejecting", () => {
  it.scopedLive(
    "without a category of Prolific's, or with less than 100 characters, asks for what is missing before anything is sent",
    on((double) =>
      Effect.gen(function* () {
        const { agent } = yield* worked(double)
        for (const [feedback, category] of [
          [words, undefined],
          [words, "BORING"],
          [short, "TOO_QUICKLY"],
          [` ${short}${" ".repeat(100)}`, "TOO_QUICKLY"]
        ] as const) {
          expect(yield* Effect.flip(reject(agent, feedback, category))).toMatchObject({ _tag: "InvalidFeedback" })
        }
        expect(transitions(double)).toEqual([])
      })
    )
  )

  it.scopedLive(
    "sends the requester's own words, and the category as a text",
    on((double) =>
      Effect.gen(function* () {
        const { agent, submission } = yield* worked(double)
        expect(yield* reject(agent, words, "TOO_QUICKLY")).toMatchObject({ status: "rejected" })
        expect(transitions(double)).toEqual([{ action: "REJECT", message: words, rejection_category: "TOO_QUICKLY" }])
        expect(submissionOf(double, submission)).toMatchObject({ status: "REJECTED", paid: 0 })
      })
    )
  )

  for (const [how, fault] of lost) {
    it.scopedLive(
      `reads the submission again where the answer was ${how}`,
      on((double) =>
        Effect.gen(function* () {
          const { agent, submission } = yield* worked(double)
          double.faults.next(transition, fault)
          expect(yield* reject(agent, words, "LOW_EFFORT")).toMatchObject({ status: "rejected" })
          expect(submissionOf(double, submission).status).toBe("REJECTED")
        }).pipe(Effect.provide(restlessLayer(20)))
      )
    )
  }

  it.scopedLive(
    "does not loop over what was approved meanwhile",
    on((double) =>
      Effect.gen(function* () {
        const { agent, submission } = yield* worked(double)
        submissionOf(double, submission).status = "APPROVED"
        const error = yield* Effect.flip(reject(agent, words, "LOW_EFFORT"))
        expect(error).toMatchObject({ _tag: "ProviderError", reason: "Rejected" })
        expect(error.message).toContain("sync")
        expect(callsOf(double, transition)).toBe(0)
      })
    )
  )
})

describe("overriding a rejection", () => {
  const rejected = (double: Double) =>
    Effect.gen(function* () {
      const { agent, run, submission } = yield* worked(double)
      yield* reject(agent, words, "LOW_EFFORT")
      return { agent, run, submission }
    })

  for (const unreject of ["AWAITING REVIEW", "APPROVED"] as const) {
    it.scopedLive(
      `pays where UNREJECT makes it ${unreject}`,
      on(
        (double) =>
          Effect.gen(function* () {
            const { agent, submission } = yield* rejected(double)
            expect(yield* approve(agent, { overrideRejection: true })).toMatchObject({ status: "approved" })
            expect(submissionOf(double, submission)).toMatchObject({ status: "APPROVED", paid: 60 })
          }),
        { settings: { switches: { unreject } } }
      )
    )
  }

  it.scopedLive(
    "says what to do where Prolific does not take it back, and where somebody has, a sync sees it",
    on(
      (double) =>
        Effect.gen(function* () {
          const { agent, run, submission } = yield* rejected(double)
          const error = yield* Effect.flip(approve(agent, { overrideRejection: true }))
          expect(error).toMatchObject({ _tag: "ProviderError", reason: "Rejected" })
          expect(error.message).toContain(`support to overturn the rejection of submission ${submission}`)
          submissionOf(double, submission).status = "APPROVED"
          yield* sync(run)
          const agents = yield* Agents.Agents
          expect((yield* agents.get(agent.id)).status).toBe("approved")
        }),
      { settings: { switches: { unreject: "refused" } } }
    )
  )
})
