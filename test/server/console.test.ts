/** What the requester's console asks the server. */
import { assert, expect, layer } from "@effect/vitest"
import * as Array from "effect/Array"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as TestClock from "effect/TestClock"
import { type Agent, Agents } from "../../src/Agents.js"
import * as Ids from "../../src/Ids.js"
import { TaskRuns } from "../../src/TaskRuns.js"
import * as consoleClient from "./consoleClient.js"

const { launched, post, raw, submitted } = consoleClient

/** A run, and one submission of each worker, in their order. */
const work = <const Names extends ReadonlyArray<string>>(
  title: string,
  workers: Names,
  rows: number = workers.length
) =>
  Effect.gen(function* () {
    const run = yield* launched(title, rows)
    const agents = yield* Effect.forEach(workers, (worker) => submitted(run.id, worker))
    const at = (index: number): Agent => agents[index] ?? assert.fail(`no agent ${index}`)
    return { run, path: { run: run.id }, agents, at }
  })

const ids = (agents: ReadonlyArray<Agent>) => agents.map(({ id }) => id)

const status = (agent: Agent) =>
  Effect.flatMap(Agents, (agents) => Effect.map(agents.get(agent.id), ({ status }) => status))

layer(consoleClient.layer)("The console's API", (it) => {
  it.effect("tells runs newest first, page by page, with what they cost and will cost", () =>
    Effect.gen(function* () {
      const console = yield* consoleClient.client
      const made = yield* Effect.forEach(Array.range(1, 23), (n) => launched(`Run ${n}`, 2))
      const [newest] = Array.reverse(made)
      const agent = yield* submitted(newest.id, "10.0.0.1")
      yield* Effect.flatMap(Agents, (agents) => agents.approve(agent.id))
      const first = yield* console.runs({ urlParams: {} })
      const second = yield* console.runs({ urlParams: { after: first.next ?? undefined } })
      const listed = [...first.runs, ...second.runs]
      expect(listed.map(({ summary }) => summary.run)).toEqual(Array.reverse(made).map(({ id }) => id))
      expect(second.next).toBeNull()
      expect(listed[0]).toMatchObject({ title: "Run 23", toCome: 5, summary: { cost: { total: 5 } } })
      expect(listed.at(-1)).toMatchObject({ title: "Run 1", toCome: 10, summary: { cost: { total: 0 } } })
      expect((yield* console.run({ path: { run: newest.id } })).title).toBe("Run 23")
    })
  )

  it.effect("tells submissions oldest first, page by page, with their rows and frames", () =>
    Effect.gen(function* () {
      const console = yield* consoleClient.client
      const { agents, at, path } = yield* work(
        "Pages",
        Array.makeBy(30, (n) => `10.0.1.${n}`)
      )
      const first = yield* console.submissions({ path, urlParams: {} })
      const second = yield* console.submissions({ path, urlParams: { after: first.next ?? undefined } })
      expect([...first.submissions, ...second.submissions].map(({ agent }) => agent)).toEqual(ids(agents))
      expect([first.submissions.length, second.next]).toEqual([25, null])
      const assignment = yield* Effect.flatMap(TaskRuns, (runs) => runs.assignment(at(3).assignment))
      expect(first.submissions[3]).toMatchObject({
        workerName: "10.0.1.3",
        answers: { label: "good" },
        inputs: Option.getOrThrow(assignment).inputs
      })
      const frame = yield* raw(first.submissions[3]?.frame ?? "")
      expect(frame.status).toBe(200)
      expect(frame.headers.get("content-security-policy")).toContain("sandbox")
    })
  )

  it.effect("decides on many at once: one that fails stops no other, and says why", () =>
    Effect.gen(function* () {
      const console = yield* consoleClient.client
      const { agents, at, path } = yield* work("Decide", ["10.0.2.1", "10.0.2.2", "10.0.2.3"])
      const other = yield* work("Other", ["10.0.2.4"])
      const reject = { _tag: "Reject" as const, feedback: "not what was asked" }
      yield* console.decide({ path, payload: { decision: reject, agents: [at(0).id] } })
      const decision = { _tag: "Approve" as const }
      const { outcomes } = yield* console.decide({
        path,
        payload: { decision, agents: [...ids(agents), other.at(0).id, at(1).id] }
      })
      expect(outcomes.map((outcome) => (outcome._tag === "Decided" ? outcome.status : outcome.error._tag))).toEqual([
        "InvalidTransition",
        "approved",
        "approved",
        "AgentNotFound"
      ])
      expect(yield* status(other.at(0))).toBe("completed")
      const rejected = yield* console.submissions({ path, urlParams: { status: "rejected" } })
      expect(rejected.submissions).toMatchObject([{ agent: at(0).id, feedback: "not what was asked" }])
      const answer = yield* post(`/api/console/runs/${path.run}/decisions`, { decision, agents: [at(0).id] })
      expect(JSON.parse(answer.text).outcomes[0].error.message).toMatch(/^Cannot approve agent_/)
      yield* console.decide({ path, payload: { decision: { _tag: "Override" }, agents: [at(0).id] } })
      expect(yield* status(at(0))).toBe("approved")
    })
  )

  it.effect("decides on everything of one worker, and of nobody else", () =>
    Effect.gen(function* () {
      const console = yield* consoleClient.client
      const { at, run } = yield* work("Worker", ["10.0.3.1", "10.0.3.2", "10.0.3.1", "10.0.3.1"], 5)
      const path = { run: run.id, worker: at(0).worker }
      const submittedBefore = Option.getOrThrow(at(3).submittedAt)
      yield* TestClock.adjust("1 second")
      const unseen = yield* submitted(run.id, "10.0.3.1")
      const soft = yield* console.decideWorker({
        path,
        payload: { decision: { _tag: "SoftReject" }, submittedBefore }
      })
      expect(yield* status(unseen)).toBe("completed")
      expect(soft.outcomes.map(({ agent }) => agent)).toEqual([at(0).id, at(2).id, at(3).id])
      expect(soft.next).toBeNull()
      expect(yield* Effect.forEach([0, 1, 2, 3], (index) => status(at(index)))).toEqual([
        "soft_rejected",
        "completed",
        "soft_rejected",
        "soft_rejected"
      ])
    })
  )

  it.effect("goes on where one request was too small for a worker's work", () =>
    Effect.gen(function* () {
      const console = yield* consoleClient.client
      const { at, run } = yield* work(
        "Busy worker",
        Array.makeBy(230, () => "10.0.3.9")
      )
      const path = { run: run.id, worker: at(0).worker }
      const decision = { _tag: "Approve" as const }
      const submittedBefore = yield* DateTime.now
      const first = yield* console.decideWorker({ path, payload: { decision, submittedBefore } })
      expect(first.outcomes).toHaveLength(200)
      const second = yield* console.decideWorker({
        path,
        payload: { decision, submittedBefore, after: first.next ?? undefined }
      })
      expect([second.outcomes.length, second.next]).toEqual([30, null])
      expect((yield* console.run({ path: { run: run.id } })).summary.units.accepted).toBe(230)
    })
  )

  it.effect("pays a bonus once, however often it is asked for with its key", () =>
    Effect.gen(function* () {
      const console = yield* consoleClient.client
      const { at, path } = yield* work("Bonus", ["10.0.4.1"])
      const payload = { to: { agent: at(0).id }, amount: "0.25", reason: "thorough", key: "once" }
      const receipt = yield* console.bonus({ path, payload })
      expect(receipt).toMatchObject({ worker: at(0).worker, amount: { minor: 25 } })
      expect(yield* console.bonus({ path, payload })).toEqual({ ...receipt, repeated: true })
      yield* console.bonus({ path, payload: { ...payload, to: { worker: at(0).worker }, key: "twice" } })
      expect((yield* console.run({ path })).summary.cost.bonuses).toBe(50)
      for (const amount of ["0", "-1", "0.001", "1e3", ""]) {
        const refused = yield* Effect.flip(console.bonus({ path, payload: { ...payload, amount } }))
        expect([amount, refused._tag]).toEqual([amount, "InvalidAmount"])
      }
    })
  )

  it.effect("tells who took part and how, blocks them and lets them back in", () =>
    Effect.gen(function* () {
      const console = yield* consoleClient.client
      const names = Array.makeBy(27, (n) => `10.0.5.${n}`)
      const { at, path } = yield* work("Workers", names)
      const first = yield* console.workers({ path, urlParams: {} })
      const second = yield* console.workers({ path, urlParams: { after: first.next ?? undefined } })
      expect([...first.workers, ...second.workers].map(({ worker }) => worker.name)).toEqual(names)
      expect(second.next).toBeNull()
      const worker = at(0).worker
      yield* console.block({ path: { ...path, worker }, payload: { reason: "spam" } })
      const blocked = yield* console.workers({ path, urlParams: {} })
      expect(blocked.workers[0]).toMatchObject({ taken: 1, agents: { completed: 1 }, blocked: true })
      yield* console.unblock({ path: { ...path, worker } })
      expect((yield* console.workers({ path, urlParams: {} })).workers[0]?.blocked).toBe(false)
    })
  )

  it.effect("sends the results as a file", () =>
    Effect.gen(function* () {
      const run = yield* launched('Naïve "results"', 2)
      yield* submitted(run.id, "10.0.6.1", { label: 'a "quoted", one' })
      yield* submitted(run.id, "10.0.6.2", { label: "二", other: 1 })
      const headers = { authorization: consoleClient.authorization }
      const csv = yield* raw(`/api/console/runs/${run.id}/results/csv`, { headers })
      expect(csv.headers.get("content-disposition")).toBe(
        "attachment; filename*=UTF-8''Na%C3%AFve%20%22results%22-results.csv"
      )
      const [header, first] = csv.text.split("\r\n")
      expect(header).toMatch(/^HITId,.*,Answer\.label,Answer\.other$/)
      expect(first).toContain('"a ""quoted"", one"')
      const jsonl = yield* raw(`/api/console/runs/${run.id}/results/jsonl`, { headers })
      const lines = jsonl.text.trim().split("\n")
      expect(lines.map((line) => JSON.parse(line).answers)).toEqual([
        { label: 'a "quoted", one' },
        { label: "二", other: 1 }
      ])
    })
  )

  it.effect("takes back what nobody works on", () =>
    Effect.gen(function* () {
      const console = yield* consoleClient.client
      const run = yield* launched("Expire", 3)
      yield* submitted(run.id, "10.0.7.1")
      yield* console.expire({ path: { run: run.id } })
      const { summary, toCome } = yield* console.run({ path: { run: run.id } })
      expect([summary.units.expired, summary.units.completed, toCome]).toEqual([2, 1, 5])
    })
  )

  it.effect("says NotFound of what it does not know", () =>
    Effect.gen(function* () {
      const console = yield* consoleClient.client
      const { at, path, run } = yield* work("Known", ["10.0.8.1"])
      const nowhere = { run: Ids.RunId.make("run_0") }
      const nobody = Ids.WorkerId.make("worker_0")
      const agent = Ids.AgentId.make("agent_0")
      const decision = { _tag: "Approve" as const }
      const refused = (error: { readonly _tag: string }) => error._tag
      const tags = yield* Effect.all([
        Effect.flip(console.run({ path: nowhere })).pipe(Effect.map(refused)),
        Effect.flip(console.runs({ urlParams: { after: nowhere.run } })).pipe(Effect.map(refused)),
        Effect.flip(console.workers({ path: nowhere, urlParams: {} })).pipe(Effect.map(refused)),
        Effect.flip(console.submissions({ path, urlParams: { after: agent } })).pipe(Effect.map(refused)),
        Effect.flip(console.decide({ path: nowhere, payload: { decision, agents: [at(0).id] } })).pipe(
          Effect.map(refused)
        ),
        Effect.flip(console.block({ path: { run: run.id, worker: nobody }, payload: { reason: "spam" } })).pipe(
          Effect.map(refused)
        ),
        Effect.flip(console.expire({ path: nowhere })).pipe(Effect.map(refused)),
        Effect.flip(console.events({ urlParams: { run: nowhere.run } })).pipe(Effect.map(refused))
      ])
      expect(tags).toEqual([
        "TaskRunNotFound",
        "TaskRunNotFound",
        "TaskRunNotFound",
        "AgentNotFound",
        "TaskRunNotFound",
        "WorkerNotFound",
        "TaskRunNotFound",
        "TaskRunNotFound"
      ])
    })
  )

  it.effect("decides nothing with feedback that cannot be given, and says of a repeat that it is one", () =>
    Effect.gen(function* () {
      const console = yield* consoleClient.client
      const { at, path } = yield* work("Feedback", ["10.0.8.1"])
      const agents = [at(0).id]
      const reject = (feedback: string, category?: string) =>
        console.decide({ path, payload: { decision: { _tag: "Reject", feedback, category }, agents } })
      for (const feedback of ["  ", "nul \u0000", "half \ud800", "x".repeat(1025)]) {
        expect((yield* reject(feedback)).outcomes).toMatchObject([{ error: { _tag: "InvalidFeedback" } }])
        expect(yield* status(at(0))).toBe("completed")
      }
      expect((yield* reject("😀".repeat(1024), "LOW_EFFORT")).outcomes).toMatchObject([{ repeated: false }])
      expect((yield* reject("other words")).outcomes).toMatchObject([{ status: "rejected", repeated: true }])
      const { submissions } = yield* console.submissions({ path, urlParams: { status: "rejected" } })
      expect(submissions).toMatchObject([{ feedback: "😀".repeat(1024) }])
    })
  )

  it.effect("refuses what it cannot read, and never fails for it", () =>
    Effect.gen(function* () {
      const { at, path } = yield* work("Hostile", ["10.0.9.1"])
      const run = `/api/console/runs/${path.run}`
      const agents = [at(0).id]
      const wrong: ReadonlyArray<readonly [path: string, body: unknown]> = [
        [`${run}/decisions`, null],
        [`${run}/decisions`, { decision: { _tag: "Approve" }, agents: [] }],
        [`${run}/decisions`, { decision: { _tag: "Approve" }, agents: Array.makeBy(201, () => at(0).id) }],
        [`${run}/decisions`, { decision: { _tag: "Pay" }, agents }],
        [`${run}/decisions`, { decision: { _tag: "Reject" }, agents }],
        [`${run}/decisions`, { decision: { _tag: "Approve" }, agents: ["agent_' OR 1=1"] }],
        [`${run}/workers/worker_%00/decisions`, { decision: { _tag: "Approve" } }],
        [`${run}/bonuses`, { to: {}, amount: "1", reason: "x", key: "k" }],
        [`${run}/bonuses`, { to: { agent: at(0).id }, amount: "1", reason: "x", key: "../" }],
        [`${run}/workers/${at(0).worker}/block`, { reason: "nul \u0000" }],
        [`${run}/workers/${at(0).worker}/block`, { reason: "" }],
        ["/api/console/runs/..%2f..%2fetc/expire", {}]
      ]
      for (const [path, body] of wrong) {
        const answer = yield* post(path, body)
        expect([path, body, answer.status]).toEqual([path, body, 400])
        expect(JSON.parse(answer.text)).toMatchObject({ _tag: "HttpApiDecodeError", message: expect.any(String) })
      }
      expect(yield* status(at(0))).toBe("completed")
    })
  )
})
