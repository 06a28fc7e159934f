import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Predicate from "effect/Predicate"
import { StoreError } from "../../CrowdError.js"
import { byTurns, yieldToEventLoop } from "../../internal/eventLoop.js"
import type { Encoded, Row } from "../columns.js"
import type { Primitive, Table } from "../tables.js"
import type { Dialect } from "./dialect.js"
import type { Session } from "./session.js"
import * as Statements from "./statements.js"

type Rows = Effect.Effect<ReadonlyArray<unknown>, StoreError>

/** What every operation works with. @internal */
export interface Access {
  readonly dialect: Dialect
  readonly session: Session
  readonly statementsOf: <R extends Row, E extends Encoded>(table: Table<R, E>) => Statements.Statements
}

/** @internal */
export const make = (dialect: Dialect, session: Session): Access => {
  const made = new Map<object, Statements.Statements>()
  return {
    dialect,
    session,
    statementsOf: (table) => {
      const found = made.get(table) ?? Statements.make(dialect, table)
      made.set(table, found)
      return found
    }
  }
}

/** A column of a row as it came, as text. @internal */
export const textOf = (row: unknown, column: string): string =>
  Predicate.hasProperty(row, column) ? String(row[column]) : ""

/** Whole numbers may come as text (Postgres) or as bigint. */
const withNumbers = (row: unknown, integers: ReadonlyArray<string>): unknown => {
  if (!Predicate.isRecord(row)) return row
  for (const column of integers) {
    const value = row[column]
    if (typeof value === "string" || typeof value === "bigint") row[column] = Number(value)
  }
  return row
}

/** How much text a row has. */
const sizeOf = (row: unknown): number => {
  let size = 0
  if (Predicate.isRecord(row))
    for (const value of Object.values(row)) if (typeof value === "string") size += value.length
  return size
}

/** The rows of a statement as what they stand for; of many, so much at a time that others have their turn. @internal */
export const decoded = <R extends Row, E extends Encoded>(
  { statementsOf }: Access,
  table: Table<R, E>,
  operation: string,
  rows: Rows
): Effect.Effect<ReadonlyArray<R>, StoreError> => {
  const { integers } = statementsOf(table)
  const decode = (rows: ReadonlyArray<unknown>): Effect.Effect<ReadonlyArray<R>, StoreError> => {
    const read: Array<R> = []
    for (const row of rows) {
      const result = table.decode(withNumbers(row, integers))
      if (Either.isLeft(result)) return unreadable(table.name, operation, row, result.left.message)
      read.push(result.right)
    }
    return Effect.succeed(read)
  }
  return Effect.flatMap(rows, (rows) => {
    const groups = rows.length > 1 ? byTurns(rows, sizeOf) : [rows]
    if (groups.length <= 1) return decode(rows)
    return Effect.map(
      Effect.forEach(groups, (group) =>
        Effect.zipLeft(
          Effect.suspend(() => decode(group)),
          yieldToEventLoop
        )
      ),
      (read) => read.flat()
    )
  })
}

const unreadable = (table: string, operation: string, row: unknown, message: string): StoreError =>
  new StoreError({
    reason: "Corrupt",
    operation,
    description: `the row ${textOf(row, "id")} of ${Statements.tableName(table)} cannot be read; restore the database from a copy: ${message}`
  })

/** @internal */
export const notNull = (values: ReadonlyArray<Primitive>): ReadonlyArray<Primitive> =>
  values.filter((value) => value !== null)
