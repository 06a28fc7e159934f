import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as HashMap from "effect/HashMap"
import * as Option from "effect/Option"
import * as PubSub from "effect/PubSub"
import { StoreError } from "../../CrowdError.js"
import { changesIn } from "../../internal/changes.js"
import { claimedAs } from "../claimStatuses.js"
import * as columns from "../columns.js"
import type { Service } from "../operations.js"
import * as tables from "../tables.js"
import { reachesTheCrowd } from "../transactionErrors.js"
import * as memory from "./table.js"
import * as Current from "./transaction.js"

type Encoded = columns.Encoded
type Row = columns.Row

type State = HashMap.HashMap<string, memory.TableState>

interface Transaction {
  state: State
  /** After one, nothing of the transaction is kept. */
  failure: StoreError | undefined
  ended: boolean
}

/** Answers a failure where a row cannot be as asked. */
type Change<A> = (state: memory.TableState) => Either.Either<readonly [memory.TableState, A], StoreError>

/** What every operation works with. */
interface Access {
  readonly transaction: Service["transaction"]
  readonly read: <R extends Row, E extends Encoded, A>(
    table: tables.Table<R, E>,
    f: (state: memory.TableState) => Effect.Effect<A, StoreError>
  ) => Effect.Effect<A, StoreError>
  readonly write: <R extends Row, E extends Encoded, A>(
    table: tables.Table<R, E>,
    change: Change<A>
  ) => Effect.Effect<A, StoreError>
  readonly ensureNoTransaction: Service["ensureNoTransaction"]
  readonly writes: Service["writes"]
}

const tableIn = <R extends Row, E extends Encoded>(state: State, table: tables.Table<R, E>): memory.TableState =>
  Option.getOrElse(HashMap.get(state, table.name), () => memory.empty(table))

const makeAccess: Effect.Effect<Access> = Effect.gen(function* () {
  const writing = yield* Effect.makeSemaphore(1)
  const written = yield* PubSub.sliding<void>(1)
  const current = Current.make<Transaction>()
  let committed: State = HashMap.empty()

  const begun = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E | StoreError, R> =>
    Effect.uninterruptibleMask((restore) =>
      Effect.suspend(() => {
        const opened: Transaction = { state: committed, failure: undefined, ended: false }
        return Effect.flatMap(current.exit(restore(effect), opened), (exit): Exit.Exit<A, E | StoreError> => {
          opened.ended = true
          if (Exit.isFailure(exit)) return exit
          if (opened.failure !== undefined) return Exit.fail(opened.failure)
          if (committed !== opened.state) written.unsafeOffer()
          committed = opened.state
          return exit
        })
      })
    )

  const transaction: Service["transaction"] = (effect) =>
    Effect.withFiberRuntime((fiber) =>
      current.in(fiber.currentContext) === undefined ? writing.withPermits(1)(begun(effect)) : effect
    )

  const read: Access["read"] = (table, f) =>
    Effect.withFiberRuntime((fiber) => f(tableIn(current.in(fiber.currentContext)?.state ?? committed, table)))

  const changed = <R extends Row, E extends Encoded, A>(
    opened: Transaction,
    table: tables.Table<R, E>,
    change: Change<A>
  ): Effect.Effect<A, StoreError> => {
    if (opened.failure !== undefined) return Effect.fail(opened.failure)
    const before = tableIn(opened.state, table)
    return Either.match(change(before), {
      onLeft: (failure) => {
        opened.failure = failure
        return Effect.fail(failure)
      },
      onRight: ([state, answer]) => {
        if (state !== before) opened.state = HashMap.set(opened.state, table.name, state)
        return Effect.succeed(answer)
      }
    })
  }

  const write = <R extends Row, E extends Encoded, A>(table: tables.Table<R, E>, change: Change<A>) =>
    transaction<A, StoreError, never>(
      Effect.withFiberRuntime((fiber) => {
        const opened = current.in(fiber.currentContext)
        return opened === undefined
          ? Effect.dieMessage("a write outside a transaction")
          : changed(opened, table, change)
      })
    )

  const ensureNoTransaction: Service["ensureNoTransaction"] = (operation) =>
    Effect.withFiberRuntime((fiber) =>
      current.in(fiber.currentContext) === undefined ? Effect.void : reachesTheCrowd(operation)
    )

  return { transaction, ensureNoTransaction, read, write, writes: Option.some(changesIn(written)) }
})

const decoded = <R extends Row, E extends Encoded>(table: tables.Table<R, E>, rows: ReadonlyArray<Encoded>) =>
  Effect.forEach(rows, (row) =>
    Either.mapLeft(
      table.decode(row),
      (error) => new StoreError({ reason: "Corrupt", operation: `read ${table.name}`, description: error.message })
    )
  )

