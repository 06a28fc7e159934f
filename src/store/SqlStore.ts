/**
 * The store over any `SqlClient`: SQLite or Postgres.
 *
 * @since 0.1.0
 */
import * as SqlClient from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import { StoreError } from "../CrowdError.js"
import * as columns from "../internal/columns.js"
import { type PageOptions, type Service, Store } from "../Store.js"
import * as chunks from "./internal/chunks.js"
import * as Dialect from "./internal/dialect.js"
import * as Grouped from "./internal/grouped.js"
import * as Separate from "./internal/separate.js"
import * as Session from "./internal/session.js"
import * as Statements from "./internal/statements.js"
import * as migrations from "./migrations.js"
import * as tables from "./tables.js"

type Row = columns.Row
type Encoded = columns.Encoded

const textOf = (row: unknown, column: string): string => (Predicate.hasProperty(row, column) ? String(row[column]) : "")

/** Whole numbers may come as text (Postgres) or as bigint. */
const withNumbers = (row: unknown, integers: ReadonlyArray<string>): unknown => {
  if (!Predicate.isRecord(row)) return row
  for (const column of integers) {
    const value = row[column]
    if (typeof value === "string" || typeof value === "bigint") row[column] = Number(value)
  }
  return row
}

const decodeRows = <R extends Row, E extends Encoded>(
  table: tables.Table<R, E>,
  integers: ReadonlyArray<string>,
  operation: string,
  rows: ReadonlyArray<unknown>
): Effect.Effect<ReadonlyArray<R>, StoreError> => {
  const decoded: Array<R> = []
  for (const row of rows) {
    const result = table.decode(withNumbers(row, integers))
    if (Either.isLeft(result)) {
      return new StoreError({
        reason: "Corrupt",
        operation,
        description: `the row ${textOf(row, "id")} of ${Statements.tableName(table.name)} cannot be read; restore the database from a copy: ${result.left.message}`
      })
    }
    decoded.push(result.right)
  }
  return Effect.succeed(decoded)
}

const shapeOf = (where: Encoded): Statements.PageShape["where"] =>
  Object.entries(where).map(([column, value]) => [column, value === null])

const notNull = (values: ReadonlyArray<tables.Primitive>): ReadonlyArray<tables.Primitive> =>
  values.filter((value) => value !== null)

