/** Lists, read to their end: what is not the whole of one is not taken for it. */
import * as Request from "@effect/platform/HttpClientRequest"
import type { CoercibleRecord } from "@effect/platform/UrlParams"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type { ProviderError } from "../CrowdError.js"
import { retrying } from "../Driver.js"
import type { Client } from "./client.js"
import { type CallError, failure, isMissing, toProviderError } from "./errors.js"
import { maybe } from "./replies.js"

const pageSize = 100

/** What tells one item of a list from another. */
type Keyed = { readonly id: string } | { readonly participant_id: string }

const keyOf = (item: Keyed): string => ("id" in item ? item.id : item.participant_id)

const pageOf = <A extends Keyed, I>(item: Schema.Schema<A, I>) =>
  Schema.Struct({
    results: Schema.Array(item),
    meta: maybe(Schema.Struct({ count: maybe(Schema.Number), total: maybe(Schema.Number) })),
    _links: maybe(
      Schema.Struct({ next: maybe(Schema.Struct({ href: Schema.optional(Schema.NullOr(Schema.String)) })) })
    )
  })

interface Page<A> {
  readonly items: ReadonlyArray<A>
  readonly count: Option.Option<number>
  readonly isLast: boolean
}

const read = <A extends Keyed, I>(
  client: Client,
  method: string,
  path: string,
  urlParams: CoercibleRecord,
  item: Schema.Schema<A, I>
): Effect.Effect<Page<A>, CallError> =>
  client.call(method, Request.get(path, { urlParams }), pageOf(item)).pipe(
    Effect.map(({ _links, meta, results }) => ({
      items: results,
      count: Option.flatMap(meta, ({ count, total }) => Option.orElse(count, () => total)),
      isLast: Option.exists(
        Option.flatMap(_links, ({ next }) => next),
        ({ href }) => href === null
      )
    })),
    retrying
  )

const complete = (method: string, read: number, count: Option.Option<number>): Effect.Effect<void, ProviderError> =>
  Option.exists(count, (all) => read < all)
    ? failure("Malformed", method, `the list ended after ${read} of ${Option.getOrElse(count, () => 0)}`)
    : Effect.void

/**
 * Page by page, by number and never by the address of a `next`, until nothing new comes: past the end there is a 404, and
 * some lists answer every page with the same.
 */
const paged = <A extends Keyed, I>(
  client: Client,
  method: string,
  path: string,
  paramsAt: (page: number) => CoercibleRecord,
  item: Schema.Schema<A, I>
): Stream.Stream<A, ProviderError> =>
  Stream.suspend(() => {
    const seen = new Set<string>()
    const step = (page: number, before: Option.Option<number>) =>
      Effect.gen(function* () {
        const { count, isLast, items } = yield* read(client, method, path, paramsAt(page), item).pipe(
          Effect.catchIf(
            (error) => page > 0 && isMissing(error),
            () => Effect.succeed<Page<A>>({ items: [], count: before, isLast: true })
          )
        )
        const fresh = items.filter((one) => !seen.has(keyOf(one)) && seen.add(keyOf(one)))
        const isEnd = isLast || fresh.length === 0 || Option.exists(count, (all) => seen.size >= all)
        if (isEnd) yield* complete(method, seen.size, count)
        const next = isEnd
          ? Option.none<readonly [number, Option.Option<number>]>()
          : Option.some([page + 1, count] as const)
        return [Chunk.unsafeFromArray(fresh), next] as const
      })
    const first: readonly [number, Option.Option<number>] = [0, Option.none()]
    return Stream.paginateChunkEffect(first, ([page, before]) => Effect.mapError(step(page, before), toProviderError))
  })

/** A list that takes `page` and `page_size`. */
export const everyPage = <A extends Keyed, I>(
  client: Client,
  method: string,
  path: string,
  params: CoercibleRecord,
  item: Schema.Schema<A, I>
): Stream.Stream<A, ProviderError> =>
  paged(client, method, path, (page) => ({ ...params, page: page + 1, page_size: pageSize }), item)

/** A list that takes `limit` and `offset`. */
export const everyOffset = <A extends Keyed, I>(
  client: Client,
  method: string,
  path: string,
  params: CoercibleRecord,
  item: Schema.Schema<A, I>
): Stream.Stream<A, ProviderError> =>
  paged(client, method, path, (page) => ({ ...params, limit: pageSize, offset: page * pageSize }), item)

/** A list that comes whole. */
export const wholeList = <A extends Keyed, I>(
  client: Client,
  method: string,
  path: string,
  params: CoercibleRecord,
  item: Schema.Schema<A, I>
): Effect.Effect<ReadonlyArray<A>, ProviderError> =>
  read(client, method, path, params, item).pipe(
    Effect.tap(({ count, items }) => complete(method, items.length, count)),
    Effect.map(({ items }) => items),
    Effect.mapError(toProviderError)
  )
