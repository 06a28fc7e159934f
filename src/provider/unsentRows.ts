/** What of a run never went out: it binds no batch, and can be taken out of the run again. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { InvalidInput, StoreError } from "../CrowdError.js"
import type { AssignmentId, RunId, Token, UnitId } from "../Ids.js"
import type { Intent } from "../Journal.js"
import { tokenOf } from "../journal/intents.js"
import type * as Store from "../Store.js"
import { pages } from "../store/pages.js"
import * as tables from "../store/tables.js"
import type { Assignment, Inputs, TaskRun } from "../TaskRuns.js"
import type { Unit } from "../Units.js"

/** Under which token the unit was, or is, launched. */
export const launchToken = ({ id, launchedWith }: Pick<Unit, "id" | "launchedWith">): Token =>
  tokenOf(
    "launch",
    Option.getOrElse(launchedWith, () => id)
  )

/** Of these units, those that are out or may be. */
export const sentAmong = (
  store: Store.Service,
  units: ReadonlyArray<Unit>
): Effect.Effect<ReadonlyArray<Unit>, StoreError> =>
  Effect.map(store.getAll(tables.intents, [...new Set(units.map(launchToken))]), (intents) => {
    const sent = new Set(intents.filter(({ state }) => state !== "failed").map(({ id }) => id))
    return units.filter((unit) => sent.has(launchToken(unit)))
  })

const sentStates = ["done", "pending", "uncertain"] as const satisfies ReadonlyArray<Intent["state"]>

/** Whether nothing of the run is out, or may be. */
export const isUnsent = (store: Store.Service, { id, provider }: TaskRun): Effect.Effect<boolean, StoreError> =>
  Effect.every(sentStates, (state) =>
    Effect.map(
      store.page(tables.intents, { where: { provider, run: Option.some(id), state }, limit: 1 }),
      ({ length }) => length === 0
    )
  )

/**
 * The units of a row of which nothing is out; none where something is, or may be. In a transaction they stay as they
 * are.
 */
export const unitsOf = (
  store: Store.Service,
  assignment: AssignmentId
): Effect.Effect<Option.Option<ReadonlyArray<UnitId>>, StoreError> =>
  Effect.gen(function* () {
    const units = yield* store.getAllBy(tables.units, "assignment", [assignment])
    const sent = yield* sentAmong(store, units)
    return sent.length === 0 ? Option.some(units.map(({ id }) => id)) : Option.none()
  })

/** A row of a run that the batch has not any more as it was. */
export interface Differing {
  readonly known: Assignment
  /** What the batch has in its place; none where it ends before. */
  readonly now: Option.Option<Inputs>
}

const rowsAtOnce = 50

/** Gives rows of which nothing is out what the batch has in their place; those beyond its end are left. */
export const replace = (
  store: Store.Service,
  rows: Stream.Stream<Differing, InvalidInput | StoreError>
): Effect.Effect<void, InvalidInput | StoreError> =>
  rows.pipe(
    Stream.filterMap(({ known, now }) => Option.map(now, (inputs) => ({ id: known.id, inputs }))),
    Stream.grouped(rowsAtOnce),
    Stream.runForEach((page) =>
      store.transaction(
        Effect.forEach(
          page,
          ({ id, inputs }) =>
            Effect.flatMap(unitsOf(store, id), (units) =>
              Effect.when(store.update(tables.assignments, { ids: [id], set: { inputs } }), () => Option.isSome(units))
            ),
          { discard: true }
        )
      )
    )
  )

/** Takes out rows of which nothing is out, from the end to the row `from`: the run has no gap at any time. */
export const truncate = (store: Store.Service, run: RunId, from: number): Effect.Effect<void, StoreError> => {
  const remove = ({ id }: Assignment) =>
    Effect.flatMap(
      unitsOf(store, id),
      Option.match({
        onNone: () => Effect.succeed(false),
        onSome: (units) =>
          Effect.as(Effect.zipRight(store.remove(tables.units, units), store.remove(tables.assignments, [id])), true)
      })
    )
  return pages(store, tables.assignments, { where: { run }, orderBy: "row", reverse: true }).pipe(
    Stream.takeWhile(({ row }) => row >= from),
    Stream.grouped(rowsAtOnce),
    Stream.mapEffect((page) => store.transaction(Effect.every(page, remove))),
    Stream.takeWhile((removed) => removed),
    Stream.runDrain
  )
}
