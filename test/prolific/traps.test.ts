/** How Prolific hurts in practice (FACTS §4), each with a test by its name; money and hooks in files of their own. */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { Agents, Messages, type TaskRuns, Units, Workers } from "../../src/index.js"
import type { Double } from "../support/prolific/double.js"
import type { CallName } from "../support/prolific/operations.js"
import { newId } from "../support/prolific/world.js"
import { accept, come, launched, on, opened, studyOf, submit, sync } from "./market.js"

const minute = 60_000
const day = 24 * 60 * minute

const callsTo = ({ calls }: Double, name: CallName) => calls.filter(({ call }) => call === name)

/** How the agents of a run are, in the order in which they came. */
const statusesOf = ({ id }: TaskRuns.TaskRun) =>
  Effect.gen(function* () {
    const agents = yield* Agents.Agents
    return [...(yield* Stream.runCollect(agents.list(id)))].map(({ status }) => status)
  })

/** So many people come to the study and hand in with the right code, without our pages. */
const many = ({ people, world }: Double, run: TaskRuns.TaskRun, count: number) =>
  Effect.map(studyOf(run), (study) => {
    const code = world.studies.get(study)?.fields.completion_codes?.[0]?.code ?? ""
    for (let n = 0; n < count; n++) people.submit(people.arrive(study).submission, code)
  })

describe("a list stops at 20", () => {
  it.live(
    "the 101st participant is seen",
    on((double) =>
      Effect.gen(function* () {
        const run = yield* launched(101)
        yield* many(double, run, 101)
        yield* sync(run)
        expect((yield* statusesOf(run)).filter((status) => status === "completed")).toHaveLength(101)
      })
    )
  )

  it.live(
    "a list that ends before its own count is not taken for the whole",
    on((double) =>
      Effect.gen(function* () {
        const run = yield* launched(3)
        yield* many(double, run, 3)
        double.switches.listsStopAt = 2
        expect(yield* Effect.flip(sync(run))).toMatchObject({ _tag: "ProviderError", reason: "Malformed" })
        double.switches.listsStopAt = Number.POSITIVE_INFINITY
        yield* sync(run)
        expect(yield* statusesOf(run)).toHaveLength(3)
      })
    )
  )
})

describe("a page past the end is 404", () => {
  it.live(
    "a full last page is the end, even where it names a next one",
    on(
      (double) =>
        Effect.gen(function* () {
          const run = yield* launched(100)
          yield* many(double, run, 100)
          yield* sync(run)
          expect(yield* statusesOf(run)).toHaveLength(100)
          expect(double.calls.filter(({ status }) => status === 404)).toEqual([])
        }),
      { double: { switches: { nextAtEnd: true } } }
    )
  )
})

describe("the host of a `next` is internal, and some lists ignore `limit`", () => {
  const crowded = ({ workspace, world }: Double) => {
    for (let n = 0; n < 150; n++) {
      const group = { workspace, createdAt: 0, name: `Group ${n}`, description: undefined, isDeleted: false }
      const id = newId()
      world.groups.set(id, { ...group, id, members: new Map() })
    }
  }

  for (const limitIgnored of [false, true]) {
    it.live(
      `the 151st group is found where limit is ${limitIgnored ? "ignored" : "obeyed"}`,
      on(
        (double) =>
          Effect.gen(function* () {
            crowded(double)
            const run = yield* launched()
            const { worker } = yield* accept(run)
            const workers = yield* Workers.Workers
            const { requester } = run
            yield* workers.block(worker, { requester }, "answers at random")
            expect(yield* workers.isBlocked(worker, { requester })).toBe(true)
            expect([...double.world.groups.values()].filter(({ members }) => members.size > 0)).toHaveLength(1)
          }),
        { double: { switches: { internalNext: true, limitIgnored } } }
      )
    )
  }
})

describe("a study of None lists the whole account", () => {
  it.live(
    "a list of submissions always names the study, and another run's are never ours",
    on((double) =>
      Effect.gen(function* () {
        const [mine, other] = [yield* launched(), yield* launched(1, { title: "Another" })]
        yield* many(double, other, 1)
        yield* sync(mine)
        expect(yield* statusesOf(mine)).toEqual([])
        const study = yield* studyOf(mine)
        const paths = callsTo(double, "GET /api/v1/submissions/").map(({ path }) => path)
        expect(paths.length).toBeGreaterThan(0)
        for (const path of paths) expect(path).toContain(`study=${study}`)
      })
    )
  )
})

