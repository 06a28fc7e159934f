import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { IneligibleReason, StoreError } from "../CrowdError.js"
import type * as Ids from "../Ids.js"
import * as States from "../States.js"
import * as tables from "../store/tables.js"
import type { QualificationRequirement, TaskRun } from "../TaskRuns.js"
import type { Unit } from "../Units.js"
import type * as Engine from "./engine.js"
import { type Named, unitAt } from "./registry.js"

type Standing = typeof tables.standings.schema.Type

export const isBlocked = (
  { store }: Engine.Service,
  requester: Ids.RequesterId,
  worker: Ids.WorkerId
): Effect.Effect<boolean, StoreError> =>
  Effect.map(
    store.get(tables.blocks, `${requester}/${worker}`),
    Option.exists((block) => block.generation % 2 === 1)
  )

export const valueOf = (
  { driver, store }: Engine.Service,
  name: string,
  worker: Ids.WorkerId
): Effect.Effect<Option.Option<number>, StoreError> =>
  Effect.gen(function* () {
    const [found] = yield* store.page(tables.qualifications, { where: { provider: driver.provider, name }, limit: 1 })
    if (found === undefined) return Option.none()
    return Option.flatMap(yield* store.get(tables.grants, `${found.id}/${worker}`), (grant) => grant.value)
  })

const satisfies = (
  value: Option.Option<number>,
  { comparator, value: wanted, values = [] }: QualificationRequirement
): boolean => {
  if (comparator === "does_not_exist") return Option.isNone(value)
  return Option.exists(value, (has) => {
    switch (comparator) {
      case "exists":
        return true
      case "equal":
        return has === wanted
      case "not_equal":
        return has !== wanted
      case "less_than":
        return has < wanted
      case "less_than_or_equal":
        return has <= wanted
      case "greater_than":
        return has > wanted
      case "greater_than_or_equal":
        return has >= wanted
      case "in":
        return values.includes(has)
      case "not_in":
        return !values.includes(has)
    }
  })
}

/** Why the worker may not take any unit of the run, whatever is free. */
export const barred = (
  engine: Engine.Service,
  run: TaskRun,
  worker: Named,
  standing: Standing
): Effect.Effect<Option.Option<IneligibleReason>, StoreError> =>
  Effect.gen(function* () {
    if (yield* isBlocked(engine, run.requester, worker.id)) return Option.some({ _tag: "Blocked" })
    const limit = run.task.maxUnitsPerWorker
    if (Option.isSome(limit) && standing.taken >= limit.value) {
      return Option.some({ _tag: "OverWorkerLimit", limit: limit.value })
    }
    for (const requirement of run.task.qualifications) {
      if (engine.driver.enforces?.(requirement.name) === true) continue
      if (!satisfies(yield* valueOf(engine, requirement.name, worker.id), requirement)) {
        return Option.some({ _tag: "LacksQualification", qualification: requirement.name })
      }
    }
    return Option.none()
  })

/** Any free unit for the worker: first those after the last one they took, then those that came back before it. */
export const claimAny = (
  { store }: Engine.Service,
  options: {
    readonly run: TaskRun
    readonly worker: Named
    readonly standing: Standing
    readonly agent: Ids.AgentId
    readonly now: DateTime.Utc
  }
): Effect.Effect<Option.Option<Unit>, StoreError> => {
  const claim = (after: number) =>
    store.claim({
      run: options.run.id,
      worker: options.worker.id,
      agent: options.agent,
      after,
      leaseUntil: DateTime.addDuration(options.now, options.run.task.duration),
      now: options.now
    })
  const { place } = options.standing
  return Effect.flatMap(claim(place), (unit) => (Option.isSome(unit) || place < 0 ? Effect.succeed(unit) : claim(-1)))
}

/** The very unit the crowd has given the worker. */
export const claimAt = (
  engine: Engine.Service,
  options: {
    readonly run: TaskRun
    readonly remote: string
    readonly agent: Ids.AgentId
    readonly now: DateTime.Utc
  }
): Effect.Effect<Option.Option<Unit>, StoreError> =>
  Effect.gen(function* () {
    const unit = yield* unitAt(engine, options.run, options.remote)
    if (Option.isNone(unit)) return Option.none()
    const [claimed] = yield* engine.store.update(tables.units, {
      ids: [unit.value.id],
      when: { status: States.unitSources("assign") },
      set: {
        status: "assigned",
        agent: Option.some(options.agent),
        leaseUntil: Option.some(DateTime.addDuration(options.now, options.run.task.duration)),
        updatedAt: options.now
      }
    })
    return Option.fromNullable(claimed)
  })

/** Why there was no unit for a worker who is not barred; where the crowd has chosen one, because it is not free. */
export const whyNone = (
  { store }: Engine.Service,
  run: TaskRun,
  chosen: Option.Option<string> = Option.none()
): Effect.Effect<IneligibleReason, StoreError> =>
  Option.isSome(chosen)
    ? Effect.succeed({ _tag: "NothingLeft" })
    : Effect.map(
        store.page(tables.units, { where: { run: run.id, status: "launched" }, orderBy: "place", limit: 1 }),
        (rows) => (rows.length > 0 ? { _tag: "AlreadyWorked" } : { _tag: "NothingLeft" })
      )
