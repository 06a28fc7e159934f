import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { StoreError } from "../../CrowdError.js"
import type { Service } from "../../Store.js"
import * as columns from "../columns.js"
import type { Primitive, Table } from "../tables.js"
import { type Access, decoded, notNull, textOf } from "./access.js"
import * as chunks from "./chunks.js"
import * as Statements from "./statements.js"

const rowsOf = <R extends columns.Row, E extends columns.Encoded>(
  access: Access,
  table: Table<R, E>,
  values: ReadonlyArray<string>,
  column = "id"
): Effect.Effect<ReadonlyArray<R>, StoreError> => {
  const operation = `get ${table.name}`
  const { getAll } = access.statementsOf(table)
  const count = values.length
  const rows = access.session.read(operation, values, getAll(column, count, false), getAll(column, count, true))
  return decoded(access, table, operation, rows)
}

/** @internal */
export const get =
  (access: Access): Service["get"] =>
  (table, id) =>
    Effect.map(rowsOf(access, table, [id]), (rows) => Option.fromNullable(rows[0]))

/** @internal */
export const getAll =
  (access: Access): Service["getAll"] =>
  (table, ids) =>
    Effect.map(
      Effect.forEach(chunks.ofIds(ids), (chunk) => rowsOf(access, table, chunk)),
      (results) => results.flat()
    )

/** @internal */
export const getAllBy =
  (access: Access): Service["getAllBy"] =>
  (table, column, values) =>
    Effect.zipRight(
      columns.begins(access.statementsOf(table).indexes, table.name, column),
      Effect.map(
        Effect.forEach(chunks.ofIds(values), (chunk) => rowsOf(access, table, chunk, column)),
        (results) => results.flat()
      )
    )

const shapeOf = (where: columns.Encoded): Statements.WhereShape =>
  Object.entries(where).map(([column, value]) => [column, value === null])

/** @internal */
export const page =
  (access: Access): Service["page"] =>
  (table, options) =>
    Effect.suspend(() => {
      const operation = `page ${table.name}`
      const statements = access.statementsOf(table)
      return Effect.flatMap(columns.asked(table, statements.indexes, options), ({ after, atMost, orderBy, where }) => {
        const text = statements.page({
          where: shapeOf(where),
          orderBy,
          after: after !== undefined,
          atMost: atMost !== undefined,
          reverse: options.reverse ?? false
        })
        const params = [
          ...notNull(Object.values(where)),
          ...(after === undefined ? [] : cursor(after, orderBy)),
          ...(atMost === undefined ? [] : [atMost[orderBy] ?? null]),
          options.limit
        ]
        return decoded(access, table, operation, access.session.read(operation, params, text))
      })
    })

const cursor = (after: columns.Encoded, orderBy: string): ReadonlyArray<Primitive> =>
  (orderBy === "id" ? ["id"] : [orderBy, "id"]).map((column) => after[column] ?? null)

/** The answer of `text`, for rows that lie together in an index. */
const overIndex = <R extends columns.Row, E extends columns.Encoded>(
  access: Access,
  table: Table<R, E>,
  where: columns.Encoded,
  operation: string,
  text: string
): Effect.Effect<ReadonlyArray<unknown>, StoreError> =>
  Effect.zipRight(
    columns.grouped(access.statementsOf(table).indexes, table.name, where),
    access.session.read(operation, notNull(Object.values(where)), text)
  )

/** @internal */
export const count =
  (access: Access): Service["count"] =>
  (table, asked, by) =>
    Effect.suspend(() => {
      const where = columns.encodeWhere(table, asked)
      const text = access.statementsOf(table).count(shapeOf(where), by)
      return Effect.map(overIndex(access, table, where, `count ${table.name}`, text), (rows) =>
        Object.fromEntries(rows.map((row) => [textOf(row, "value"), Number(textOf(row, "n"))]))
      )
    })

/** @internal */
export const sum =
  (access: Access): Service["sum"] =>
  (table, asked, column) =>
    Effect.suspend(() => {
      const where = columns.encodeWhere(table, asked)
      const text = access.statementsOf(table).sum(shapeOf(where), column)
      return Effect.map(overIndex(access, table, where, `sum ${table.name}`, text), (rows) =>
        Number(textOf(rows[0], "n"))
      )
    })

/** @internal */
export const available = (access: Access): Service["available"] => {
  const anew = Statements.available(access.dialect)
  const onceMore = Statements.availableAgain(access.dialect)
  return ({ again = false, atMost, run, worker = "" }) => {
    const params = again ? [run, worker, worker, atMost] : [run, worker, atMost]
    return Effect.map(access.session.read("available", params, again ? onceMore : anew), (rows) =>
      Number(textOf(rows[0], "n"))
    )
  }
}