/** The row in the place of what is there under its id. */
const replaced = <R extends Row, E extends Encoded>(
  table: tables.Table<R, E>,
  state: memory.TableState,
  id: string,
  row: Encoded
): Either.Either<memory.TableState, StoreError> =>
  memory.isTaken(table, state, id, row)
    ? Either.left(
        new StoreError({
          reason: "Failed",
          operation: `write ${table.name}`,
          description: `another row already has what only one may have (${table.unique.join("; ")}), so ${id} cannot`
        })
      )
    : Either.right(memory.withRow(memory.withoutRow(state, id), id, row))

const insert =
  ({ write }: Access): Service["insert"] =>
  (table, rows) =>
    write(table, (before) => {
      let state = before
      const inserted: Array<string> = []
      for (const row of rows) {
        const encoded = table.encode(row)
        if (HashMap.has(state.rows, row.id) || memory.isTaken(table, state, row.id, encoded)) continue
        state = memory.withRow(state, row.id, encoded)
        inserted.push(row.id)
      }
      return Either.right([state, inserted])
    })

const put =
  ({ write }: Access): Service["put"] =>
  (table, rows) =>
    write(table, (before) => {
      let state = before
      for (const row of rows) {
        const next = replaced(table, state, row.id, table.encode(row))
        if (Either.isLeft(next)) return Either.left(next.left)
        state = next.right
      }
      return Either.right([state, undefined])
    })

const getAll =
  ({ read }: Access): Service["getAll"] =>
  (table, ids) =>
    read(table, (state) => decoded(table, memory.rowsOf(state, new Set(ids))))

const getAllBy =
  ({ read }: Access): Service["getAllBy"] =>
  (table, column, values) =>
    read(table, (state) =>
      Effect.flatMap(columns.begins(state.indexes, table.name, column), (index) =>
        decoded(table, memory.rowsBeginning(state, index, new Set(values)))
      )
    )

const get =
  (access: Access): Service["get"] =>
  (table, id) =>
    Effect.map(getAll(access)(table, [id]), (rows) => Option.fromNullable(rows[0]))

const page =
  ({ read }: Access): Service["page"] =>
  (table, options) =>
    read(table, (state) => Effect.flatMap(memory.page(table, state, options), (rows) => decoded(table, rows)))

const update =
  ({ write }: Access): Service["update"] =>
  (table, options) => {
    const set = columns.encodeWhere(table, options.set)
    const when = Object.entries(columns.encodeWhen(table, options.when))
    const changes = write(table, (before) => {
      let state = before
      const changed: Array<Encoded> = []
      for (const row of memory.rowsOf(before, new Set(options.ids))) {
        if (!when.every(([column, allowed]) => allowed.includes(row[column] ?? null))) continue
        const after = { ...row, ...set }
        const next = replaced(table, state, String(row.id), after)
        if (Either.isLeft(next)) return Either.left(next.left)
        state = next.right
        changed.push(after)
      }
      return Either.right([state, changed])
    })
    return Effect.flatMap(changes, (rows) => decoded(table, rows))
  }

const remove =
  ({ write }: Access): Service["remove"] =>
  (table, ids) =>
    write(table, (state) => Either.right([ids.reduce(memory.withoutRow, state), undefined]))

const count =
  ({ read }: Access): Service["count"] =>
  (table, where, by) =>
    read(table, (state) =>
      Effect.map(memory.where(table, state, where), (rows) => {
        const counts: Record<string, number> = {}
        for (const row of rows) counts[String(row[by])] = (counts[String(row[by])] ?? 0) + 1
        return counts
      })
    )

const sum =
  ({ read }: Access): Service["sum"] =>
  (table, where, column) =>
    read(table, (state) =>
      Effect.map(memory.where(table, state, where), (rows) =>
        rows.reduce((total, row) => total + Number(row[column] ?? 0), 0)
      )
    )

const claim =
  (access: Access): Service["claim"] =>
  (options) => {
    const { agent, leaseUntil, now } = options
    const set = { status: claimedAs, agent: Option.some(agent), leaseUntil: Option.some(leaseUntil), updatedAt: now }
    const free = access.read(tables.agents, (agents) =>
      access.read(tables.units, (units) => Effect.succeed(memory.firstFree(units, agents, options)))
    )
    return access.transaction(
      Effect.map(
        Effect.flatMap(free, (id) => update(access)(tables.units, { ids: Option.toArray(id), set })),
        (units) => Option.fromNullable(units[0])
      )
    )
  }

const available =
  (access: Access): Service["available"] =>
  (options) =>
    access.read(tables.agents, (agents) =>
      access.read(tables.units, (units) => Effect.sync(() => memory.available(units, agents, options)))
    )

/** @internal */
export const make: Effect.Effect<Service> = Effect.map(makeAccess, (access) => ({
  transaction: access.transaction,
  ensureNoTransaction: access.ensureNoTransaction,
  insert: insert(access),
  put: put(access),
  get: get(access),
  getAll: getAll(access),
  getAllBy: getAllBy(access),
  page: page(access),
  update: update(access),
  remove: remove(access),
  count: count(access),
  sum: sum(access),
  claim: claim(access),
  available: available(access),
  writes: access.writes
}))
