import * as Arr from "effect/Array"
import * as Data from "effect/Data"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { IneligibleReason, StoreError } from "../CrowdError.js"
import * as Ids from "../Ids.js"
import { claimedAs, claimedFrom, leftAs } from "../store/claimStatuses.js"
import * as tables from "../store/tables.js"
import type { QualificationRequirement, TaskRun } from "../TaskRuns.js"
import type { Unit } from "../Units.js"
import type { Service } from "../Workers.js"
import { isBlocked } from "./blocks.js"
import type * as Engine from "./engine.js"
import { hasHad, keeps, type Named, standingOf, unitsAt } from "./workerRegistry.js"

type Standing = typeof tables.standings.schema.Type

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

export const satisfies = (
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

/** So many more different assignments than units a worker is shown in a run with a limit: mistakes are forgiven. */
const rowsBeyondLimit = 5

/** How many different assignments of the run one worker is shown. */
const shownAtMost = ({ task }: TaskRun): number =>
  Option.match(task.maxUnitsPerWorker, {
    onNone: () => Number.POSITIVE_INFINITY,
    onSome: (limit) => limit + rowsBeyondLimit
  })

/** Whether the worker gets only assignments they have had before. */
const hasSeenEnough = (run: TaskRun, { shown }: Standing): boolean => shown >= shownAtMost(run)

/** Whether the units the worker holds or has submitted are so many; what they gave back or lost does not count. */
const hasAsMany = (
  { store }: Engine.Service,
  { run, taken, worker }: Standing,
  limit: number
): Effect.Effect<boolean, StoreError> =>
  Effect.reduce(leftAs, taken, (rest, status) =>
    rest < limit
      ? Effect.succeed(rest)
      : Effect.map(store.count(tables.agents, { run, status, worker }, "status"), (lost) => rest - (lost[status] ?? 0))
  ).pipe(Effect.map((kept) => kept >= limit))

/** The first of the run's requirements that is not met by the values somebody has. */
const lacking = (
  engine: Engine.Service,
  { task }: TaskRun,
  valueOf: (name: string) => Effect.Effect<Option.Option<number>, StoreError>
): Effect.Effect<Option.Option<IneligibleReason>, StoreError> =>
  Effect.gen(function* () {
    for (const requirement of task.qualifications) {
      if (engine.driver.enforces?.(requirement.name) === true) continue
      if (!satisfies(yield* valueOf(requirement.name), requirement)) {
        return Option.some({ _tag: "LacksQualification", qualification: requirement.name })
      }
    }
    return Option.none()
  })

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
    if (Option.isSome(limit) && (yield* hasAsMany(engine, standing, limit.value))) {
      return Option.some({ _tag: "OverWorkerLimit", limit: limit.value })
    }
    return yield* lacking(engine, run, (name) => valueOf(engine, name, worker.id))
  })

/** The same of somebody who has never been here. */
export const barredNew = (
  engine: Engine.Service,
  run: TaskRun
): Effect.Effect<Option.Option<IneligibleReason>, StoreError> => lacking(engine, run, () => Effect.succeedNone)

const limitOf = ({ task }: TaskRun): number => Option.getOrElse(task.maxUnitsPerWorker, () => Number.POSITIVE_INFINITY)

/** How many units the run has for somebody who is new. */
export const availableToNew = (
  { store }: Engine.Service,
  run: TaskRun,
  atMost: number
): Effect.Effect<number, StoreError> => store.available({ run: run.id, atMost: Math.min(atMost, limitOf(run)) })

/**
 * How many more units the worker could take, one after the other, who keeps so many: of assignments that are new to them,
 * as many as they are shown, and those of which they have left a unit.
 */
export const available = (
  { store }: Engine.Service,
  options: {
    readonly run: TaskRun
    readonly standing: Standing
    readonly kept: number
    readonly atMost: number
  }
): Effect.Effect<number, StoreError> =>
  Effect.gen(function* () {
    const { kept, run, standing } = options
    const atMost = Math.max(0, Math.min(options.atMost, limitOf(run) - kept))
    if (atMost === 0) return 0
    const of = { run: run.id, worker: standing.worker, atMost }
    const all = yield* store.available(of)
    const toShow = Math.max(0, shownAtMost(run) - standing.shown)
    if (all <= toShow) return all
    const again = yield* store.available({ ...of, again: true })
    return Math.min(all, toShow + again)
  })

interface Claim {
  readonly run: TaskRun
  readonly worker: Named
  readonly standing: Standing
  readonly agent: Ids.AgentId
  readonly now: DateTime.Utc
}