describe("approving races the redirect", () => {
  it.live(
    "what is answered and not handed in yet is approved once it is, by looking, never by the browser",
    on(() =>
      Effect.gen(function* () {
        const agents = yield* Agents.Agents
        const run = yield* launched()
        const agent = yield* accept(run)
        yield* agents.submit({ agent: agent.id, worker: agent.worker, answers: { label: "good" } })
        expect(yield* Effect.flip(agents.approve(agent.id))).toMatchObject({ reason: "NotYet" })
        yield* submit(agent)
        expect((yield* agents.approve(agent.id)).status).toBe("approved")
      })
    )
  )

  it.live(
    "who closed the tab or had no code is seen, and never approved by itself",
    on((double) =>
      Effect.gen(function* () {
        const agents = yield* Agents.Agents
        const run = yield* launched(2)
        const { submission } = yield* come(run)
        double.people.submit(submission, "NOCODE")
        yield* submit(yield* accept(run))
        yield* sync(run)
        yield* Stream.runDrain(agents.approveAll(run.id))
        expect((yield* statusesOf(run)).toSorted()).toEqual(["approved", "completed"])
        expect(double.world.submissions.get(submission)?.status).toBe("AWAITING REVIEW")
      })
    )
  )
})

describe("TIMED-OUT, then AWAITING REVIEW", () => {
  it.live(
    "a late submission is taken although its time was over",
    on((double) =>
      Effect.gen(function* () {
        const run = yield* launched()
        const { submission } = yield* come(run)
        double.advance(11 * minute)
        yield* sync(run)
        double.people.submit(submission, "NOCODE")
        yield* sync(run)
        expect(yield* statusesOf(run)).toContain("completed")
      })
    )
  )

  it.live(
    "of somebody whom our pages had let in, too",
    on((double) =>
      Effect.gen(function* () {
        const run = yield* launched()
        const agent = yield* accept(run)
        double.advance(11 * minute)
        yield* sync(run)
        expect(yield* statusesOf(run)).toEqual(["expired"])
        yield* submit(agent)
        yield* sync(run)
        expect(yield* statusesOf(run)).toEqual(["completed"])
      })
    )
  )
})

const note =
  "The third text is praise from beginning to end, and you called it bad; so were the next five, all of them."

/** A run of which one submission waits to be judged. */
const waiting = Effect.gen(function* () {
  const run = yield* launched()
  const agent = yield* submit(yield* accept(run))
  yield* sync(run)
  return { run, agent, submission: Option.getOrElse(agent.remoteId, () => "") }
})

const judging: CallName = "POST /api/v1/submissions/{id}/transition/"

describe("a rejection's category in a list, and its error swallowed", () => {
  it.live(
    "the category is a text, and after an error the status is read again",
    on((double) =>
      Effect.gen(function* () {
        const agents = yield* Agents.Agents
        const { agent, submission } = yield* waiting
        double.faults.next(judging, { kind: "break", status: 502, after: true })
        yield* agents.reject(agent.id, note, { category: "LOW_EFFORT" })
        expect(callsTo(double, judging).map(({ body }) => body)).toEqual([
          { action: "REJECT", message: note, rejection_category: "LOW_EFFORT" }
        ])
        expect(double.world.submissions.get(submission)?.status).toBe("REJECTED")
      })
    )
  )

  it.live(
    "what Prolific refused is not rejected here either",
    on((double) =>
      Effect.gen(function* () {
        const agents = yield* Agents.Agents
        const { agent } = yield* waiting
        double.faults.next(judging, { kind: "refuse", status: 400, detail: "You have reached your rejection limit." })
        const error = yield* Effect.flip(agents.reject(agent.id, note, { category: "LOW_EFFORT" }))
        expect(error.message).toContain("rejection limit")
        expect((yield* agents.get(agent.id)).status).toBe("completed")
      })
    )
  )
})

describe("a canned text in place of the reviewer's note", () => {
  it.live(
    "what is missing is asked of the reviewer, and nothing is sent",
    on((double) =>
      Effect.gen(function* () {
        const agents = yield* Agents.Agents
        const { agent } = yield* waiting
        expect(yield* Effect.flip(agents.reject(agent.id, "Wrong.", { category: "LOW_EFFORT" }))).toMatchObject({
          _tag: "InvalidFeedback"
        })
        expect(yield* Effect.flip(agents.reject(agent.id, note))).toMatchObject({ _tag: "InvalidFeedback" })
        expect(callsTo(double, judging)).toEqual([])
      })
    )
  )
})