const makeService = (dialect: Dialect.Dialect, session: Session.Session): Service => {
  const cache = new Map<string, Statements.Statements>()
  const of = <R extends Row, E extends Encoded>(table: tables.Table<R, E>): Statements.Statements => {
    const found = cache.get(table.name)
    if (found !== undefined) return found
    const made = Statements.make(dialect, table)
    cache.set(table.name, made)
    return made
  }

  const inChunks = <A, B>(
    all: ReadonlyArray<ReadonlyArray<A>>,
    run: (chunk: ReadonlyArray<A>) => Effect.Effect<ReadonlyArray<B>, StoreError>
  ): Effect.Effect<ReadonlyArray<B>, StoreError> => {
    const [first, ...others] = all
    if (first === undefined) return Effect.succeed([])
    if (others.length === 0) return run(first)
    return session.transaction(Effect.map(Effect.forEach(all, run), (results) => results.flat()))
  }

  const values = <R extends Row, E extends Encoded>(table: tables.Table<R, E>, rows: ReadonlyArray<R>) => {
    const names = of(table).columns
    return rows.flatMap((row) => {
      const encoded: Encoded = table.encode(row)
      return names.map((name) => encoded[name] ?? null)
    })
  }

  const insert: Service["insert"] = (table, rows) =>
    inChunks(chunks.ofRows(rows), (chunk) =>
      Effect.map(
        session.write(`insert ${table.name}`, values(table, chunk), of(table).insert(chunk.length)),
        (inserted) => inserted.map((row) => textOf(row, "id"))
      )
    )

  const put: Service["put"] = (table, rows) => {
    const lastById = Array.from(new Map(rows.map((row) => [row.id, row])).values())
    return Effect.asVoid(
      inChunks(chunks.ofRows(lastById), (chunk) =>
        session.write(`put ${table.name}`, values(table, chunk), of(table).put(chunk.length))
      )
    )
  }

  const getAll: Service["getAll"] = (table, ids) => {
    const operation = `get ${table.name}`
    const statements = of(table)
    return Effect.map(
      Effect.forEach(chunks.ofIds(ids), (chunk) =>
        Effect.flatMap(
          session.read(operation, chunk, statements.getAll(chunk.length, false), statements.getAll(chunk.length, true)),
          (rows) => decodeRows(table, statements.integers, operation, rows)
        )
      ),
      (results) => results.flat()
    )
  }

  const get: Service["get"] = (table, id) => Effect.map(getAll(table, [id]), (rows) => Option.fromNullable(rows[0]))

  const page = <R extends Row, E extends Encoded>(table: tables.Table<R, E>, options: PageOptions<R>) => {
    const operation = `page ${table.name}`
    const statements = of(table)
    const orderBy = options.orderBy ?? "id"
    const where = columns.encodeWhere(table, options.where)
    const asked = Object.keys(where)
    if (columns.orderedIndex(statements.indexes, asked, orderBy) < 0) {
      return Effect.dieMessage(columns.notCovered(table.name, asked, orderBy))
    }
    const after: Encoded | undefined = options.after === undefined ? undefined : table.encode(options.after)
    const atMost = options.atMost === undefined ? undefined : columns.encodeWhere(table, options.atMost)
    const afterValue = after?.[orderBy] ?? null
    const text = statements.page({
      where: shapeOf(where),
      orderBy,
      after: after === undefined ? "none" : afterValue === null ? "null" : "value",
      atMost: atMost !== undefined,
      reverse: options.reverse ?? false
    })
    const params = [
      ...notNull(Object.values(where)),
      ...(after === undefined ? [] : orderBy === "id" ? [after.id] : [...notNull([afterValue]), after.id]),
      ...(atMost === undefined ? [] : [atMost[orderBy] ?? null]),
      options.limit
    ]
    return Effect.flatMap(session.read(operation, params, text), (rows) =>
      decodeRows(table, statements.integers, operation, rows)
    )
  }

  const update: Service["update"] = (table, options) => {
    const operation = `update ${table.name}`
    const statements = of(table)
    const set = columns.encodeWhere(table, options.set)
    const when = Object.entries(columns.encodeWhen(table, options.when))
    if (when.some(([, allowed]) => allowed.length === 0)) return Effect.succeed([])
    const shape = when.map(([column, allowed]) => [column, notNull(allowed).length, allowed.includes(null)] as const)
    return inChunks(chunks.ofIds(options.ids), (ids) =>
      Effect.flatMap(
        session.write(
          operation,
          [...Object.values(set), ...ids, ...when.flatMap(([, allowed]) => notNull(allowed))],
          statements.update(Object.keys(set), ids.length, shape)
        ),
        (rows) => decodeRows(table, statements.integers, operation, rows)
      )
    )
  }

  const remove: Service["remove"] = (table, ids) =>
    Effect.asVoid(
      inChunks(chunks.ofIds(ids), (chunk) =>
        session.write(`remove ${table.name}`, chunk, of(table).remove(chunk.length))
      )
    )

  const totals = <R extends Row, E extends Encoded>(
    table: tables.Table<R, E>,
    where: Encoded,
    operation: string,
    text: string
  ) =>
    columns.groupingIndex(of(table).indexes, Object.keys(where)) < 0
      ? Effect.dieMessage(columns.notCovered(table.name, Object.keys(where), "any column"))
      : session.read(operation, notNull(Object.values(where)), text)

  const count: Service["count"] = (table, asked, by) => {
    const where = columns.encodeWhere(table, asked)
    return Effect.map(totals(table, where, `count ${table.name}`, of(table).count(shapeOf(where), by)), (rows) =>
      Object.fromEntries(rows.map((row) => [textOf(row, "value"), Number(textOf(row, "n"))]))
    )
  }

  const sum: Service["sum"] = (table, asked, column) => {
    const where = columns.encodeWhere(table, asked)
    return Effect.map(totals(table, where, `sum ${table.name}`, of(table).sum(shapeOf(where), column)), (rows) =>
      Number(textOf(rows[0], "n"))
    )
  }

  const claimText = Statements.claim(dialect)
  const claim: Service["claim"] = (options) => {
    const set = columns.encodeWhere(tables.units, {
      agent: Option.some(options.agent),
      leaseUntil: Option.some(options.leaseUntil),
      updatedAt: options.now
    })
    const params = [set.agent, set.leaseUntil, set.updatedAt, options.run, options.after, options.worker]
    return Effect.flatMap(session.write("claim", params, claimText), (rows) =>
      Effect.map(decodeRows(tables.units, of(tables.units).integers, "claim", rows), (units) =>
        Option.fromNullable(units[0])
      )
    )
  }

  return { transaction: session.transaction, insert, put, get, getAll, page, update, remove, count, sum, claim }
}

const unknownDialect = new StoreError({
  reason: "Unavailable",
  operation: "open",
  description: "this SqlClient is for a database other than SQLite or Postgres; use one of these two"
})

const placeOf = (sql: SqlClient.SqlClient, dialect: Dialect.Dialect): Effect.Effect<string, StoreError> => {
  const database = Session.database(sql, dialect, "the database")
  return Effect.acquireUseRelease(
    database.reserve,
    ({ connection }) =>
      Effect.mapBoth(connection.execute(dialect.place, [], undefined), {
        onFailure: (error) => database.failure("open", error),
        onSuccess: (rows: ReadonlyArray<unknown>) => textOf(rows[0], "place") || "the database"
      }),
    ({ release }) => release
  )
}

/**
 * A store over this client. Brings its tables up to date first.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make: Effect.Effect<Service, StoreError, SqlClient.SqlClient> = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const dialect = yield* Effect.mapError(Dialect.of(sql), () => unknownDialect)
  const place = yield* placeOf(sql, dialect)
  const database = Session.database(sql, dialect, place)
  yield* migrations.run(database, place)
  const session =
    dialect.name === "sqlite"
      ? Session.make(database, Grouped.make(database), { writesAlone: false })
      : Session.make(database, Separate.make(database), { writesAlone: true })
  return makeService(dialect, session)
})

/**
 * The store in the database of this client, in tables whose names begin with `crowd_`.
 *
 * @since 0.1.0
 * @category layers
 */
export const layer: Layer.Layer<Store, StoreError, SqlClient.SqlClient> = Layer.effect(Store, make)
