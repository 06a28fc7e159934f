import * as AST from "effect/SchemaAST"
import type { UpdateOptions, Where } from "../Store.js"
import type { Primitive, Table } from "../store/tables.js"

/** @internal */
export type Encoded = { readonly [column: string]: Primitive }
/** @internal */
export type Row = { readonly id: string }
/** Columns in whose order rows are kept. @internal */
export type Columns = ReadonlyArray<string>
/** One that is `partial` leaves out the rows whose last column is null. @internal */
export interface Index {
  readonly on: Columns
  readonly isPartial: boolean
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

const lastOf = (on: Columns): string => on.at(-1) ?? ""

/** @internal */
export const leavesOut = ({ isPartial, on }: Index, row: Encoded): boolean =>
  isPartial && (row[lastOf(on)] ?? null) === null

/** The orders in which rows are kept: by `id`, then by each unique list, then by each index. @internal */
export const indexesOf = <R extends Row, E extends Encoded>(table: Table<R, E>): ReadonlyArray<Index> => {
  const canBeNull = nullable(table)
  const index = (on: Columns): Index => ({ on, isPartial: canBeNull.has(lastOf(on)) })
  return [index([]), ...table.unique.map(index), ...table.indexes.map(index)]
}

const startsWith = (on: Columns, asked: Columns): boolean =>
  on.length >= asked.length && asked.every((column) => on.slice(0, asked.length).includes(column))

/** An index under which rows equal in `where` lie together; -1 if there is none. @internal */
export const groupingIndex = (indexes: ReadonlyArray<Index>, where: Encoded): number =>
  indexes.findIndex((index) => startsWith(index.on, Object.keys(where)) && !leavesOut(index, where))

/**
 * The index that keeps rows equal in `where` in the order of `orderBy`, without those where that is null, and then of
 * `id`; -1 if there is none.
 *
 * @internal
 */
export const orderedIndex = (indexes: ReadonlyArray<Index>, where: Encoded, orderBy: string): number => {
  const asked = Object.keys(where)
  return indexes.findIndex((index) => {
    const { on } = index
    if (!startsWith(on, asked)) return false
    return orderBy === "id"
      ? on.length === asked.length && !leavesOut(index, where)
      : on.length === asked.length + 1 && on.at(-1) === orderBy
  })
}

/** @internal */
export const notCovered = (name: string, where: Encoded, orderBy: string): string =>
  `no index of the table ${name} covers (${Object.keys(where).join(", ")}) in the order of ${orderBy}; add one to its definition`

/** @internal */
export const notInOrder = (name: string, row: Encoded, orderBy: string): string =>
  `${row["id"]} of the table ${name} has no ${orderBy}, so nothing comes after it`

const acceptsNull = (ast: AST.AST): boolean =>
  AST.isUnion(ast) ? ast.types.some(acceptsNull) : AST.isLiteral(ast) && ast.literal === null

/** The columns that can be null. @internal */
export const nullable = (table: { readonly schema: { readonly ast: AST.AST } }): ReadonlySet<string> =>
  new Set(
    AST.getPropertySignatures(AST.encodedAST(table.schema.ast))
      .filter((property) => acceptsNull(property.type))
      .map((property) => String(property.name))
  )
