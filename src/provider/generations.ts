/** Which runs are not decided, and how often each has become so. */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as HashSet from "effect/HashSet"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { StoreError } from "../CrowdError.js"
import type { RunId } from "../Ids.js"
import { pages } from "../store/pages.js"
import * as tables from "../store/tables.js"
import type { Service, Undecided } from "../TaskRuns.js"
import type { Unit } from "../Units.js"
import { busyUntil, isSending } from "./deadlines.js"
import type * as Engine from "./engine.js"
import * as runTotals from "./runTotals.js"

type Generation = (typeof tables.generations)["schema"]["Type"]

/**
 * The run has become undecided, or may have. Part of the transaction that makes it so; the generation is held until its
 * end, so that each of two at once raises it.
 */
export const raise = ({ driver, store }: Engine.Service, run: RunId): Effect.Effect<void, StoreError> =>
  Effect.gen(function* () {
    const first: Generation = { id: run, provider: driver.provider, generation: 0, open: Option.none() }
    yield* store.insert(tables.generations, [first])
    const known = Option.getOrElse(yield* store.get(tables.generations, run), () => first)
    const generation = known.generation + 1
    yield* store.update(tables.generations, { ids: [run], set: { generation, open: Option.some(generation) } })
  })

/** The only way by which a run gets units; part of a transaction. Answers the ids of those that were not there yet. */
export const insertUnits = (
  engine: Engine.Service,
  run: RunId,
  units: ReadonlyArray<Unit>
): Effect.Effect<ReadonlyArray<string>, StoreError> =>
  Effect.tap(engine.store.insert(tables.units, units), (inserted) =>
    inserted.length > 0 ? raise(engine, run) : Effect.void
  )

/** Nothing is undecided, nobody at work any more on what was taken back, and nothing on its way to the crowd. */
const isOver = (engine: Engine.Service, run: RunId): Effect.Effect<boolean, StoreError> =>
  Effect.gen(function* () {
    if (runTotals.undecidedUnits(yield* runTotals.units(engine.store, run)) > 0) return false
    if (Option.isSome(yield* busyUntil(engine.store, run))) return false
    return !(yield* isSending(engine, run))
  })

/** The run is looked at again while its generation is held: whoever makes it undecided waits, and opens it again. */
const closeIfOver = (engine: Engine.Service, run: RunId) =>
  engine.store.transaction(
    Effect.gen(function* () {
      yield* engine.store.get(tables.generations, run)
      if (!(yield* isOver(engine, run))) return
      yield* engine.store.update(tables.generations, { ids: [run], set: { open: Option.none() } })
    })
  )

/** Runs of which something was cut off that nobody sends any more, such as a bonus after all was decided. */
const runsCutOff = ({ driver, store }: Engine.Service) =>
  Effect.flatMap(DateTime.now, (now) =>
    pages(store, tables.intents, { where: { provider: driver.provider, state: "pending" } }).pipe(
      Stream.filter(({ leaseUntil }) => DateTime.lessThanOrEqualTo(leaseUntil, now)),
      Stream.filterMap(({ run }) => run),
      Stream.runFold(HashSet.empty<RunId>(), (runs, run) => HashSet.add(runs, run))
    )
  )

const openIfClosed = (engine: Engine.Service, run: RunId) =>
  engine.store.transaction(
    Effect.gen(function* () {
      const known = yield* engine.store.get(tables.generations, run)
      if (Option.exists(known, ({ open }) => Option.isNone(open))) yield* raise(engine, run)
    })
  )

export const make = (engine: Engine.Service): Pick<Service, "undecided" | "reopenCutOff" | "isOver" | "generation"> => {
  const { driver, run, store } = engine

  /** A run that is over is closed on the way, and costs nothing from then on. */
  const undecided: Service["undecided"] = pages(store, tables.generations, {
    where: { provider: driver.provider },
    orderBy: "open"
  }).pipe(
    Stream.filterEffect(({ id }) =>
      Effect.flatMap(isOver(engine, id), (over) =>
        over ? Effect.as(closeIfOver(engine, id), false) : Effect.succeed(true)
      )
    ),
    Stream.map(({ generation, id }): Undecided => ({ run: id, generation }))
  )

  const reopenCutOff = Effect.flatMap(runsCutOff(engine), (runs) =>
    Effect.forEach(runs, (id) => openIfClosed(engine, id), { discard: true })
  )

  const generation: Service["generation"] = (id) =>
    Effect.zipRight(
      run(id),
      Effect.map(
        store.get(tables.generations, id),
        Option.match({ onNone: () => 0, onSome: ({ generation }) => generation })
      )
    )

  return { undecided, reopenCutOff, isOver: (id) => Effect.zipRight(run(id), isOver(engine, id)), generation }
}
