import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as HashMap from "effect/HashMap"
import * as Option from "effect/Option"
import * as Order from "effect/Order"
import * as RedBlackTree from "effect/RedBlackTree"
import { StoreError } from "../CrowdError.js"
import { AgentStatus, hasLeft } from "../States.js"
import type { ClaimOptions, PageOptions, Service, Where } from "../Store.js"
import * as tables from "../store/tables.js"
import * as columns from "./columns.js"
import * as Current from "./current.js"
import * as sortable from "./sortable.js"

type Encoded = columns.Encoded
type Row = columns.Row
type Tree = RedBlackTree.RedBlackTree<string, string>

/** Rows as JSON text by id, and for each index the ids in its order. All of it is persistent: a copy is a reference. */
interface TableState {
  readonly rows: HashMap.HashMap<string, string>
  readonly indexes: ReadonlyArray<{ readonly on: columns.Index; readonly tree: Tree }>
}

type State = HashMap.HashMap<string, TableState>

interface Transaction {
  state: State
  /** After one, nothing of the transaction is kept. */
  failure: StoreError | undefined
  ended: boolean
}

const emptyTable = <R extends Row, E extends Encoded>(table: tables.Table<R, E>): TableState => ({
  rows: HashMap.empty(),
  indexes: columns.indexesOf(table).map((on) => ({ on, tree: RedBlackTree.empty(Order.string) }))
})

const parseRow = (json: string): Encoded => JSON.parse(json)

const decodeRows = <R extends Row, E extends Encoded>(table: tables.Table<R, E>, rows: ReadonlyArray<Encoded>) =>
  Effect.forEach(rows, (row) =>
    Either.mapLeft(
      table.decode(row),
      (error) => new StoreError({ reason: "Corrupt", operation: `read ${table.name}`, description: error.message })
    )
  )

const keyOf = (on: columns.Index, row: Encoded, id: string): string => sortable.ofColumns(on, row) + sortable.ofId(id)

const withRow = (state: TableState, id: string, row: Encoded): TableState => ({
  rows: HashMap.set(state.rows, id, JSON.stringify(row)),
  indexes: state.indexes.map(({ on, tree }) => ({ on, tree: RedBlackTree.insert(tree, keyOf(on, row, id), id) }))
})

const withoutRow = (state: TableState, id: string): TableState =>
  Option.match(rowOf(state, id), {
    onNone: () => state,
    onSome: (row) => ({
      rows: HashMap.remove(state.rows, id),
      indexes: state.indexes.map(({ on, tree }) => ({ on, tree: RedBlackTree.removeFirst(tree, keyOf(on, row, id)) }))
    })
  })

const rowOf = (state: TableState, id: string): Option.Option<Encoded> =>
  Option.map(HashMap.get(state.rows, id), parseRow)

const rowsOf = (state: TableState, ids: Iterable<string>): ReadonlyArray<Encoded> =>
  Array.from(ids).flatMap((id) => Option.toArray(rowOf(state, id)))

/** The ids under keys that begin with the prefix. */
function* idsUnder(tree: Tree, prefix: string, from = prefix): Iterable<string> {
  for (const [key, id] of RedBlackTree.greaterThanEqual(tree, from)) {
    if (!key.startsWith(prefix)) return
    yield id
  }
}

