/**
 * One program over the portable capabilities, written once: a whole small campaign. Which crowd it hires, and where what
 * is known of it is kept, is decided by the layer alone.
 */
import { expect, layer as share } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import {
  Agents,
  Batch,
  Conductor,
  Crowd,
  Journal,
  Money,
  Provider,
  Requesters,
  TaskRuns,
  Workers
} from "../../src/index.js"

const sentiment = Batch.fromRows({
  name: "sentiment",
  template: "<p>${text}</p><input name='label'>",
  rows: ["Glorious!", "Never again.", "It is a phone.", "çà va 👍", 'a, "b"\r\nc', "0"].map((text) => ({ text })),
  task: {
    ...TaskRuns.taskDefaults,
    title: "What do you feel?",
    reward: Money.make(5),
    unitsPerAssignment: 2,
    maxUnitsPerWorker: Option.some(4)
  }
})

/** The worker takes units until they are refused, and answers each. */
const labour = (run: TaskRuns.TaskRun, worker: string) =>
  Effect.gen(function* () {
    const agents = yield* Agents.Agents
    const mine: Array<Agents.Agent> = []
    while (true) {
      const met = yield* Effect.either(agents.register(run.id, { worker }))
      if (met._tag === "Left") return { mine, reason: met.left }
      const agent = yield* agents.start(met.right.id)
      mine.push(yield* agents.submit({ agent: agent.id, worker: agent.worker, answers: { label: "good", by: worker } }))
    }
  })

/** Decides on what Ada and Grace have done. */
const review = (ada: ReadonlyArray<Agents.Agent>, grace: ReadonlyArray<Agents.Agent>) =>
  Effect.gen(function* () {
    const agents = yield* Agents.Agents
    const [approved, rejected, softRejected, waiting] = ada
    const [first, second] = grace
    if (!approved || !rejected || !softRejected || !waiting || !first || !second) {
      return yield* Effect.dieMessage("Ada and Grace each did four units")
    }
    yield* agents.approve(approved.id, { feedback: "thank you" })
    yield* agents.reject(rejected.id, "the answer is empty")
    yield* agents.softReject(softRejected.id, "too fast")
    yield* agents.approve(rejected.id, { overrideRejection: true, feedback: "our mistake" })
    yield* agents.reject(first.id, "not a label")
    yield* agents.approve(second.id)
    return { approved, rejected, softRejected, waiting, first }
  })

/** Launches the batch, in two steps. */
const begin = Effect.gen(function* () {
  const requesters = yield* Requesters.Requesters
  const batch = yield* sentiment
  const me = yield* requesters.register("me", {})
  const plan = yield* Crowd.plan(batch, me.id)
  const part = yield* Crowd.launch(batch, { requester: me.id, limit: 5 })
  const run = yield* Crowd.launch(batch, { requester: me.id })
  expect(run.id).toBe(part.id)
  return { me, plan, run }
})

/** Pays two bonuses, however often it is asked. */
const thank = (run: TaskRuns.TaskRun, agent: Agents.Agent) =>
  Stream.runCollect(
    Crowd.bonuses(
      run.id,
      Stream.make<[Crowd.Bonus, Crowd.Bonus]>(
        { to: { _tag: "Agent", agent: agent.id }, amount: Money.make(7), reason: "thorough" },
        { to: { _tag: "Worker", name: "grace" }, amount: Money.make(3), reason: "prompt" }
      )
    )
  )

export const campaign = Effect.gen(function* () {
  const agents = yield* Agents.Agents
  const workers = yield* Workers.Workers
  const runs = yield* TaskRuns.TaskRuns
  const { me, plan, run } = yield* begin
  expect(plan).toMatchObject({ assignments: 6, units: 12, total: Money.make(60) })

  const ada = yield* labour(run, "ada")
  const grace = yield* labour(run, "grace")
  expect(ada.reason).toMatchObject({ _tag: "NotEligible", reason: { _tag: "OverWorkerLimit", limit: 4 } })
  const decided = yield* review(ada.mine, grace.mine)

  const paid = [...(yield* thank(run, decided.approved)), ...(yield* thank(run, decided.approved))]
  expect(paid.map(({ outcome }) => outcome._tag)).toEqual(["Right", "Right", "Right", "Right"])

  yield* workers.block(decided.first.worker, { unit: decided.first.unit }, "not a label")
  const grown = yield* Effect.flip(agents.register(run.id, { worker: "grace" }))
  expect(grown).toMatchObject({ _tag: "NotEligible", reason: { _tag: "Blocked" } })

  const alan = yield* agents.register(run.id, { worker: "alan" })
  yield* agents.return(alan.id)
  yield* Crowd.close(run.id)
  const approved = yield* Stream.runCollect(agents.approveAll(run.id))
  const resumed = yield* (yield* Journal.Journal).settle(run.id)
  const summary = yield* runs.summary(run.id)
  const results = yield* Stream.runCollect(Crowd.results(run.id))
  return {
    mine: yield* workers.isBlocked(decided.first.worker, { requester: me.id }),
    approved: [...approved].flat().length,
    resumed,
    decided: Conductor.isDecided(summary),
    units: summary.units,
    cost: summary.cost,
    workers: summary.workers,
    results: [...results].map(({ answers, inputs, status, workerName }) => [
      workerName,
      inputs.text,
      status,
      answers.label
    ]),
    inTime: [...results].every(({ acceptedAt, deadline }) => DateTime.lessThan(acceptedAt, deadline))
  }
})

/** What comes of it, wherever it runs. Where the crowd sells a place of rejected work again, two more units are out. */
const outcomeAt = ({ offers }: Provider.Provider["Type"]) => ({
  mine: true,
  approved: 3,
  resumed: { done: 0, failed: 0, uncertain: 0, pending: 0 },
  decided: true,
  units: {
    created: 0,
    launched: 0,
    assigned: 0,
    completed: 0,
    accepted: 6,
    soft_rejected: 1,
    rejected: 1,
    expired: offers.rejected === "offered" ? 6 : 4
  },
  cost: { currency: "USD", rewards: 35, bonuses: 10, fees: 0, total: 45 },
  workers: 3,
  inTime: true,
  results: [
    ["ada", "Glorious!", "approved", "good"],
    ["ada", "Never again.", "approved", "good"],
    ["ada", "çà va 👍", "approved", "good"],
    ["grace", 'a, "b"\r\nc', "rejected", "good"],
    ["grace", "0", "approved", "good"],
    ["grace", "Glorious!", "approved", "good"],
    ["grace", "Never again.", "approved", "good"]
  ]
})

/** Runs the campaign on what the layer provides. */
export const swap = (name: string, layer: Layer.Layer<Provider.Core, unknown>): void =>
  share(layer)(name, (it) => {
    it.effect("the campaign comes to the same", () =>
      Effect.gen(function* () {
        expect(yield* campaign).toEqual(outcomeAt(yield* Provider.Provider))
      })
    )
  })