describe("statuses that nobody has heard of", () => {
  it.live(
    "PROCESSING decides nothing, and passes",
    on(
      (double) =>
        Effect.gen(function* () {
          const agents = yield* Agents.Agents
          const { agent, run } = yield* waiting
          expect((yield* agents.approve(agent.id)).status).toBe("approved")
          yield* sync(run)
          expect(yield* statusesOf(run)).toEqual(["approved"])
          expect(double.world.submissions.get(Option.getOrElse(agent.remoteId, () => ""))?.status).toBe("APPROVED")
        }),
      { double: { switches: { processingLooks: 3 } } }
    )
  )

  it.live(
    "a study is PUBLISHING for a while",
    on(
      (double) =>
        Effect.gen(function* () {
          const run = yield* launched(2)
          yield* Stream.runDrain((yield* Units.Units).launch(run.id))
          expect(callsTo(double, "POST /api/v1/studies/{id}/transition/")).toHaveLength(1)
        }),
      { double: { switches: { publishingLooks: 5 } } }
    )
  )

  it.live(
    "a balance is compared, not only looked at: nothing is launched that it does not pay",
    on(
      (double) =>
        Effect.gen(function* () {
          const run = yield* opened(2)
          const error = yield* Effect.flip(Stream.runDrain((yield* Units.Units).launch(run.id)))
          expect(error).toMatchObject({ _tag: "InsufficientFunds" })
          expect([...double.world.studies.values()].map(({ status }) => status)).toEqual(["UNPUBLISHED"])
        }),
      { double: { workspaces: [{ title: "Poor", currency: "GBP", balance: 167, projects: ["P"] }] } }
    )
  )
})

describe("`eligibility_requirements` and `completion_code` are gone", () => {
  it.live(
    "a study has filters and completion codes",
    on((double) =>
      Effect.gen(function* () {
        yield* launched()
        const [made] = callsTo(double, "POST /api/v1/studies/")
        expect(made?.body).toMatchObject({ filters: expect.any(Array), completion_codes: expect.any(Array) })
        expect(Object.keys(made?.body ?? {})).not.toContain("eligibility_requirements")
        expect(Object.keys(made?.body ?? {})).not.toContain("completion_code")
      })
    )
  )
})

describe("a clone is blocked to everybody who took part before", () => {
  it.live(
    "a run is made, found again and given more places, never cloned",
    on((double) =>
      Effect.gen(function* () {
        const run = yield* launched(2)
        yield* Stream.runDrain((yield* Units.Units).launch(run.id))
        expect(double.calls.filter(({ path }) => path.includes("clone"))).toEqual([])
        expect(callsTo(double, "POST /api/v1/studies/")).toHaveLength(1)
      })
    )
  )
})

describe("participants open their link again", () => {
  it.live(
    "a session is one agent, however often it comes",
    on(() =>
      Effect.gen(function* () {
        const agents = yield* Agents.Agents
        const run = yield* launched(2)
        const data = yield* come(run)
        const first = yield* agents.register(run.id, data)
        const again = yield* agents.register(run.id, data)
        expect([again.id, again.repeated]).toEqual([first.id, true])
        expect(yield* statusesOf(run)).toHaveLength(1)
      })
    )
  )
})

describe("messages are answered without a body", () => {
  it.live(
    "one that was sent is sent, by one call",
    on((double) =>
      Effect.gen(function* () {
        const { agent } = yield* waiting
        const messages = yield* Messages.Messages
        const sent = yield* messages.send([agent.worker], { subject: "Thank you", text: "It was good work." })
        expect(sent).toEqual([{ _tag: "Sent", worker: agent.worker }])
        expect(callsTo(double, "POST /api/v1/messages/")).toHaveLength(1)
        expect(callsTo(double, "GET /api/v1/messages/")).toEqual([])
      })
    )
  )
})

describe("auto-approval at 21 days, and a full study that pauses", () => {
  it.live(
    "what Prolific approved is approved here",
    on((double) =>
      Effect.gen(function* () {
        const { run } = yield* waiting
        double.advance(21 * day)
        yield* sync(run)
        expect(yield* statusesOf(run)).toEqual(["approved"])
      })
    )
  )

  it.live(
    "a place that comes back to a full study is on offer again",
    on((double) =>
      Effect.gen(function* () {
        const agents = yield* Agents.Agents
        const { agent, run } = yield* waiting
        yield* agents.reject(agent.id, note, { category: "LOW_EFFORT" })
        const study = yield* studyOf(run)
        expect(double.world.studies.get(study)?.status).toBe("PAUSED")
        yield* Stream.runDrain((yield* Units.Units).launch(run.id))
        yield* sync(run)
        expect((yield* accept(run)).status).toBe("accepted")
      })
    )
  )
})
