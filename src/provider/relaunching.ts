/** New units for the rows of a run that lack accepted answers. */
import * as Arr from "effect/Array"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { AgentNotFound, type StoreError } from "../CrowdError.js"
import * as Ids from "../Ids.js"
import { byId } from "../journal/payload.js"
import type { UnitStatus } from "../States.js"
import type * as Store from "../Store.js"
import { pages } from "../store/pages.js"
import * as tables from "../store/tables.js"
import type { Lacking, RelaunchOptions, Service, TaskRun } from "../TaskRuns.js"
import type { Unit } from "../Units.js"
import type * as Engine from "./engine.js"
import { insertUnits } from "./generations.js"
import { newUnit, nextIndex } from "./newUnit.js"

/** Units of these statuses bring no accepted answer any more. */
const lost = ["expired", "rejected", "soft_rejected"] as const satisfies ReadonlyArray<UnitStatus>
type Lost = (typeof lost)[number]

const rowsAtOnce = 100

/** Somebody whom only the crowd knows may still submit it. */
const isBusy = ({ leaseUntil }: Unit, now: DateTime.Utc): boolean =>
  Option.exists(leaseUntil, DateTime.greaterThan(now))

const isLost = (unit: Unit, now: DateTime.Utc, among: ReadonlyArray<Lost> = lost): boolean =>
  among.some((status) => status === unit.status) && !isBusy(unit, now)

/** Which lost units are asked for. */
interface Asked {
  readonly statuses: ReadonlyArray<Lost>
  readonly unit: Option.Option<Unit>
}

/** The lost units of one assignment that are to be replaced: no more than it lacks, and each once. */
const replaceable = (
  units: ReadonlyArray<Unit>,
  asked: Asked,
  { task }: TaskRun,
  now: DateTime.Utc
): ReadonlyArray<Unit> => {
  const kept = units.filter((unit) => !isLost(unit, now)).length
  const replaced = new Set(units.flatMap(({ replaces }) => Option.toArray(replaces)))
  const isAsked = ({ id }: Unit) => Option.isNone(asked.unit) || asked.unit.value.id === id
  return units
    .filter((unit) => isLost(unit, now, asked.statuses) && isAsked(unit) && !replaced.has(unit.id))
    .toSorted((a, b) => a.index - b.index)
    .slice(0, Math.max(0, task.unitsPerAssignment - kept))
}

const askedBy = (
  { agent, store }: Engine.Service,
  run: Ids.RunId,
  options: RelaunchOptions
): Effect.Effect<Asked, AgentNotFound | StoreError> =>
  Effect.gen(function* () {
    const { only = lost } = options
    if (options.agent === undefined) return { statuses: only, unit: Option.none() }
    const found = yield* agent(options.agent)
    if (found.run !== run) return yield* new AgentNotFound({ agent: options.agent })
    return { statuses: only, unit: yield* store.get(tables.units, found.unit) }
  })

/** Assignments that have lost units, each once. */
const assignmentsOf = (
  store: Store.Service,
  run: Ids.RunId,
  { statuses, unit }: Asked
): Stream.Stream<Ids.AssignmentId, StoreError> => {
  if (Option.isSome(unit)) return Stream.make(unit.value.assignment)
  const seen = new Set<Ids.AssignmentId>()
  return Stream.fromIterable(statuses).pipe(
    Stream.flatMap((status) => pages(store, tables.units, { where: { run, status }, orderBy: "place" })),
    Stream.filterMap(({ assignment }) => {
      if (seen.has(assignment)) return Option.none()
      seen.add(assignment)
      return Option.some(assignment)
    })
  )
}

/** What is to be replaced of the assignment, and the index of its next unit. */
const lookAt = (store: Store.Service, run: TaskRun, asked: Asked, assignment: Ids.AssignmentId) =>
  Effect.gen(function* () {
    const now = yield* DateTime.now
    const units = yield* store.getAllBy(tables.units, "assignment", [assignment])
    return { next: nextIndex(units), units: replaceable(units, asked, run, now) }
  })

/** The rows are held until the transaction ends, so that two processes make each unit once. */
const replace = (engine: Engine.Service, run: TaskRun, asked: Asked, ids: ReadonlyArray<Ids.AssignmentId>) =>
  engine.store.transaction(
    Effect.gen(function* () {
      const { store } = engine
      const now = yield* DateTime.now
      const offeredUntil = Option.some(DateTime.addDuration(now, run.task.lifetime))
      const assignments = byId(yield* store.getAll(tables.assignments, ids))
      const wanted = yield* Effect.forEach(assignments.values(), (assignment) =>
        Effect.map(lookAt(store, run, asked, assignment.id), ({ next, units }) =>
          units.map(({ id }, i) => ({ assignment, index: next + i, replaces: Option.some(id) }))
        )
      )
      const all = wanted.flat()
      const made = Arr.zipWith(
        all,
        yield* Ids.unitIds(all.length),
        ({ assignment, index, replaces }, id): Unit => ({
          ...newUnit(id, assignment, index, now, offeredUntil),
          replaces
        })
      )
      return (yield* insertUnits(engine, run.id, made)).length
    })
  )

export const make = (engine: Engine.Service): Pick<Service, "lacking" | "relaunch"> => {
  const { run, store } = engine

  const lacking: Service["lacking"] = (id, options = {}) =>
    Effect.gen(function* () {
      const found = yield* run(id)
      const asked = yield* askedBy(engine, id, options)
      const none: Lacking = { rows: 0, units: 0 }
      return yield* assignmentsOf(store, id, asked).pipe(
        Stream.mapEffect((assignment) => lookAt(store, found, asked, assignment)),
        Stream.runFold(none, ({ rows, units }, found) => ({
          rows: rows + Math.min(1, found.units.length),
          units: units + found.units.length
        }))
      )
    })

  const relaunch: Service["relaunch"] = (id, options = {}) =>
    Effect.gen(function* () {
      const found = yield* run(id)
      const asked = yield* askedBy(engine, id, options)
      return yield* assignmentsOf(store, id, asked).pipe(
        Stream.grouped(rowsAtOnce),
        Stream.mapEffect((page) => replace(engine, found, asked, [...page])),
        Stream.runSum
      )
    })

  return { lacking, relaunch }
}
