import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { StoreError } from "../../CrowdError.js"
import type { Service } from "../../Store.js"
import * as columns from "../columns.js"
import * as tables from "../tables.js"
import { type Access, decoded, notNull, textOf } from "./access.js"
import * as chunks from "./chunks.js"
import * as Statements from "./statements.js"

/** More than one statement only in a transaction. */
const inChunks = <A, B>(
  { session }: Access,
  all: ReadonlyArray<ReadonlyArray<A>>,
  run: (chunk: ReadonlyArray<A>) => Effect.Effect<ReadonlyArray<B>, StoreError>
): Effect.Effect<ReadonlyArray<B>, StoreError> => {
  const [first, ...others] = all
  if (first === undefined) return Effect.succeed([])
  if (others.length === 0) return run(first)
  return session.transaction(Effect.map(Effect.forEach(all, run), (results) => results.flat()))
}

const valuesOf = <R extends columns.Row, E extends columns.Encoded>(
  names: columns.Columns,
  table: tables.Table<R, E>,
  rows: ReadonlyArray<R>
): ReadonlyArray<tables.Primitive> =>
  rows.flatMap((row) => {
    const encoded: columns.Encoded = table.encode(row)
    return names.map((name) => encoded[name] ?? null)
  })

/** @internal */
export const insert =
  (access: Access): Service["insert"] =>
  (table, rows) =>
    Effect.suspend(() => {
      const statements = access.statementsOf(table)
      return inChunks(access, chunks.ofRows(rows), (chunk) =>
        Effect.map(
          access.session.write(
            `insert ${table.name}`,
            valuesOf(statements.columns, table, chunk),
            statements.insert(chunk.length)
          ),
          (inserted) => inserted.map((row) => textOf(row, "id"))
        )
      )
    })

/** @internal */
export const put =
  (access: Access): Service["put"] =>
  (table, rows) =>
    Effect.suspend(() => {
      const statements = access.statementsOf(table)
      const lastById = Array.from(new Map(rows.map((row) => [row.id, row])).values())
      return Effect.asVoid(
        inChunks(access, chunks.ofRows(lastById), (chunk) =>
          access.session.write(
            `put ${table.name}`,
            valuesOf(statements.columns, table, chunk),
            statements.put(chunk.length)
          )
        )
      )
    })

/** @internal */
export const update =
  (access: Access): Service["update"] =>
  (table, options) =>
    Effect.suspend(() => {
      const operation = `update ${table.name}`
      const set = columns.encodeWhere(table, options.set)
      const when = Object.entries(columns.encodeWhen(table, options.when))
      if (when.some(([, allowed]) => allowed.length === 0)) return Effect.succeed([])
      const shape = when.map(([column, allowed]) => [column, notNull(allowed).length, allowed.includes(null)] as const)
      return inChunks(access, chunks.ofIds(options.ids), (ids) =>
        decoded(
          access,
          table,
          operation,
          access.session.write(
            operation,
            [...Object.values(set), ...ids, ...when.flatMap(([, allowed]) => notNull(allowed))],
            access.statementsOf(table).update(Object.keys(set), ids.length, shape)
          )
        )
      )
    })

/** @internal */
export const remove =
  (access: Access): Service["remove"] =>
  (table, ids) =>
    Effect.asVoid(
      inChunks(access, chunks.ofIds(ids), (chunk) =>
        access.session.write(`remove ${table.name}`, chunk, access.statementsOf(table).remove(chunk.length))
      )
    )

/** @internal */
export const claim = (access: Access): Service["claim"] => {
  const anew = Statements.claim(access.dialect)
  const again = Statements.claimAgain(access.dialect)
  return (options) =>
    Effect.suspend(() => {
      const set = columns.encodeWhere(tables.units, {
        agent: Option.some(options.agent),
        leaseUntil: Option.some(options.leaseUntil),
        updatedAt: options.now
      })
      const { after, run, worker } = options
      const [text, among] = options.again === true ? [again, [run, worker, after]] : [anew, [run, after]]
      const params = [set.agent, set.leaseUntil, set.updatedAt, ...among, worker]
      return Effect.map(decoded(access, tables.units, "claim", access.session.write("claim", params, text)), (units) =>
        Option.fromNullable(units[0])
      )
    })
}
