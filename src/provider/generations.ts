/** Which runs are not decided, and how often each has become so. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { StoreError } from "../CrowdError.js"
import type { RunId } from "../Ids.js"
import type * as Store from "../Store.js"
import { pages } from "../store/pages.js"
import * as tables from "../store/tables.js"
import type { Service, Undecided } from "../TaskRuns.js"
import type { Unit } from "../Units.js"
import { busyUntil } from "./deadlines.js"
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

/** Nothing is undecided, and nobody at work any more on what was taken back. */
const isOver = (store: Store.Service, run: RunId): Effect.Effect<boolean, StoreError> =>
  Effect.flatMap(runTotals.units(store, run), (counts) =>
    runTotals.undecidedUnits(counts) > 0 ? Effect.succeed(false) : Effect.map(busyUntil(store, run), Option.isNone)
  )

/** The run is looked at again while its generation is held: whoever makes it undecided waits, and opens it again. */
const closeIfOver = (store: Store.Service, run: RunId) =>
  store.transaction(
    Effect.gen(function* () {
      yield* store.get(tables.generations, run)
      if (!(yield* isOver(store, run))) return
      yield* store.update(tables.generations, { ids: [run], set: { open: Option.none() } })
    })
  )

export const make = ({ driver, run, store }: Engine.Service): Pick<Service, "undecided" | "generation"> => {
  const provider = driver.provider

  /** A run that is over is closed on the way, and costs nothing from then on. */
  const undecided: Service["undecided"] = pages(store, tables.generations, {
    where: { provider },
    orderBy: "open"
  }).pipe(
    Stream.filterEffect(({ id }) =>
      Effect.flatMap(isOver(store, id), (over) =>
        over ? Effect.as(closeIfOver(store, id), false) : Effect.succeed(true)
      )
    ),
    Stream.map(({ generation, id }): Undecided => ({ run: id, generation }))
  )

  const generation: Service["generation"] = (id) =>
    Effect.zipRight(
      run(id),
      Effect.map(
        store.get(tables.generations, id),
        Option.match({ onNone: () => 0, onSome: ({ generation }) => generation })
      )
    )

  return { undecided, generation }
}
