import * as Effect from "effect/Effect"
import * as HashMap from "effect/HashMap"
import * as Option from "effect/Option"
import * as Order from "effect/Order"
import * as RedBlackTree from "effect/RedBlackTree"
import { claimedFrom, leftAs } from "../claimStatuses.js"
import * as columns from "../columns.js"
import type { AvailableOptions, ClaimOptions, PageOptions, Where } from "../operations.js"
import type * as tables from "../tables.js"
import * as sortKeys from "./sortKeys.js"

type Encoded = columns.Encoded
type Row = columns.Row
type Tree = RedBlackTree.RedBlackTree<string, string>

/**
 * Rows as JSON text by id, and for each index the ids in its order. All of it is persistent: a copy is a reference.
 *
 * @internal
 */
export interface TableState {
  readonly rows: HashMap.HashMap<string, string>
  readonly indexes: ReadonlyArray<columns.Index & { readonly tree: Tree }>
}

/** @internal */
export const empty = <R extends Row, E extends Encoded>(table: tables.Table<R, E>): TableState => ({
  rows: HashMap.empty(),
  indexes: columns.indexesOf(table).map((index) => ({ ...index, tree: RedBlackTree.empty(Order.string) }))
})

const parseRow = (json: string): Encoded => JSON.parse(json)

/** Every index of the row, changed: those that leave it out stay as they are. */
const changed = (
  state: TableState,
  row: Encoded,
  id: string,
  change: (tree: Tree, key: string) => Tree
): TableState["indexes"] =>
  state.indexes.map((index) =>
    columns.leavesOut(index, row)
      ? index
      : { ...index, tree: change(index.tree, sortKeys.ofColumns(index.on, row) + sortKeys.ofId(id)) }
  )

/** @internal */
export const withRow = (state: TableState, id: string, row: Encoded): TableState => ({
  rows: HashMap.set(state.rows, id, JSON.stringify(row)),
  indexes: changed(state, row, id, (tree, key) => RedBlackTree.insert(tree, key, id))
})

/** @internal */
export const withoutRow = (state: TableState, id: string): TableState =>
  Option.match(rowOf(state, id), {
    onNone: () => state,
    onSome: (row) => ({
      rows: HashMap.remove(state.rows, id),
      indexes: changed(state, row, id, RedBlackTree.removeFirst)
    })
  })

/** @internal */
export const rowOf = (state: TableState, id: string): Option.Option<Encoded> =>
  Option.map(HashMap.get(state.rows, id), parseRow)

/** @internal */
export const rowsOf = (state: TableState, ids: Iterable<string>): ReadonlyArray<Encoded> =>
  Array.from(ids).flatMap((id) => Option.toArray(rowOf(state, id)))

/** The ids under keys that begin with the prefix. */
function* idsUnder(tree: Tree, prefix: string, from = prefix): Iterable<string> {
  for (const [key, id] of RedBlackTree.greaterThanEqual(tree, from)) {
    if (!key.startsWith(prefix)) return
    yield id
  }
}

/** The rows that have one of these values in the first column of the index. @internal */
export const rowsBeginning = (
  state: TableState,
  { tree }: TableState["indexes"][number],
  values: ReadonlySet<string>
): ReadonlyArray<Encoded> =>
  rowsOf(
    state,
    [...values].flatMap((value) => [...idsUnder(tree, sortKeys.of(value))])
  )

/** Whether another row has the values that only one row may have. @internal */
export const isTaken = <R extends Row, E extends Encoded>(
  table: tables.Table<R, E>,
  state: TableState,
  id: string,
  row: Encoded
) =>
  state.indexes.slice(1, 1 + table.unique.length).some(({ on, tree }) => {
    for (const other of idsUnder(tree, sortKeys.ofColumns(on, row))) if (other !== id) return true
    return false
  })

function* idsBetween(tree: Tree, lower: string, upper: string, after: string | undefined, reverse: boolean) {
  const start = after === undefined ? (reverse ? upper : lower) : reverse ? min(upper, after) : max(lower, after)
  const entries = reverse ? RedBlackTree.lessThanEqualReversed(tree, start) : RedBlackTree.greaterThanEqual(tree, start)
  for (const [key, id] of entries) {
    if (reverse ? key < lower : key > upper) return
    if (key !== after) yield id
  }
}

const min = (a: string, b: string): string => (a < b ? a : b)
const max = (a: string, b: string): string => (a < b ? b : a)

/** The part of an index's keys that rows equal in `where` have in common. */
const prefixOf = ({ on }: columns.Index, where: Encoded): string =>
  sortKeys.ofColumns(on.slice(0, Object.keys(where).length), where)

