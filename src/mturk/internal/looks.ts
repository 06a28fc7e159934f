/**
 * HITs whose figures cannot tell whether there is anything new: one that was taken back looks the same whether or not
 * somebody submitted it in its last seconds, and a rejection the same whether or not it was overridden elsewhere. A sync
 * looks at as many of them as its bound of calls leaves over, in turn. What it has not come to yet is not lost: the
 * service approves it in the end, and that the figures do tell.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { ProviderError } from "../../CrowdError.js"
import { data } from "../../store/tables.js"
import type { TaskRun } from "../../TaskRuns.js"
import type { Unit } from "../../Units.js"
import { type Crowd, stored } from "./crowd.js"
import { provider } from "./errors.js"

/** How many calls there may be in a sync of so many units, besides one for each that changed. */
export const bound = (units: number): number => Math.floor(units / 100) + 2

/** Whose turn it is: kept in the store, for a process may live for one sync. */
const Turn = Schema.Struct({
  /** The place of the unit that was looked at last. */
  place: Schema.Int,
  /** Whether the latest sync gave its last call to a list, and none to a look. */
  listed: Schema.Boolean
})
export type Turn = typeof Turn.Type

const first: Turn = { place: -1, listed: true }

const decode = Schema.decodeUnknownOption(Turn)

const method = "ListReviewableHITs"

const idOf = (run: TaskRun): string => `${provider}/turn/${run.id}`

export const turnOf = ({ store }: Crowd, run: TaskRun): Effect.Effect<Turn, ProviderError> =>
  Effect.map(stored(method, store.get(data, idOf(run))), (row) =>
    Option.getOrElse(
      Option.flatMap(row, ({ value }) => decode(value)),
      () => first
    )
  )

export const keepTurn = ({ store }: Crowd, run: TaskRun, turn: Turn): Effect.Effect<void, ProviderError> =>
  stored(method, store.put(data, [{ id: idOf(run), provider, value: { ...turn } }]))

/** The next so many after the turn's place, and from the beginning again after the last. */
export const next = <A extends { readonly unit: Pick<Unit, "place"> }>(
  all: ReadonlyArray<A>,
  { place }: Turn,
  count: number
): ReadonlyArray<A> => {
  const inOrder = all.toSorted((a, b) => a.unit.place - b.unit.place)
  const later = inOrder.findIndex(({ unit }) => unit.place > place)
  const from = Math.max(0, later)
  return [...inOrder.slice(from), ...inOrder.slice(0, from)].slice(0, Math.max(0, count))
}