/** Any free unit for the worker: first those after the last one they took, then those that came back before it. */
export const claimAny = ({ store }: Engine.Service, options: Claim): Effect.Effect<Option.Option<Unit>, StoreError> => {
  const claim = (after: number) =>
    store.claim({
      run: options.run.id,
      worker: options.worker.id,
      agent: options.agent,
      after,
      again: hasSeenEnough(options.run, options.standing),
      leaseUntil: DateTime.addDuration(options.now, options.run.task.duration),
      now: options.now
    })
  const { place } = options.standing
  return Effect.flatMap(claim(place), (unit) => (Option.isSome(unit) || place < 0 ? Effect.succeed(unit) : claim(-1)))
}

/** Assigns the first of these units that nobody has been quicker to take. */
const assignFirst = (
  engine: Engine.Service,
  units: ReadonlyArray<Unit>,
  { agent, now, run }: Claim
): Effect.Effect<Option.Option<Unit>, StoreError> => {
  const set = {
    status: claimedAs,
    agent: Option.some(agent),
    leaseUntil: Option.some(DateTime.addDuration(now, run.task.duration)),
    updatedAt: now
  }
  const assign = ({ id }: Unit) =>
    Effect.map(engine.store.update(tables.units, { ids: [id], when: { status: [claimedFrom] }, set }), Arr.head)
  return Effect.reduce(units, Option.none<Unit>(), (assigned, unit) =>
    Option.isSome(assigned) ? Effect.succeed(assigned) : assign(unit)
  )
}

const freeAt = (engine: Engine.Service, run: TaskRun, offer: string): Effect.Effect<ReadonlyArray<Unit>, StoreError> =>
  Effect.map(unitsAt(engine, run, offer), (units) => units.filter(({ status }) => status === claimedFrom))

const holdsRun = ({ driver }: Engine.Service): boolean => driver.offers.holds === "run"

/** A free unit of the offer that the crowd has let the worker into, unless it is one row more than they are shown. */
export const claimAt = (
  engine: Engine.Service,
  offer: string,
  claim: Claim
): Effect.Effect<Option.Option<Unit>, StoreError> =>
  Effect.gen(function* () {
    const { run, standing, worker } = claim
    if (holdsRun(engine)) {
      const units = yield* unitsAt(engine, run, offer, 1)
      return units.length === 0 ? Option.none() : yield* claimAny(engine, claim)
    }
    const seenEnough = hasSeenEnough(run, standing)
    const open = yield* Effect.filter(yield* freeAt(engine, run, offer), ({ assignment }) =>
      Effect.gen(function* () {
        if (yield* keeps(engine, worker.id, assignment)) return false
        return !seenEnough || (yield* hasHad(engine, worker.id, assignment))
      })
    )
    return yield* assignFirst(engine, open, claim)
  })

/**
 * Why there was no unit for a worker who is not barred; in an offer of the crowd's, because none of it is free for
 * them.
 */
export const whyNone = (
  engine: Engine.Service,
  run: TaskRun,
  standing: Standing,
  offer: Option.Option<string> = Option.none()
): Effect.Effect<IneligibleReason, StoreError> =>
  Effect.gen(function* () {
    if (hasSeenEnough(run, standing)) return { _tag: "OverRowLimit", limit: shownAtMost(run) }
    const where = { run: run.id, status: claimedFrom } as const
    const free =
      Option.isSome(offer) && !holdsRun(engine)
        ? yield* freeAt(engine, run, offer.value)
        : yield* engine.store.page(tables.units, { where, orderBy: "place", limit: 1 })
    return { _tag: free.length > 0 ? "AlreadyWorked" : "NothingLeft" }
  })

/** What was found out in a transaction that is then undone. */
class FoundOut extends Data.TaggedError("FoundOut")<{ readonly bar: Option.Option<IneligibleReason> }> {}

/** Why the worker would get no unit now, none where they would. It is found out by claiming one and undoing it. */
export const isEligible =
  (engine: Engine.Service): Service["isEligible"] =>
  (id, runId) =>
    Effect.gen(function* () {
      const run = yield* engine.run(runId)
      const worker = yield* engine.worker(id)
      return yield* engine.store.transaction(
        Effect.gen(function* () {
          const standing = yield* standingOf(engine, run, worker)
          const bar = yield* barred(engine, run, worker, standing)
          if (Option.isSome(bar)) return yield* new FoundOut({ bar })
          const agent = yield* Ids.agentId
          const now = yield* DateTime.now
          const unit = yield* claimAny(engine, { run, worker, standing, agent, now })
          return yield* new FoundOut({
            bar: Option.isSome(unit) ? Option.none() : Option.some(yield* whyNone(engine, run, standing))
          })
        })
      )
    }).pipe(Effect.catchTag("FoundOut", ({ bar }) => Effect.succeed(bar)))
