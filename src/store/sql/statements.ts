import { claimedAs, claimedFrom, leftAs } from "../claimStatuses.js"
import { type Columns, type Encoded, type Index, indexesOf, nullable, type Row } from "../columns.js"
import * as tables from "../tables.js"
import type { Dialect } from "./dialect.js"

const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

/** @internal */
export const tableName = (name: string): string => `crowd_${snake(name)}`

/** The name of a column in SQL, quoted: some are reserved words. @internal */
export const quoted = (column: string): string => `"${snake(column)}"`

/** The placeholders of one text, which are numbered from 1 where the database numbers them. */
const placeholders = (dialect: Dialect) => {
  let position = 0
  const next = () => dialect.placeholder(++position)
  return { next, list: (length: number) => Array.from({ length }, next).join(", ") }
}

/** Columns that must equal a value, or be null. @internal */
export type WhereShape = ReadonlyArray<readonly [column: string, isNull: boolean]>

/** What a page asks for, apart from the values. @internal */
export interface PageShape {
  readonly where: WhereShape
  readonly orderBy: string
  readonly after: boolean
  readonly atMost: boolean
  readonly reverse: boolean
}

/** How many values other than null a column may have, and whether it may be null. @internal */
export type WhenShape = ReadonlyArray<readonly [column: string, values: number, orNull: boolean]>

/** The statements of one table. Their parameters are in the order of the arguments. @internal */
export interface Statements {
  readonly columns: Columns
  readonly integers: Columns
  readonly indexes: ReadonlyArray<Index>
  /** Leaves out rows that are there already. Answers the ids of the others. */
  readonly insert: (rows: number) => string
  readonly put: (rows: number) => string
  readonly getAll: (column: string, values: number, keep: boolean) => string
  readonly page: (shape: PageShape) => string
  readonly update: (set: Columns, ids: number, when: WhenShape) => string
  readonly remove: (ids: number) => string
  readonly count: (where: WhereShape, by: string) => string
  readonly sum: (where: WhereShape, column: string) => string
}

/** What the texts say of a table. */
interface Subject {
  readonly dialect: Dialect
  readonly name: string
  readonly columns: Columns
  readonly nullable: ReadonlySet<string>
  /** What is answered: the columns under the names they have in a row. */
  readonly answer: string
}

const answerOf = (columns: Columns): string => columns.map((column) => `${quoted(column)} AS "${column}"`).join(", ")

const whereText = (parts: ReadonlyArray<string>): string => (parts.length === 0 ? "" : ` WHERE ${parts.join(" AND ")}`)

const equalTo = (where: WhereShape, next: () => string): ReadonlyArray<string> =>
  where.map(([column, isNull]) => (isNull ? `${quoted(column)} IS NULL` : `${quoted(column)} = ${next()}`))

const insertText = ({ columns, dialect, name }: Subject, rows: number): string => {
  const { list } = placeholders(dialect)
  const values = Array.from({ length: rows }, () => `(${list(columns.length)})`).join(", ")
  return `INSERT INTO ${name} (${columns.map(quoted).join(", ")}) VALUES ${values}`
}

const putText = (subject: Subject, rows: number): string => {
  const others = subject.columns.filter((column) => column !== "id").map(quoted)
  const set = others.map((column) => `${column} = excluded.${column}`).join(", ")
  return `${insertText(subject, rows)} ON CONFLICT ("id") DO UPDATE SET ${set}`
}

const getText = ({ answer, dialect, name }: Subject, column: string, values: number, keep: boolean): string => {
  const kept = keep && dialect.keep !== "" ? ` ORDER BY "id"${dialect.keep}` : ""
  return `SELECT ${answer} FROM ${name} WHERE ${quoted(column)} IN (${placeholders(dialect).list(values)})${kept}`
}

const afterText = ({ orderBy, reverse }: PageShape, next: () => string): string => {
  const beyond = reverse ? "<" : ">"
  return orderBy === "id" ? `"id" ${beyond} ${next()}` : `(${quoted(orderBy)}, "id") ${beyond} (${next()}, ${next()})`
}

const orderText = ({ orderBy, reverse }: PageShape): string => {
  const direction = reverse ? " DESC" : ""
  return orderBy === "id" ? `"id"${direction}` : `${quoted(orderBy)}${direction}, "id"${direction}`
}

const pageText = (subject: Subject, shape: PageShape): string => {
  const { next } = placeholders(subject.dialect)
  const parts = [
    ...equalTo(shape.where, next),
    ...(subject.nullable.has(shape.orderBy) ? [`${quoted(shape.orderBy)} IS NOT NULL`] : []),
    ...(shape.after ? [afterText(shape, next)] : []),
    ...(shape.atMost ? [`${quoted(shape.orderBy)} <= ${next()}`] : [])
  ]
  const rows = `SELECT ${subject.answer} FROM ${subject.name}${whereText(parts)}`
  return `${rows} ORDER BY ${orderText(shape)} LIMIT ${next()}`
}

const updateText = ({ answer, dialect, name }: Subject, set: Columns, ids: number, when: WhenShape): string => {
  const { list, next } = placeholders(dialect)
  const assigned = set.length === 0 ? [`"id" = "id"`] : set.map((column) => `${quoted(column)} = ${next()}`)
  const wanted = list(ids)
  // In the order of their ids, so that two updates of the same rows do not wait for each other.
  const inOrder = `SELECT "id" FROM ${name} WHERE "id" IN (${wanted}) ORDER BY "id"${dialect.keep}`
  const among = when.map(([column, values, orNull]) => {
    const alternatives = [
      ...(values === 0 ? [] : [`${quoted(column)} IN (${list(values)})`]),
      ...(orNull ? [`${quoted(column)} IS NULL`] : [])
    ]
    return `(${alternatives.join(" OR ")})`
  })
  const rows = [`"id" IN (${ids === 1 || dialect.keep === "" ? wanted : inOrder})`, ...among]
  return `UPDATE ${name} SET ${assigned.join(", ")}${whereText(rows)} RETURNING ${answer}`
}

