import * as Option from "effect/Option"
import { type Encoded, type Index, indexesOf, nullable, type Row } from "../../internal/columns.js"
import { AgentStatus, hasLeft, nextUnit, unitSources } from "../../States.js"
import * as tables from "../tables.js"
import type { Dialect } from "./dialect.js"

const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

/** @internal */
export const tableName = (name: string): string => `crowd_${snake(name)}`

/** The name of a column in SQL, quoted: some are reserved words. @internal */
export const quoted = (column: string): string => `"${snake(column)}"`

/** One text whose placeholders are numbered from 1 where the database numbers them. */
const counter = (dialect: Dialect) => {
  let position = 0
  const next = () => dialect.placeholder(++position)
  return { next, list: (length: number) => Array.from({ length }, next).join(", ") }
}

/** What a page asks for, apart from the values. @internal */
export interface PageShape {
  /** By column: whether the value is null. */
  readonly where: ReadonlyArray<readonly [column: string, isNull: boolean]>
  readonly orderBy: string
  readonly after: "none" | "null" | "value"
  readonly atMost: boolean
  readonly reverse: boolean
}

/** The statements of one table. @internal */
export interface Statements {
  readonly columns: Index
  readonly integers: Index
  readonly indexes: ReadonlyArray<Index>
  /** `INSERT` of so many rows; those already there are left out. Answers the ids. */
  readonly insert: (rows: number) => string
  readonly put: (rows: number) => string
  readonly getAll: (ids: number, keep: boolean) => string
  readonly page: (shape: PageShape) => string
  /** The values of `set`, then the ids, then the values of `when` that are not null. */
  readonly update: (
    set: Index,
    ids: number,
    when: ReadonlyArray<readonly [column: string, values: number, orNull: boolean]>
  ) => string
  readonly remove: (ids: number) => string
  readonly count: (where: PageShape["where"], by: string) => string
  readonly sum: (where: PageShape["where"], column: string) => string
}

const conditions = (where: PageShape["where"], next: () => string): ReadonlyArray<string> =>
  where.map(([column, isNull]) => (isNull ? `${quoted(column)} IS NULL` : `${quoted(column)} = ${next()}`))

const whereText = (parts: ReadonlyArray<string>): string => (parts.length === 0 ? "" : ` WHERE ${parts.join(" AND ")}`)

const afterText = (shape: PageShape, next: () => string, canBeNull: boolean): ReadonlyArray<string> => {
  if (shape.after === "none") return []
  const beyond = shape.reverse ? "<" : ">"
  if (shape.orderBy === "id") return [`"id" ${beyond} ${next()}`]
  const column = quoted(shape.orderBy)
  const nullsFollow = canBeNull && shape.reverse && !shape.atMost
  const othersFollow = shape.after === "null" ? !shape.reverse : nullsFollow
  const here =
    shape.after === "null"
      ? `(${column} IS NULL AND "id" ${beyond} ${next()})`
      : `(${column}, "id") ${beyond} (${next()}, ${next()})`
  if (!othersFollow) return [here]
  return [`(${here} OR ${column} IS ${shape.after === "null" ? "NOT NULL" : "NULL"})`]
}

const orderText = (shape: PageShape, dialect: Dialect, canBeNull: boolean): string => {
  const direction = shape.reverse ? " DESC" : ""
  if (shape.orderBy === "id") return `"id"${direction}`
  const nulls = !canBeNull ? "" : shape.reverse ? dialect.nullsLast : dialect.nullsFirst
  return `${quoted(shape.orderBy)}${direction}${nulls}, "id"${direction}`
}

