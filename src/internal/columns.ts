import * as AST from "effect/SchemaAST"
import type { UpdateOptions, Where } from "../Store.js"
import type { Primitive, Table } from "../store/tables.js"

/** @internal */
export type Encoded = { readonly [column: string]: Primitive }
/** @internal */
export type Row = { readonly id: string }
/** @internal */
export type Index = ReadonlyArray<string>

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

/** The orders in which rows are kept: by `id`, then by each unique list, then by each index. @internal */
export const indexesOf = <R extends Row, E extends Encoded>(table: Table<R, E>): ReadonlyArray<Index> => [
  [],
  ...table.unique,
  ...table.indexes
]

const startsWith = (index: Index, asked: Index): boolean =>
  index.length >= asked.length && asked.every((column) => index.slice(0, asked.length).includes(column))

/** The index that keeps rows equal in `asked` in the order of `orderBy` and then `id`; -1 if there is none. @internal */
export const orderedIndex = (indexes: ReadonlyArray<Index>, asked: Index, orderBy: string): number =>
  indexes.findIndex(
    (index) =>
      startsWith(index, asked) &&
      (orderBy === "id" ? index.length === asked.length : index.length === asked.length + 1 && index.at(-1) === orderBy)
  )

/** An index under which rows equal in `asked` lie together; -1 if there is none. @internal */
export const groupingIndex = (indexes: ReadonlyArray<Index>, asked: Index): number =>
  indexes.findIndex((index) => startsWith(index, asked))

/** @internal */
export const notCovered = (name: string, asked: Index, orderBy: string): string =>
  `no index of the table ${name} covers (${asked.join(", ")}) in the order of ${orderBy}; add one to its definition`

const acceptsNull = (ast: AST.AST): boolean =>
  AST.isUnion(ast) ? ast.types.some(acceptsNull) : AST.isLiteral(ast) && ast.literal === null

/** The columns that can be null. @internal */
export const nullable = (table: { readonly schema: { readonly ast: AST.AST } }): ReadonlySet<string> =>
  new Set(
    AST.getPropertySignatures(AST.encodedAST(table.schema.ast))
      .filter((property) => acceptsNull(property.type))
      .map((property) => String(property.name))
  )
