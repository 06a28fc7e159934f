import * as Effect from "effect/Effect"
import * as AST from "effect/SchemaAST"
import type { PageOptions, UpdateOptions, Where } from "./operations.js"
import type { Primitive, Table } from "./tables.js"

/** @internal */
export type Encoded = { readonly [column: string]: Primitive }
/** @internal */
export type Row = { readonly id: string }
/** Columns in whose order rows are kept. @internal */
export type Columns = ReadonlyArray<string>
/** @internal */
export interface Index {
  readonly on: Columns
  /** Its last column, where that can be null: rows that have none there are left out. */
  readonly present: string | undefined
}

const defined = (part: { readonly [column: string]: Primitive | undefined }): Encoded => {
  const out: Record<string, Primitive> = {}
  for (const column in part) {
    const value = part[column]
    if (value !== undefined) out[column] = value
  }
  return out
}

/** @internal */
export const encodeWhere = <R extends Row, E extends Encoded>(table: Table<R, E>, where: Where<R>): Encoded =>
  defined(table.encodePart(where))

/** @internal */
export const encodeWhen = <R extends Row, E extends Encoded>(
  table: Table<R, E>,
  when: UpdateOptions<R>["when"]
): { readonly [column: string]: ReadonlyArray<Primitive> } => {
  const out: Record<string, ReadonlyArray<Primitive>> = {}
  for (const column in when) {
    const allowed = when[column]
    if (allowed === undefined) continue
    out[column] = allowed.map((value) => {
      const part: { [Column in keyof R]?: R[Column] } = {}
      part[column] = value
      return encodeWhere(table, part)[column] ?? null
    })
  }
  return out
}

/** @internal */
export const leavesOut = ({ present }: Index, row: Encoded): boolean =>
  present !== undefined && (row[present] ?? null) === null

/** The orders in which rows are kept: by `id`, then by each unique list, then by each index. @internal */
export const indexesOf = <R extends Row, E extends Encoded>(table: Table<R, E>): ReadonlyArray<Index> => {
  const canBeNull = nullable(table)
  return [[], ...table.unique, ...table.indexes].map((on) => ({ on, present: presentIn(canBeNull, on) }))
}

/** The column of which an index on these has no nulls. @internal */
export const presentIn = (canBeNull: ReadonlySet<string>, on: Columns): string | undefined =>
  on.slice(-1).find((column) => canBeNull.has(column))

const startsWith = (on: Columns, asked: Columns): boolean =>
  on.length >= asked.length && asked.every((column) => on.slice(0, asked.length).includes(column))

const covered = <I>(index: I | undefined, name: string, where: Encoded, order: string): Effect.Effect<I> =>
  index === undefined
    ? Effect.dieMessage(
        `no index of the table ${name} covers (${Object.keys(where).join(", ")}) in the order of ${order}; add one to its definition`
      )
    : Effect.succeed(index)

/** The first of the indexes under which rows equal in `where` lie together. @internal */
export const grouped = <I extends Index>(indexes: ReadonlyArray<I>, name: string, where: Encoded): Effect.Effect<I> => {
  const index = indexes.find((index) => startsWith(index.on, Object.keys(where)) && !leavesOut(index, where))
  return covered(index, name, where, "any column")
}

/** The first of the indexes that begin with a column, which leave out no row where it has a value. @internal */
export const begins = <I extends Index>(indexes: ReadonlyArray<I>, name: string, column: string): Effect.Effect<I> =>
  covered(
    indexes.find((index) => index.on[0] === column && !leavesOut(index, { [column]: "" })),
    name,
    {},
    column
  )

/** Rows equal in `where` in the order of `orderBy`, without those where that is null, and then of `id`. */
const isOrdered = (index: Index, where: Encoded, orderBy: string): boolean => {
  const { on } = index
  const asked = Object.keys(where)
  if (!startsWith(on, asked)) return false
  return orderBy === "id"
    ? on.length === asked.length && !leavesOut(index, where)
    : on.length === asked.length + 1 && on.at(-1) === orderBy
}

/** What a page asks for, as it is stored, and the index that has it in order. @internal */
export interface Asked<I> {
  readonly index: I
  readonly where: Encoded
  readonly orderBy: string
  readonly after: Encoded | undefined
  readonly atMost: Encoded | undefined
}

/** @internal */
export const asked = <R extends Row, E extends Encoded, I extends Index>(
  table: Table<R, E>,
  indexes: ReadonlyArray<I>,
  options: PageOptions<R>
): Effect.Effect<Asked<I>> => {
  const orderBy = options.orderBy ?? "id"
  const where = encodeWhere(table, options.where)
  const after: Encoded | undefined = options.after === undefined ? undefined : table.encode(options.after)
  const atMost = options.atMost === undefined ? undefined : encodeWhere(table, options.atMost)
  if (after !== undefined && (after[orderBy] ?? null) === null) {
    return Effect.dieMessage(`${after["id"]} of the table ${table.name} has no ${orderBy}, so nothing comes after it`)
  }
  const index = indexes.find((index) => isOrdered(index, where, orderBy))
  return Effect.map(covered(index, table.name, where, orderBy), (index) => ({ index, where, orderBy, after, atMost }))
}

const acceptsNull = (ast: AST.AST): boolean =>
  AST.isUnion(ast) ? ast.types.some(acceptsNull) : AST.isLiteral(ast) && ast.literal === null

/** The columns that can be null. @internal */
export const nullable = (table: { readonly schema: { readonly ast: AST.AST } }): ReadonlySet<string> =>
  new Set(
    AST.getPropertySignatures(AST.encodedAST(table.schema.ast))
      .filter((property) => acceptsNull(property.type))
      .map((property) => String(property.name))
  )