const countText = ({ dialect, name }: Subject, where: WhereShape, by: string): string => {
  const rows = `${name}${whereText(equalTo(where, placeholders(dialect).next))}`
  return `SELECT ${quoted(by)} AS "value", COUNT(*) AS "n" FROM ${rows} GROUP BY ${quoted(by)}`
}

const sumText = ({ dialect, name }: Subject, where: WhereShape, column: string): string => {
  const rows = `${name}${whereText(equalTo(where, placeholders(dialect).next))}`
  return `SELECT COALESCE(SUM(${quoted(column)}), 0) AS "n" FROM ${rows}`
}

/** @internal */
export const make = <R extends Row, E extends Encoded>(dialect: Dialect, table: tables.Table<R, E>): Statements => {
  const columns = Object.keys(table.columns)
  const name = `"${tableName(table.name)}"`
  const subject: Subject = { dialect, name, columns, nullable: nullable(table), answer: answerOf(columns) }
  const texts = new Map<string, string>()
  const once = (key: string, text: () => string): string => {
    const found = texts.get(key) ?? text()
    texts.set(key, found)
    return found
  }
  return {
    columns,
    integers: columns.filter((column) => table.columns[column] === "integer"),
    indexes: indexesOf(table),
    insert: (rows) =>
      once(`insert ${rows}`, () => `${insertText(subject, rows)} ON CONFLICT DO NOTHING RETURNING "id"`),
    put: (rows) => once(`put ${rows}`, () => putText(subject, rows)),
    getAll: (column, values, keep) =>
      once(`get ${column} ${values} ${keep}`, () => getText(subject, column, values, keep)),
    page: (shape) => once(`page ${JSON.stringify(shape)}`, () => pageText(subject, shape)),
    update: (set, ids, when) =>
      once(`update ${set.join()} ${ids} ${when.join(";")}`, () => updateText(subject, set, ids, when)),
    remove: (ids) =>
      once(`remove ${ids}`, () => `DELETE FROM ${name} WHERE "id" IN (${placeholders(dialect).list(ids)})`),
    count: (where, by) => once(`count ${where.join(";")} ${by}`, () => countText(subject, where, by)),
    sum: (where, column) => once(`sum ${where.join(";")} ${column}`, () => sumText(subject, where, column))
  }
}

/**
 * Takes agent, end of the lease, time, run, place, worker. The units looked through are those of the run that are on
 * offer, in the order of the index (run, status, place).
 *
 * @internal
 */
export const claim = (dialect: Dialect): string =>
  claimText(dialect, (next) => `u."run" = ${next()} AND u."status" = '${claimedFrom}' AND u."place" > ${next()}`)

/**
 * Takes agent, end of the lease, time, run, worker, place, worker. The units looked through are those of the assignments
 * of which the worker has left a unit.
 *
 * @internal
 */
export const claimAgain = (dialect: Dialect): string =>
  claimText(dialect, (next) => `${ofLeft(next)} AND u."status" = '${claimedFrom}' AND u."place" > ${next()}`)

/**
 * Takes run, worker, how many at most.
 *
 * @internal
 */
export const available = (dialect: Dialect): string =>
  availableText(dialect, (next) => `u."run" = ${next()} AND u."status" = '${claimedFrom}' AND ${notAt(next)}`)

/**
 * Takes run, worker, worker, how many at most.
 *
 * @internal
 */
export const availableAgain = (dialect: Dialect): string =>
  availableText(dialect, (next) => `${ofLeft(next)} AND u."status" = '${claimedFrom}' AND ${notAt(next)}`)

const availableText = (dialect: Dialect, among: (next: () => string) => string): string => {
  const { next } = placeholders(dialect)
  const found = `SELECT DISTINCT u."assignment" FROM ${units} u WHERE ${among(next)} LIMIT ${next()}`
  return `SELECT COUNT(*) AS "n" FROM (${found}) found`
}

const units = `"${tableName(tables.units.name)}"`
const agents = `"${tableName(tables.agents.name)}"`
const leftBehind = leftAs.map((status) => `'${status}'`).join(", ")

/** The worker has left a unit of the assignment. Takes run, worker. */
const ofLeft = (next: () => string): string => `u."assignment" IN (
  SELECT h."assignment" FROM ${agents} h
  WHERE h."run" = ${next()} AND h."status" IN (${leftBehind}) AND h."worker" = ${next()}
)`

/** The worker is not at a unit of the assignment and has submitted none. Takes worker. */
const notAt = (next: () => string): string => `NOT EXISTS (
  SELECT 1 FROM ${agents} a
  WHERE a."worker" = ${next()} AND a."assignment" = u."assignment" AND a."status" NOT IN (${leftBehind})
)`

const claimText = (dialect: Dialect, among: (next: () => string) => string): string => {
  const { next } = placeholders(dialect)
  const set = `"status" = '${claimedAs}', "agent" = ${next()}, "lease_until" = ${next()}, "updated_at" = ${next()}`
  return `UPDATE ${units} SET ${set} WHERE "id" = (
    SELECT u."id" FROM ${units} u
    WHERE ${among(next)}
    AND ${notAt(next)}
    ORDER BY u."place" LIMIT 1${dialect.keepFree}
  ) RETURNING ${answerOf(Object.keys(tables.units.columns))}`
}