/** Where in its index the rows of a page are. */
const boundsOf = ({ after, atMost, index, orderBy, where }: columns.Asked<columns.Index>) => {
  const prefix = prefixOf(index, where)
  const ordered = (row: Encoded) => (orderBy === "id" ? "" : sortKeys.of(row[orderBy]))
  const highestId = orderBy === "id" && atMost !== undefined ? sortKeys.ofId(String(atMost["id"])) : sortKeys.last
  return {
    lower: prefix,
    upper: prefix + (atMost === undefined ? "" : ordered(atMost)) + highestId,
    after: after === undefined ? undefined : prefix + ordered(after) + sortKeys.ofId(String(after["id"]))
  }
}

/** @internal */
export const page = <R extends Row, E extends Encoded>(
  table: tables.Table<R, E>,
  state: TableState,
  options: PageOptions<R>
): Effect.Effect<ReadonlyArray<Encoded>> =>
  Effect.map(columns.asked(table, state.indexes, options), (asked) => {
    const { after, lower, upper } = boundsOf(asked)
    const ids: Array<string> = []
    for (const id of idsBetween(asked.index.tree, lower, upper, after, options.reverse ?? false)) {
      if (ids.length >= options.limit) break
      ids.push(id)
    }
    return rowsOf(state, ids)
  })

/** @internal */
export const where = <R extends Row, E extends Encoded>(
  table: tables.Table<R, E>,
  state: TableState,
  equal: Where<R>
): Effect.Effect<ReadonlyArray<Encoded>> => {
  const values = columns.encodeWhere(table, equal)
  return Effect.map(columns.grouped(state.indexes, table.name, values), (index) =>
    rowsOf(state, idsUnder(index.tree, prefixOf(index, values)))
  )
}

const indexOn = (state: TableState, ...on: columns.Columns): Tree =>
  state.indexes.find((index) => index.on.join() === on.join())?.tree ?? RedBlackTree.empty(Order.string)

const isWorkedOn = (agents: TableState, worker: string, assignment: string): boolean => {
  const prefix = sortKeys.of(worker) + sortKeys.of(assignment)
  for (const id of idsUnder(indexOn(agents, "worker", "assignment"), prefix)) {
    if (Option.exists(rowOf(agents, id), ({ status }) => !leftAs.some((one) => one === status))) return true
  }
  return false
}

interface Looking extends Pick<ClaimOptions, "run" | "after" | "again"> {
  readonly worker: string
}

/** The ids of the units on offer that the worker may be given, those with the lowest place first. */
function* offeredTo(units: TableState, agents: TableState, options: Looking): Iterable<string> {
  if (options.again === true) return yield* leftBefore(units, agents, options)
  const prefix = sortKeys.of(options.run) + sortKeys.of(claimedFrom)
  yield* idsUnder(indexOn(units, "run", "status", "place"), prefix, prefix + sortKeys.of(options.after + 1))
}

/** The same, of assignments of which the worker has left a unit. */
const leftBefore = (units: TableState, agents: TableState, { after, run, worker }: Looking) => {
  const had = leftAs.flatMap((status) => [
    ...idsUnder(indexOn(agents, "run", "status", "worker"), [run, status, worker].map(sortKeys.of).join(""))
  ])
  const rows = new Set(rowsOf(agents, had).map(({ assignment }) => String(assignment)))
  const ids = [...rows].flatMap((row) => [...idsUnder(indexOn(units, "assignment"), sortKeys.of(row))])
  return rowsOf(units, ids)
    .filter(({ place, status }) => status === claimedFrom && Number(place) > after)
    .sort((one, other) => Number(one.place) - Number(other.place))
    .map(({ id }) => String(id))
}

/** The id of the unit to claim. @internal */
export const firstFree = (units: TableState, agents: TableState, options: ClaimOptions): Option.Option<string> => {
  for (const id of offeredTo(units, agents, options)) {
    const free = Option.exists(rowOf(units, id), (unit) => !isWorkedOn(agents, options.worker, String(unit.assignment)))
    if (free) return Option.some(id)
  }
  return Option.none()
}

/** How many assignments have a unit that the worker can claim. @internal */
export const available = (units: TableState, agents: TableState, options: AvailableOptions): number => {
  const { again, atMost, run } = options
  const worker: string = options.worker ?? ""
  const free = new Set<string>()
  for (const id of offeredTo(units, agents, { run, worker, again, after: -1 })) {
    if (free.size >= atMost) break
    const assignment = String(Option.getOrUndefined(rowOf(units, id))?.assignment)
    if (!isWorkedOn(agents, worker, assignment)) free.add(assignment)
  }
  return free.size
}