/** @internal */
export const make = <R extends Row, E extends Encoded>(dialect: Dialect, table: tables.Table<R, E>): Statements => {
  const name = `"${tableName(table.name)}"`
  const columns = Object.keys(table.columns)
  const canBeNull = nullable(table)
  const aliased = columns.map((column) => `${quoted(column)} AS "${column}"`).join(", ")
  const cache = new Map<string, string>()
  const cached = (key: string, text: () => string): string => {
    const found = cache.get(key)
    if (found !== undefined) return found
    const made = text()
    cache.set(key, made)
    return made
  }
  const insertText = (rows: number): string => {
    const { list } = counter(dialect)
    const values = Array.from({ length: rows }, () => `(${list(columns.length)})`).join(", ")
    return `INSERT INTO ${name} (${columns.map(quoted).join(", ")}) VALUES ${values}`
  }
  const replaced = columns
    .filter((column) => column !== "id")
    .map((column) => `${quoted(column)} = excluded.${quoted(column)}`)
  return {
    columns,
    integers: columns.filter((column) => table.columns[column] === "integer"),
    indexes: indexesOf(table),
    insert: (rows) => cached(`insert ${rows}`, () => `${insertText(rows)} ON CONFLICT DO NOTHING RETURNING "id"`),
    put: (rows) =>
      cached(`put ${rows}`, () => `${insertText(rows)} ON CONFLICT ("id") DO UPDATE SET ${replaced.join(", ")}`),
    getAll: (ids, keep) =>
      cached(`get ${ids} ${keep}`, () => {
        const kept = keep && dialect.keep !== "" ? ` ORDER BY "id"${dialect.keep}` : ""
        return `SELECT ${aliased} FROM ${name} WHERE "id" IN (${counter(dialect).list(ids)})${kept}`
      }),
    page: (shape) =>
      cached(`page ${JSON.stringify(shape)}`, () => {
        const { next } = counter(dialect)
        const nulls = canBeNull.has(shape.orderBy)
        const parts = [
          ...conditions(shape.where, next),
          ...afterText(shape, next, nulls),
          ...(shape.atMost ? [`${quoted(shape.orderBy)} <= ${next()}`] : [])
        ]
        return `SELECT ${aliased} FROM ${name}${whereText(parts)} ORDER BY ${orderText(shape, dialect, nulls)} LIMIT ${next()}`
      }),
    update: (set, ids, when) =>
      cached(`update ${set.join()} ${ids} ${when.join(";")}`, () => {
        const { list, next } = counter(dialect)
        const assigned = set.length === 0 ? [`"id" = "id"`] : set.map((column) => `${quoted(column)} = ${next()}`)
        const wanted = list(ids)
        const rows =
          ids === 1 || dialect.keep === ""
            ? wanted
            : `SELECT "id" FROM ${name} WHERE "id" IN (${wanted}) ORDER BY "id"${dialect.keep}`
        const parts = when.map(([column, values, orNull]) => {
          const among = `${quoted(column)} IN (${list(values)})`
          return values === 0 && orNull
            ? `${quoted(column)} IS NULL`
            : orNull
              ? `(${among} OR ${quoted(column)} IS NULL)`
              : among
        })
        return `UPDATE ${name} SET ${assigned.join(", ")}${whereText([`"id" IN (${rows})`, ...parts])} RETURNING ${aliased}`
      }),
    remove: (ids) => cached(`remove ${ids}`, () => `DELETE FROM ${name} WHERE "id" IN (${counter(dialect).list(ids)})`),
    count: (where, by) =>
      cached(`count ${where.join(";")} ${by}`, () => {
        const parts = conditions(where, counter(dialect).next)
        return `SELECT ${quoted(by)} AS "value", COUNT(*) AS "n" FROM ${name}${whereText(parts)} GROUP BY ${quoted(by)}`
      }),
    sum: (where, column) =>
      cached(`sum ${where.join(";")} ${column}`, () => {
        const parts = conditions(where, counter(dialect).next)
        return `SELECT COALESCE(SUM(${quoted(column)}), 0) AS "n" FROM ${name}${whereText(parts)}`
      })
  }
}

const literals = (values: ReadonlyArray<string>): string => values.map((value) => `'${value}'`).join(", ")

/**
 * Takes agent, end of the lease, time, run, place, worker. The units looked through are those of the run that are on
 * offer, in the order of the index (run, status, place).
 *
 * @internal
 */
export const claim = (dialect: Dialect): string => {
  const { next } = counter(dialect)
  const units = `"${tableName(tables.units.name)}"`
  const agents = `"${tableName(tables.agents.name)}"`
  const offered = unitSources("assign")
  const assigned = offered.flatMap((status) => Option.toArray(nextUnit(status, "assign"))).slice(0, 1)
  const left = AgentStatus.literals.filter(hasLeft)
  const columns = Object.keys(tables.units.columns)
    .map((column) => `${quoted(column)} AS "${column}"`)
    .join(", ")
  const set = `"status" = ${literals(assigned)}, "agent" = ${next()}, "lease_until" = ${next()}, "updated_at" = ${next()}`
  return `UPDATE ${units} SET ${set} WHERE "id" = (
    SELECT u."id" FROM ${units} u
    WHERE u."run" = ${next()} AND u."status" IN (${literals(offered)}) AND u."place" > ${next()}
    AND NOT EXISTS (
      SELECT 1 FROM ${agents} a
      WHERE a."worker" = ${next()} AND a."assignment" = u."assignment" AND a."status" NOT IN (${literals(left)})
    )
    ORDER BY u."place" LIMIT 1${dialect.keepFree}
  ) RETURNING ${columns}`
}
