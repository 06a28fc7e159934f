import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { StoreError } from "../CrowdError.js"
import { yieldToEventLoop } from "../internal/eventLoop.js"
import type { PageOptions, Service } from "../Store.js"
import type { Primitive, Table } from "./tables.js"

const pageSize = 100

const turn = (isLater: boolean): Effect.Effect<void> => (isLater ? yieldToEventLoop : Effect.void)

type Query<Row> = Omit<PageOptions<Row>, "limit">

export interface Paged<E> {
  readonly limit?: number | undefined
  /** Done before so many rows in all are looked for. */
  readonly ready?: ((rows: number) => Effect.Effect<void, E>) | undefined
}

/**
 * All rows of a query, or those after one of them, as a stream that reads one page at a time, and one page in a turn.
 */
export const pages = <
  Row extends { readonly id: string },
  Encoded extends { readonly [column: string]: Primitive },
  E = never
>(
  store: Service,
  table: Table<Row, Encoded>,
  { limit = pageSize, ready = () => Effect.void, ...options }: Query<Row> & Paged<E>
): Stream.Stream<Row, StoreError | E> => {
  interface State {
    readonly after: Row | undefined
    readonly asked: number
  }
  return Stream.paginateChunkEffect<State, Row, StoreError | E, never>(
    { after: options.after, asked: limit },
    ({ after, asked }) =>
      turn(asked > limit).pipe(
        Effect.zipRight(ready(asked)),
        Effect.zipRight(store.page(table, { ...options, after, limit })),
        Effect.map((rows) => [
          Chunk.unsafeFromArray(rows),
          rows.length < limit ? Option.none() : Option.some({ after: rows[rows.length - 1], asked: asked + limit })
        ])
      )
  )
}

/** The first so many rows of a query. */
export const first = <Row extends { readonly id: string }, Encoded extends { readonly [column: string]: Primitive }>(
  store: Service,
  table: Table<Row, Encoded>,
  options: Query<Row>,
  count: number
): Stream.Stream<Row, StoreError> =>
  Stream.take(pages(store, table, { ...options, limit: Math.min(count, pageSize) }), count)
