import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { StoreError } from "../CrowdError.js"
import type { PageOptions, Service } from "../Store.js"
import type { Primitive, Table } from "../store/tables.js"

const pageSize = 500

type Paged<Row> = Omit<PageOptions<Row>, "limit">

/** All rows of a query, or those after one of them, as a stream that reads one page at a time. */
export const pages = <Row extends { readonly id: string }, Encoded extends { readonly [column: string]: Primitive }>(
  store: Service,
  table: Table<Row, Encoded>,
  options: Paged<Row> & { readonly limit?: number | undefined }
): Stream.Stream<Row, StoreError> => {
  const limit = options.limit ?? pageSize
  return Stream.paginateChunkEffect<Row | undefined, Row, StoreError, never>(options.after, (after) =>
    Effect.map(store.page(table, { ...options, after, limit }), (rows) => [
      Chunk.unsafeFromArray(rows),
      rows.length < limit ? Option.none() : Option.some(rows[rows.length - 1])
    ])
  )
}

/** The first so many rows of a query. */
export const first = <Row extends { readonly id: string }, Encoded extends { readonly [column: string]: Primitive }>(
  store: Service,
  table: Table<Row, Encoded>,
  options: Paged<Row>,
  count: number
): Stream.Stream<Row, StoreError> =>
  Stream.take(pages(store, table, { ...options, limit: Math.min(count, pageSize) }), count)
