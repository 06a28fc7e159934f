/** Rows to fill a store with. Every test uses a `key` of its own, so tests may share a database. */
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Agent } from "../../src/Agents.js"
import * as Ids from "../../src/Ids.js"
import * as Money from "../../src/Money.js"
import type { Requester } from "../../src/Requesters.js"
import * as Store from "../../src/Store.js"
import * as tables from "../../src/store/tables.js"
import { type Assignment, type TaskRun, taskDefaults } from "../../src/TaskRuns.js"
import type { Unit } from "../../src/Units.js"
import type { Worker } from "../../src/Workers.js"

export const at = (millis: number): DateTime.Utc => DateTime.unsafeMake(millis)

const padded = (n: number): string => String(n).padStart(6, "0")

export const requester = (key: string): Requester => ({
  id: Ids.RequesterId.make(`req_${key}`),
  provider: `provider ${key}`,
  name: "Ann",
  registeredAt: at(1)
})

export const run = (key: string): TaskRun => ({
  id: Ids.RunId.make(`run_${key}`),
  provider: `provider ${key}`,
  requester: requester(key).id,
  name: "batch",
  digest: "d",
  task: {
    ...taskDefaults,
    duration: Duration.minutes(10),
    title: "Say what you see",
    reward: Money.make(5),
    maxUnitsPerWorker: Option.none(),
    markup: ["text"]
  },
  setup: Option.none(),
  createdAt: at(1)
})

export const assignment = (key: string, row: number): Assignment => ({
  id: Ids.AssignmentId.make(`asg_${key}${padded(row)}`),
  run: run(key).id,
  row,
  inputs: { text: `row ${row}` }
})

export const unit = (key: string, place: number, change: Partial<Unit> = {}): Unit => ({
  id: Ids.UnitId.make(`unit_${key}${padded(place)}`),
  run: run(key).id,
  assignment: assignment(key, place).id,
  index: 0,
  place,
  status: "launched",
  remoteId: Option.none(),
  launchedWith: Option.none(),
  offerSize: 1,
  agent: Option.none(),
  leaseUntil: Option.none(),
  withdrawnAt: Option.none(),
  offeredUntil: Option.none(),
  replaces: Option.none(),
  updatedAt: at(1),
  ...change
})

export const worker = (key: string, n = 0): Worker => ({
  id: Ids.WorkerId.make(`worker_${key}${padded(n)}`),
  provider: `provider ${key}`,
  name: `worker ${n}`,
  firstSeenAt: at(1)
})

export const agentId = (key: string, n: number): Ids.AgentId => Ids.AgentId.make(`agent_${key}${padded(n)}`)

export const agent = (key: string, n: number, of: Unit, change: Partial<Agent> = {}): Agent => ({
  id: agentId(key, n),
  run: of.run,
  unit: of.id,
  assignment: of.assignment,
  worker: worker(key).id,
  workerName: "worker 0",
  status: "accepted",
  remoteId: Option.none(),
  details: Option.none(),
  answers: Option.none(),
  outcome: Option.none(),
  feedback: Option.none(),
  category: Option.none(),
  acceptedAt: at(1),
  deadline: at(2),
  submittedAt: Option.none(),
  decidedAt: Option.none(),
  leftAt: Option.none(),
  doneAt: Option.none(),
  ...change
})

export const block = (key: string, n: number, change: Partial<(typeof tables.blocks.schema)["Type"]> = {}) => ({
  id: `req_${key}/worker_${key}${padded(n)}`,
  requester: requester(key).id,
  worker: worker(key, n).id,
  reason: Option.none<string>(),
  generation: n,
  changedAt: at(1),
  ...change
})

/** Range of n whole numbers from 0. */
export const upTo = (n: number): ReadonlyArray<number> => Array.from({ length: n }, (_, i) => i)

/** A run with a worker and `n` units, one an assignment; `change` may make each unit another. */
export const seed = (key: string, n: number, change: (place: number) => Partial<Unit> = () => ({})) =>
  Effect.gen(function* () {
    const store = yield* Store.Store
    const units = upTo(n).map((place) => unit(key, place, change(place)))
    yield* store.insert(tables.requesters, [requester(key)])
    yield* store.insert(tables.runs, [run(key)])
    yield* store.insert(tables.workers, [worker(key)])
    yield* store.insert(
      tables.assignments,
      upTo(n).map((row) => assignment(key, row))
    )
    yield* store.insert(tables.units, units)
    return units
  })

/** Keeps the block of this generation. */
export const putBlock = (key: string, n: number) =>
  Effect.flatMap(Store.Store, (store) => store.put(tables.blocks, [block(key, n)]))

/** The generations of the blocks that are kept. */
export const blocksOf = (key: string) =>
  Effect.flatMap(Store.Store, (store) =>
    Effect.map(store.page(tables.blocks, { where: { requester: requester(key).id }, limit: 1000 }), (rows) =>
      rows.map(({ generation }) => generation)
    )
  )
