/** When something of a run is due without anybody doing anything. */
import * as Array from "effect/Array"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { type Agent, silentAfter } from "../Agents.js"
import type { StoreError, TaskRunNotFound } from "../CrowdError.js"
import type { Driver } from "../Driver.js"
import type { RunId } from "../Ids.js"
import type { UnitStatus } from "../States.js"
import type * as Store from "../Store.js"
import { pages } from "../store/pages.js"
import * as tables from "../store/tables.js"
import type { TaskRun } from "../TaskRuns.js"
import type * as Engine from "./engine.js"

/**
 * Whether the submission may be approved without a person having named it: where its answers never came to our pages, a
 * person decides.
 */
export const isApprovedByItself = ({ carriesPages }: Driver, { answers }: Agent): boolean =>
  carriesPages === true || Option.isSome(answers)

type Times = Effect.Effect<ReadonlyArray<DateTime.Utc>, StoreError>

const leaseEnds = ({ store }: Engine.Service, { id }: TaskRun): Times =>
  Effect.map(
    store.page(tables.units, { where: { run: id, status: "assigned" }, orderBy: "leaseUntil", limit: 1 }),
    (units) => Array.getSomes(units.map(({ leaseUntil }) => leaseUntil))
  )

const offerEnds = ({ driver, store }: Engine.Service, { id }: TaskRun): Times =>
  driver.draft !== undefined
    ? Effect.succeed([])
    : Effect.map(store.page(tables.units, { where: { run: id }, orderBy: "offeredUntil", limit: 1 }), (units) =>
        Array.getSomes(units.map(({ offeredUntil }) => offeredUntil))
      )

const silences = ({ store }: Engine.Service, { id }: TaskRun): Times =>
  Effect.map(store.page(tables.heartbeats, { where: { run: id }, orderBy: "heardAt", limit: 1 }), (rows) =>
    rows.map(({ heardAt }) => DateTime.addDuration(heardAt, silentAfter))
  )

/** The submission that waits the longest; one that waits for a person is passed over. */
const approvals = ({ driver, store }: Engine.Service, { id, task }: TaskRun): Times =>
  pages(store, tables.agents, { where: { run: id, status: "completed" }, orderBy: "submittedAt", limit: 1 }).pipe(
    Stream.filter((agent) => isApprovedByItself(driver, agent)),
    Stream.runHead,
    Effect.map((first) =>
      Array.getSomes([Option.flatMap(first, ({ submittedAt }) => submittedAt)]).map((at) =>
        DateTime.addDuration(at, task.autoApprovalDelay)
      )
    )
  )

/**
 * In no order of time: of many that wait for their leases, the first hundred will do. A draft leaves launches to
 * others.
 */
const settlements = ({ driver, store }: Engine.Service, { id }: Pick<TaskRun, "id">): Times =>
  Effect.map(
    store.page(tables.intents, {
      where: { provider: driver.provider, run: Option.some(id), state: "pending" },
      limit: 100
    }),
    (intents) =>
      intents.filter(({ kind }) => driver.draft === undefined || kind !== "launch").map(({ leaseUntil }) => leaseUntil)
  )

/** Something for the run is on its way to the crowd, or was cut off there. */
export const isSending = (engine: Engine.Service, id: RunId): Effect.Effect<boolean, StoreError> =>
  Effect.map(settlements(engine, { id }), Array.isNonEmptyReadonlyArray)

export const due = (
  engine: Engine.Service,
  id: RunId
): Effect.Effect<Option.Option<DateTime.Utc>, TaskRunNotFound | StoreError> =>
  Effect.gen(function* () {
    const run = yield* engine.run(id)
    const kinds = [leaseEnds, offerEnds, silences, approvals, settlements]
    const times = (yield* Effect.forEach(kinds, (timesOf) => timesOf(engine, run))).flat()
    return Array.isNonEmptyReadonlyArray(times) ? Option.some(Array.min(times, DateTime.Order)) : Option.none()
  })

/** The one unit of this status on which somebody may be at work the longest. */
const longest = (store: Store.Service, id: RunId, status: UnitStatus) =>
  Effect.map(
    store.page(tables.units, { where: { run: id, status }, orderBy: "leaseUntil", reverse: true, limit: 1 }),
    (units) => units.flatMap(({ leaseUntil }) => Option.toArray(leaseUntil))
  )

/** Until when somebody may be at work on a unit of the run. */
export const busyUntil = (store: Store.Service, id: RunId): Effect.Effect<Option.Option<DateTime.Utc>, StoreError> =>
  Effect.gen(function* () {
    const now = yield* DateTime.now
    const ends = [...(yield* longest(store, id, "assigned")), ...(yield* longest(store, id, "expired"))]
    const open = ends.filter(DateTime.greaterThan(now))
    return open.length === 0 ? Option.none() : Option.some(open.reduce(DateTime.max))
  })
