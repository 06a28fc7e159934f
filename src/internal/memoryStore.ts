import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as HashMap from "effect/HashMap"
import * as Option from "effect/Option"
import * as Order from "effect/Order"
import * as RedBlackTree from "effect/RedBlackTree"
import { StoreError } from "../CrowdError.js"
import type { UnitId } from "../Ids.js"
import { hasLeft } from "../States.js"
import type { Service, Where } from "../Store.js"
import * as tables from "../store/tables.js"

type Encoded = { readonly [column: string]: tables.Primitive }
type Row = { readonly id: string }
type Index = ReadonlyArray<string>

/** Rows as JSON text by id, and for each index the ids in its order. All of it is persistent: a copy is a reference. */
interface TableState {
  readonly rows: HashMap.HashMap<string, string>
  readonly indexes: ReadonlyArray<RedBlackTree.RedBlackTree<string, string>>
}

type State = HashMap.HashMap<string, TableState>

class InTransaction extends Context.Reference<InTransaction>()("effect-crowd/internal/memoryStore/InTransaction", {
  defaultValue: () => false
}) {}

const indexesOf = <R extends Row, E extends Encoded>(table: tables.Table<R, E>): ReadonlyArray<Index> => [
  [],
  ...table.unique,
  ...table.indexes
]

const emptyTable = <R extends Row, E extends Encoded>(table: tables.Table<R, E>): TableState => ({
  rows: HashMap.empty(),
  indexes: indexesOf(table).map(() => RedBlackTree.empty(Order.string))
})

/** Text that sorts as the value does: nulls first, then whole numbers from zero, then text. */
const sortable = (value: tables.Primitive | undefined): string => {
  if (value === null || value === undefined) return "\u0001\u0000"
  return typeof value === "number" ? `\u0002${String(value).padStart(16, "0")}\u0000` : `\u0003${value}\u0000`
}

const keyOf = (index: Index, row: Encoded): string => index.map((column) => sortable(row[column])).join("")

const parseRow = (json: string): Encoded => JSON.parse(json)

const decodeRow = <R extends Row, E extends Encoded>(table: tables.Table<R, E>, json: string) =>
  Either.mapLeft(
    table.decode(JSON.parse(json)),
    (error) => new StoreError({ reason: "Corrupt", operation: `read ${table.name}`, description: error.message })
  )

const decodeRows = <R extends Row, E extends Encoded>(table: tables.Table<R, E>, rows: ReadonlyArray<string>) =>
  Effect.forEach(rows, (json) => decodeRow(table, json))

const withRow = (state: TableState, indexes: ReadonlyArray<Index>, id: string, row: Encoded): TableState => ({
  rows: HashMap.set(state.rows, id, JSON.stringify(row)),
  indexes: state.indexes.map((tree, i) => RedBlackTree.insert(tree, keyOf(indexes[i] ?? [], row) + id, id))
})

const withoutRow = (state: TableState, indexes: ReadonlyArray<Index>, id: string): TableState =>
  Option.match(HashMap.get(state.rows, id), {
    onNone: () => state,
    onSome: (json) => {
      const row = parseRow(json)
      return {
        rows: HashMap.remove(state.rows, id),
        indexes: state.indexes.map((tree, i) => RedBlackTree.removeFirst(tree, keyOf(indexes[i] ?? [], row) + id))
      }
    }
  })

const covering = (name: string, indexes: ReadonlyArray<Index>, where: Encoded, orderBy: string) => {
  const asked = Object.keys(where)
  const length = asked.length + (orderBy === "id" ? 0 : 1)
  const position = indexes.findIndex(
    (index) =>
      index.length === length &&
      asked.every((column) => index.slice(0, asked.length).includes(column)) &&
      (orderBy === "id" || index[asked.length] === orderBy)
  )
  return position < 0
    ? Effect.dieMessage(`no index of ${name} covers (${[...asked, orderBy].join(", ")})`)
    : Effect.succeed(position)
}

const startingAt = (
  tree: RedBlackTree.RedBlackTree<string, string>,
  prefix: string,
  from: string,
  reverse: boolean
): Iterable<[string, string]> =>
  reverse
    ? RedBlackTree.lessThanEqualReversed(tree, from === prefix ? `${prefix}\uffff` : from)
    : RedBlackTree.greaterThanEqual(tree, from)