/** Whether another row has the values that only one row may have. */
const isTaken = <R extends Row, E extends Encoded>(
  table: tables.Table<R, E>,
  state: TableState,
  id: string,
  row: Encoded
) =>
  state.indexes.slice(1, 1 + table.unique.length).some(({ on, tree }) => {
    for (const other of idsUnder(tree, sortable.ofColumns(on, row))) if (other !== id) return true
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

const idsOfPage = <R extends Row, E extends Encoded>(
  table: tables.Table<R, E>,
  state: TableState,
  options: PageOptions<R>
): Effect.Effect<ReadonlyArray<string>> => {
  const orderBy = options.orderBy ?? "id"
  const where = columns.encodeWhere(table, options.where)
  const asked = Object.keys(where)
  const index =
    state.indexes[
      columns.orderedIndex(
        state.indexes.map(({ on }) => on),
        asked,
        orderBy
      )
    ]
  if (index === undefined) return Effect.dieMessage(columns.notCovered(table.name, asked, orderBy))
  const prefix = sortable.ofColumns(index.on.slice(0, asked.length), where)
  const ordered = (row: Encoded) => (orderBy === "id" ? "" : sortable.of(row[orderBy]))
  const atMost = options.atMost === undefined ? undefined : columns.encodeWhere(table, options.atMost)
  const highestId = orderBy === "id" && atMost !== undefined ? sortable.ofId(String(atMost.id)) : sortable.last
  const ids: Array<string> = []
  for (const id of idsBetween(
    index.tree,
    prefix + (atMost === undefined || orderBy === "id" ? "" : sortable.afterNull),
    prefix + (atMost === undefined ? "" : ordered(atMost)) + highestId,
    options.after === undefined
      ? undefined
      : prefix + ordered(table.encode(options.after)) + sortable.ofId(options.after.id),
    options.reverse ?? false
  )) {
    if (ids.length >= options.limit) break
    ids.push(id)
  }
  return Effect.succeed(ids)
}

const rowsWhere = <R extends Row, E extends Encoded>(
  table: tables.Table<R, E>,
  state: TableState,
  asked: Where<R>
): Effect.Effect<ReadonlyArray<Encoded>> => {
  const where = columns.encodeWhere(table, asked)
  const names = Object.keys(where)
  const index =
    state.indexes[
      columns.groupingIndex(
        state.indexes.map(({ on }) => on),
        names
      )
    ]
  if (index === undefined) return Effect.dieMessage(columns.notCovered(table.name, names, "any column"))
  return Effect.succeed(rowsOf(state, idsUnder(index.tree, sortable.ofColumns(index.on.slice(0, names.length), where))))
}

const indexOn = (state: TableState, ...on: columns.Index): Tree =>
  state.indexes.find((index) => index.on.join() === on.join())?.tree ?? RedBlackTree.empty(Order.string)

const left: ReadonlyArray<unknown> = AgentStatus.literals.filter(hasLeft)

const isWorkedOn = (agents: TableState, worker: string, assignment: string): boolean => {
  const prefix = sortable.of(worker) + sortable.of(assignment)
  for (const id of idsUnder(indexOn(agents, "worker", "assignment"), prefix)) {
    if (Option.exists(rowOf(agents, id), (agent) => !left.includes(agent.status))) return true
  }
  return false
}

const firstFree = (units: TableState, agents: TableState, options: ClaimOptions): Option.Option<string> => {
  const prefix = sortable.of(options.run) + sortable.of("launched")
  const from = prefix + sortable.of(options.after + 1)
  for (const id of idsUnder(indexOn(units, "run", "status", "place"), prefix, from)) {
    const free = Option.exists(rowOf(units, id), (unit) => !isWorkedOn(agents, options.worker, String(unit.assignment)))
    if (free) return Option.some(id)
  }
  return Option.none()
}

/** @internal */
export const make: Effect.Effect<Service> = Effect.gen(function* () {
  const writing = yield* Effect.makeSemaphore(1)
  const current = Current.make<Transaction>()
  let committed: State = HashMap.empty()

  const begun = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E | StoreError, R> =>
    Effect.suspend(() => {
      const opened: Transaction = { state: committed, failure: undefined, ended: false }
      return Effect.flatMap(
        Effect.onExit(current.provide(effect, opened), (exit) =>
          Effect.sync(() => {
            opened.ended = true
            if (Exit.isSuccess(exit) && opened.failure === undefined) committed = opened.state
          })
        ),
        (a) => (opened.failure === undefined ? Effect.succeed(a) : opened.failure)
      )
    })

  const transaction: Service["transaction"] = (effect) =>
    Effect.withFiberRuntime((fiber) =>
      current.in(fiber.currentContext) === undefined ? writing.withPermits(1)(begun(effect)) : effect
    )

  const read = <R extends Row, E extends Encoded, A>(
    table: tables.Table<R, E>,
    f: (state: TableState) => Effect.Effect<A, StoreError>
  ): Effect.Effect<A, StoreError> =>
    Effect.withFiberRuntime((fiber) => {
      const state = current.in(fiber.currentContext)?.state ?? committed
      return f(Option.getOrElse(HashMap.get(state, table.name), () => emptyTable(table)))
    })

  /** `change` answers a failure where a row cannot be as it asks. */
  const write = <R extends Row, E extends Encoded, A>(
    table: tables.Table<R, E>,
    change: (state: TableState) => Either.Either<readonly [TableState, A], StoreError>
  ): Effect.Effect<A, StoreError> =>
    transaction(
      Effect.withFiberRuntime((fiber) => {
        const opened = current.in(fiber.currentContext)
        if (opened === undefined) return Effect.dieMessage("a write outside a transaction")
        if (opened.failure !== undefined) return opened.failure
        const before = Option.getOrElse(HashMap.get(opened.state, table.name), () => emptyTable(table))
        return Either.match(change(before), {
          onLeft: (failure) => {
            opened.failure = failure
            return failure
          },
          onRight: ([after, answer]) => {
            opened.state = HashMap.set(opened.state, table.name, after)
            return Effect.succeed(answer)
          }
        })
      })
    )

  const replaced = <R extends Row, E extends Encoded>(
    table: tables.Table<R, E>,
    state: TableState,
    id: string,
    row: Encoded
  ) =>
    isTaken(table, state, id, row)
      ? Either.left(
          new StoreError({
            reason: "Failed",
            operation: `write ${table.name}`,
            description: `another row already has what only one may have (${table.unique.join("; ")}), so ${id} cannot`
          })
        )
      : Either.right(withRow(withoutRow(state, id), id, row))

  const insert: Service["insert"] = (table, rows) =>
    write(table, (before) => {
      let state = before
      const inserted: Array<string> = []
      for (const row of rows) {
        const encoded = table.encode(row)
        if (HashMap.has(state.rows, row.id) || isTaken(table, state, row.id, encoded)) continue
        state = withRow(state, row.id, encoded)
        inserted.push(row.id)
      }
      return Either.right([state, inserted])
    })

  const put: Service["put"] = (table, rows) =>
    write(table, (before) => {
      let state = before
      for (const row of rows) {
        const next = replaced(table, state, row.id, table.encode(row))
        if (Either.isLeft(next)) return Either.left(next.left)
        state = next.right
      }
      return Either.right([state, undefined])
    })

  const getAll: Service["getAll"] = (table, ids) =>
    read(table, (state) => decodeRows(table, rowsOf(state, new Set(ids))))

  const get: Service["get"] = (table, id) => Effect.map(getAll(table, [id]), (rows) => Option.fromNullable(rows[0]))

  const page: Service["page"] = (table, options) =>
    read(table, (state) =>
      Effect.flatMap(idsOfPage(table, state, options), (ids) => decodeRows(table, rowsOf(state, ids)))
    )

  const update: Service["update"] = (table, options) => {
    const set = columns.encodeWhere(table, options.set)
    const when = Object.entries(columns.encodeWhen(table, options.when))
    return Effect.flatMap(
      write(table, (before) => {
        let state = before
        const changed: Array<Encoded> = []
        for (const id of new Set(options.ids)) {
          const row = Option.getOrUndefined(rowOf(state, id))
          if (row === undefined || !when.every(([column, allowed]) => allowed.includes(row[column] ?? null))) continue
          const next = replaced(table, state, id, { ...row, ...set })
          if (Either.isLeft(next)) return Either.left(next.left)
          state = next.right
          changed.push({ ...row, ...set })
        }
        return Either.right([state, changed])
      }),
      (changed) => decodeRows(table, changed)
    )
  }

  const remove: Service["remove"] = (table, ids) =>
    write(table, (state) => Either.right([ids.reduce(withoutRow, state), undefined]))

  const count: Service["count"] = (table, where, by) =>
    read(table, (state) =>
      Effect.map(rowsWhere(table, state, where), (rows) => {
        const counts: Record<string, number> = {}
        for (const row of rows) counts[String(row[by])] = (counts[String(row[by])] ?? 0) + 1
        return counts
      })
    )

  const sum: Service["sum"] = (table, where, column) =>
    read(table, (state) =>
      Effect.map(rowsWhere(table, state, where), (rows) =>
        rows.reduce((total, row) => total + Number(row[column] ?? 0), 0)
      )
    )

  const claim: Service["claim"] = (options) =>
    transaction(
      read(tables.agents, (agents) =>
        read(tables.units, (units) =>
          Option.match(firstFree(units, agents, options), {
            onNone: () => Effect.succeed(Option.none()),
            onSome: (id) =>
              Effect.map(
                update(tables.units, {
                  ids: [id],
                  set: {
                    status: "assigned",
                    agent: Option.some(options.agent),
                    leaseUntil: Option.some(options.leaseUntil),
                    updatedAt: options.now
                  }
                }),
                (units) => Option.fromNullable(units[0])
              )
          })
        )
      )
    )

  return { transaction, insert, put, get, getAll, page, update, remove, count, sum, claim }
})
