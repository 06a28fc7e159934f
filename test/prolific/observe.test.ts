/** Watching by lists: complete, whatever their pages do, and with a word for every status. */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { Agents, type Ids, Units } from "../../src/index.js"
import { callsOf, on, onlyStudy } from "./onProlific.js"
import { arrived, completedCode, finished, noWorkCode, out, submissionOf, sync } from "./participants.js"

const minute = 60_000
const list = "GET /api/v1/submissions/"

const agentsOf = (run: Ids.RunId) =>
  Effect.flatMap(Agents.Agents, (agents) => Effect.map(Stream.runCollect(agents.list(run)), (all) => [...all]))

const statusesOf = (run: Ids.RunId) =>
  Effect.flatMap(Units.Units, (units) =>
    Effect.map(Stream.runCollect(units.list(run)), (all) => [...all].map(({ status }) => status))
  )

describe("watching", () => {
  it.scopedLive(
    "the 21st participant is found, and the 221st, though a list stops at 20 and a `next` names a host that is not there",
    on(
      (double) =>
        Effect.gen(function* () {
          const { run, study } = yield* out(double, 221)
          for (let n = 0; n < 221; n++) {
            double.people.submit(double.people.arrive(study.id).submission, completedCode(double))
          }
          yield* sync(run)
          const agents = yield* agentsOf(run)
          expect(agents.filter(({ status }) => status === "completed").length).toBe(221)
          expect(callsOf(double, list)).toBe(3)
          expect(yield* sync(run)).toBe(0)
        }),
      { settings: { switches: { internalNext: true } } }
    )
  )

  it.scopedLive(
    "asks for the submissions of one study, never of all",
    on((double) =>
      Effect.gen(function* () {
        const { run, study } = yield* out(double)
        yield* sync(run)
        const asked = double.calls.filter(({ call }) => call === list).map(({ path }) => path)
        expect(asked.every((path) => path.includes(`study=${study.id}`))).toBe(true)
      })
    )
  )

  it.scopedLive(
    "TIMED-OUT is not the end: who hands in late is taken in",
    on((double) =>
      Effect.gen(function* () {
        const { run } = yield* out(double)
        const { agent, submission } = yield* arrived(double, run)
        double.advance(61 * minute)
        yield* sync(run)
        const agents = yield* Agents.Agents
        expect((yield* agents.get(agent.id)).status).toBe("expired")
        double.people.submit(submission, completedCode(double))
        yield* sync(run)
        expect((yield* agents.get(agent.id)).status).toBe("completed")
        expect(yield* statusesOf(run)).toEqual(["completed"])
      })
    )
  )

  it.scopedLive(
    "a submission without answers of ours is there to be reviewed by a person: NOCODE, or a tab that was closed",
    on((double) =>
      Effect.gen(function* () {
        const { run, study } = yield* out(double, 2)
        const { agent, submission } = yield* arrived(double, run)
        double.people.submit(submission, "NOCODE")
        double.people.submit(double.people.arrive(study.id).submission, "NOCODE")
        yield* sync(run)
        const agents = yield* Agents.Agents
        const all = yield* agentsOf(run)
        expect(all.map(({ answers, status }) => [status, Option.isNone(answers)])).toEqual([
          ["completed", true],
          ["completed", true]
        ])
        yield* Stream.runDrain(agents.approveAll(run))
        expect((yield* agents.get(agent.id)).status).toBe("completed")
        expect(submissionOf(double, submission).paid).toBe(0)
        expect(yield* agents.approve(agent.id)).toMatchObject({ status: "approved" })
      })
    )
  )

  it.scopedLive(
    "whoever left with the code of those who got no unit takes none",
    on((double) =>
      Effect.gen(function* () {
        const { run, study } = yield* out(double, 2)
        double.people.submit(double.people.arrive(study.id).submission, `${noWorkCode(double)}.`)
        yield* sync(run)
        expect(yield* agentsOf(run)).toEqual([])
        expect(yield* statusesOf(run)).toEqual(["launched", "launched"])
      })
    )
  )

  it.scopedLive(
    "what is approved, rejected or returned at Prolific is so here, and of a status nobody has heard of nothing is told",
    on((double) =>
      Effect.gen(function* () {
        const { run } = yield* out(double, 4)
        const [one, two, three] = [
          yield* finished(double, run),
          yield* finished(double, run),
          yield* arrived(double, run)
        ]
        submissionOf(double, one.submission).status = "APPROVED"
        submissionOf(double, two.submission).status = "REJECTED"
        double.people.giveBack(three.submission)
        yield* sync(run)
        const agents = yield* Agents.Agents
        const statuses = yield* Effect.forEach([one, two, three], ({ agent }) => agents.get(agent.id))
        expect(statuses.map(({ status }) => status)).toEqual(["approved", "rejected", "returned"])
      })
    )
  )

  it.scopedLive(
    "a study that somebody stopped at Prolific offers its places no more",
    on((double) =>
      Effect.gen(function* () {
        const { run, study } = yield* out(double, 3)
        const { agent } = yield* finished(double, run)
        const agents = yield* Agents.Agents
        yield* agents.approve(agent.id)
        study.stopped = true
        study.status = "COMPLETED"
        yield* sync(run)
        expect(yield* statusesOf(run)).toEqual(["accepted", "expired", "expired"])
      })
    )
  )

  it.scopedLive(
    "a full study that Prolific paused because a place came back is started again, one that a person paused is not",
    on((double) =>
      Effect.gen(function* () {
        const { run } = yield* out(double, 2)
        const study = onlyStudy(double)
        study.status = "PAUSED"
        yield* sync(run)
        expect(study.status).toBe("PAUSED")
        study.status = "ACTIVE"
        yield* finished(double, run)
        const { submission } = yield* arrived(double, run)
        double.people.submit(submission, completedCode(double))
        double.people.giveBack(submission)
        expect(study.status).toBe("PAUSED")
        yield* sync(run)
        yield* sync(run)
        expect(study.status).toBe("ACTIVE")
        yield* finished(double, run)
      })
    )
  )

  it.scopedLive(
    "fails where a list ends before it is complete, and tells what it has",
    on((double) =>
      Effect.gen(function* () {
        const { run } = yield* out(double)
        const { agent, submission } = yield* arrived(double, run)
        double.people.submit(submission, completedCode(double))
        double.faults.next(list, {
          kind: "garble",
          text: JSON.stringify({ results: [], meta: { count: 1 }, _links: { next: { href: null } } })
        })
        expect(yield* Effect.flip(sync(run))).toMatchObject({ _tag: "ProviderError", reason: "Malformed" })
        yield* sync(run)
        expect((yield* Effect.flatMap(Agents.Agents, (agents) => agents.get(agent.id))).status).toBe("completed")
      })
    )
  )
})