/** @internal */
export const make: Effect.Effect<Service> = Effect.gen(function*() {
  const writing = yield* Effect.makeSemaphore(1)
  let committed: State = HashMap.empty()
  let working: State = committed

  const transaction: Service["transaction"] = (effect) =>
    Effect.flatMap(InTransaction, (inside) =>
      inside
        ? effect
        : writing.withPermits(1)(
          Effect.suspend(() => {
            working = committed
            return Effect.onExit(Effect.provideService(effect, InTransaction, true), (exit) =>
              Effect.sync(() => {
                if (Exit.isSuccess(exit)) committed = working
              }))
          })
        ))

  const read = <R extends Row, E extends Encoded>(table: tables.Table<R, E>) =>
    Effect.map(InTransaction, (inside) =>
      Option.getOrElse(HashMap.get(inside ? working : committed, table.name), () => emptyTable(table)))

  const write = <R extends Row, E extends Encoded>(table: tables.Table<R, E>, state: TableState) =>
    Effect.sync(() => {
      working = HashMap.set(working, table.name, state)
    })

  const insert: Service["insert"] = (table, rows) =>
    transaction(
      Effect.gen(function*() {
        const indexes = indexesOf(table)
        let state = yield* read(table)
        const inserted: Array<string> = []
        const taken = (encoded: Encoded) =>
          table.unique.some((index, i) => {
            const tree = state.indexes[i + 1]
            const key = keyOf(index, encoded)
            if (tree === undefined) return false
            for (const [found] of RedBlackTree.greaterThanEqual(tree, key)) return found.startsWith(key)
            return false
          })
        for (const row of rows) {
          const encoded = table.encode(row)
          if (HashMap.has(state.rows, row.id) || taken(encoded)) continue
          state = withRow(state, indexes, row.id, encoded)
          inserted.push(row.id)
        }
        yield* write(table, state)
        return inserted
      })
    )

  const put: Service["put"] = (table, rows) =>
    transaction(
      Effect.flatMap(read(table), (start) => {
        const indexes = indexesOf(table)
        const state = rows.reduce(
          (state, row) => withRow(withoutRow(state, indexes, row.id), indexes, row.id, table.encode(row)),
          start
        )
        return write(table, state)
      })
    )

  const getAll: Service["getAll"] = (table, ids) =>
    Effect.flatMap(read(table), (state) =>
      decodeRows(
        table,
        ids.flatMap((id) => Option.toArray(HashMap.get(state.rows, id)))
      ))

  const get: Service["get"] = (table, id) => Effect.map(getAll(table, [id]), (rows) => Option.fromNullable(rows[0]))

  const page: Service["page"] = (table, options) =>
    Effect.gen(function*() {
      const state = yield* read(table)
      const indexes = indexesOf(table)
      const orderBy = options.orderBy ?? "id"
      const where: Encoded = defined(table.encodePart(options.where))
      const position = yield* covering(table.name, indexes, where, orderBy)
      const index = indexes[position] ?? []
      const tree = state.indexes[position]
      if (tree === undefined) return []
      const prefix = keyOf(index.slice(0, Object.keys(where).length), where)
      const limit = options.atMost === undefined ? undefined : sortable(defined(table.encodePart(options.atMost))[orderBy])
      const after = options.after === undefined
        ? undefined
        : keyOf(index, table.encode(options.after)) + options.after.id
      const found: Array<string> = []
      for (const [key, id] of startingAt(tree, prefix, after ?? prefix, options.reverse ?? false)) {
        if (!key.startsWith(prefix) || found.length >= options.limit) break
        if (key === after) continue
        const value = key.slice(prefix.length)
        if (limit !== undefined && value.startsWith("\u0001")) continue
        if (limit !== undefined && value > limit && !value.startsWith(limit)) break
        found.push(id)
      }
      return yield* decodeRows(table, found.flatMap((id) => Option.toArray(HashMap.get(state.rows, id))))
    })

  const update: Service["update"] = (table, options) =>
    transaction(
      Effect.gen(function*() {
        const indexes = indexesOf(table)
        let state = yield* read(table)
        const set: Encoded = defined(table.encodePart(options.set))
        const changed: Array<string> = []
        for (const id of options.ids) {
          const json = Option.getOrUndefined(HashMap.get(state.rows, id))
          if (json === undefined) continue
          const row = parseRow(json)
          if (!meets(table, row, options.when)) continue
          state = withRow(withoutRow(state, indexes, id), indexes, id, { ...row, ...set })
          changed.push(id)
        }
        yield* write(table, state)
        return yield* getAll(table, changed)
      })
    )

  const remove: Service["remove"] = (table, ids) =>
    transaction(
      Effect.flatMap(read(table), (state) =>
        write(table, ids.reduce((state, id) => withoutRow(state, indexesOf(table), id), state)))
    )

  const every = <R extends Row, E extends Encoded>(table: tables.Table<R, E>, where: Where<R>) =>
    Effect.gen(function*() {
      const state = yield* read(table)
      const indexes = indexesOf(table)
      const encoded: Encoded = defined(table.encodePart(where))
      const asked = Object.keys(encoded)
      const position = indexes.findIndex((index) =>
        index.length >= asked.length && asked.every((column) => index.slice(0, asked.length).includes(column)))
      const tree = state.indexes[position]
      if (tree === undefined) return yield* Effect.dieMessage(`no index of ${table.name} covers (${asked.join(", ")})`)
      const prefix = keyOf((indexes[position] ?? []).slice(0, asked.length), encoded)
      const rows: Array<Encoded> = []
      for (const [key, id] of RedBlackTree.greaterThanEqual(tree, prefix)) {
        if (!key.startsWith(prefix)) break
        Option.map(HashMap.get(state.rows, id), (json) => rows.push(parseRow(json)))
      }
      return rows
    })

  const count: Service["count"] = (table, where, by) =>
    Effect.map(every(table, where), (rows) => {
      const counts: Record<string, number> = {}
      for (const row of rows) counts[String(row[by])] = (counts[String(row[by])] ?? 0) + 1
      return counts
    })

  const sum: Service["sum"] = (table, where, column) =>
    Effect.map(every(table, where), (rows) => rows.reduce((total, row) => total + Number(row[column] ?? 0), 0))

  const claim: Service["claim"] = (options) =>
    transaction(
      Effect.gen(function*() {
        const agents = yield* read(tables.agents)
        const works = Option.fromNullable(agents.indexes[indexesOf(tables.agents).findIndex((index) =>
          index.join() === "worker,assignment"
        )])
        const workedOn = (assignment: string): boolean => {
          if (Option.isNone(works)) return false
          const prefix = sortable(options.worker) + sortable(assignment)
          for (const [key, id] of RedBlackTree.greaterThanEqual(works.value, prefix)) {
            if (!key.startsWith(prefix)) return false
            const agent = Option.flatMap(HashMap.get(agents.rows, id), (json) =>
              Either.getRight(decodeRow(tables.agents, json)))
            if (Option.isSome(agent) && !hasLeft(agent.value.status)) return true
          }
          return false
        }
        const chosen = yield* firstFree(options, workedOn)
        if (Option.isNone(chosen)) return Option.none()
        const changed = yield* update(tables.units, {
          ids: [chosen.value],
          set: {
            status: "assigned",
            agent: Option.some(options.agent),
            leaseUntil: Option.some(options.leaseUntil),
            updatedAt: options.now
          }
        })
        return Option.fromNullable(changed[0])
      })
    )

  const firstFree = (
    options: Parameters<Service["claim"]>[0],
    workedOn: (assignment: string) => boolean
  ): Effect.Effect<Option.Option<UnitId>, StoreError> =>
    Effect.gen(function*() {
      const units = yield* read(tables.units)
      const position = indexesOf(tables.units).findIndex((index) => index.join() === "run,status,place")
      const tree = units.indexes[position]
      if (tree === undefined) return Option.none()
      const prefix = sortable(options.run) + sortable("launched")
      for (const [key, id] of RedBlackTree.greaterThanEqual(tree, prefix + sortable(options.after + 1))) {
        if (!key.startsWith(prefix)) return Option.none()
        const json = Option.getOrUndefined(HashMap.get(units.rows, id))
        if (json === undefined) continue
        const unit = yield* decodeRow(tables.units, json)
        if (!workedOn(unit.assignment)) return Option.some(unit.id)
      }
      return Option.none()
    })

  return { transaction, insert, put, get, getAll, page, update, remove, count, sum, claim }
})

const defined = (part: { readonly [column: string]: tables.Primitive | undefined }): Encoded => {
  const out: Record<string, tables.Primitive> = {}
  for (const [column, value] of Object.entries(part)) if (value !== undefined) out[column] = value
  return out
}

const meets = <R extends Row, E extends Encoded>(
  table: tables.Table<R, E>,
  row: Encoded,
  when: { readonly [Column in keyof R]?: ReadonlyArray<R[Column]> } | undefined
): boolean => {
  if (when === undefined) return true
  for (const column in when) {
    const allowed = when[column]
    if (allowed === undefined) continue
    const one = (value: R[typeof column]) => {
      const part: { [Column in keyof R]?: R[Column] } = {}
      part[column] = value
      return defined(table.encodePart(part))[column]
    }
    if (!allowed.some((value) => one(value) === row[column])) return false
  }
  return true
}
