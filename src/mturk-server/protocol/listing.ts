/**
 * Pages: how many, from where on, and where the next begins. As scripts expect it, a page with something on it always leads
 * on to another; the end is a page with nothing on it, and only that.
 */
import * as Effect from "effect/Effect"
import type { StoreError } from "../../CrowdError.js"
import * as refusal from "./refusal.js"

export interface Asked {
  readonly MaxResults?: number | undefined
  readonly NextToken?: string | undefined
}

export interface Page<A> {
  readonly items: ReadonlyArray<A>
  readonly NextToken: string | undefined
  readonly NumResults: number
}

const sizeByDefault = 10

/** Once something is found, no more than so many pages are looked through to fill the page. */
const pagesAtMost = 10

/** However long nothing is found, no more is read at once: what a HIT needs to be shown may be much. */
const readAtMost = 100

const tokenOf = (key: string): string => Buffer.from(`p1:${key}`).toString("base64url")

/** Leads to the first page. */
export const start = tokenOf("")

/** What no page of this list leads on from. */
export const notOurs = refusal.invalidValue("The NextToken is not one that this service has given.")

const keyOf = (token: string | undefined): Effect.Effect<string, refusal.Refusal> => {
  if (token === undefined) return Effect.succeed("")
  const text = Buffer.from(token, "base64url").toString()
  return text.startsWith("p1:") && tokenOf(text.slice(3)) === token ? Effect.succeed(text.slice(3)) : notOurs
}

interface Source<Entry, A> {
  /** Up to `limit` entries after `key`; fewer only at the end. */
  readonly read: (key: string, limit: number) => Effect.Effect<ReadonlyArray<Entry>, refusal.Refusal | StoreError>
  readonly keyOf: (entry: Entry) => string
  /** Those of the entries that count, shown; in their order. */
  readonly show: (
    entries: ReadonlyArray<Entry>
  ) => Effect.Effect<ReadonlyArray<{ readonly key: string; readonly item: A }>, refusal.Refusal | StoreError>
}

/** A page of what counts. Only at the end there is none: what does not count is gone through until then. */
export const page = <Entry, A>(
  asked: Asked,
  source: Source<Entry, A>
): Effect.Effect<Page<A>, refusal.Refusal | StoreError> =>
  Effect.gen(function* () {
    const size = asked.MaxResults ?? sizeByDefault
    const items: Array<A> = []
    let key = yield* keyOf(asked.NextToken)
    let read = 0
    let isEnd = false
    let left = Number.POSITIVE_INFINITY
    while (!isEnd && items.length < size && left > 0) {
      const limit = Math.min(Math.max(size, read), readAtMost, left)
      const entries = yield* source.read(key, limit)
      const shown = (yield* source.show(entries)).slice(0, size - items.length)
      items.push(...shown.map(({ item }) => item))
      read += entries.length
      isEnd = entries.length < limit
      if (items.length > 0) left = pagesAtMost * size - read
      const last = items.length === size ? shown.at(-1)?.key : entries.map(source.keyOf).at(-1)
      key = last ?? key
    }
    return { items, NextToken: items.length === 0 ? undefined : tokenOf(key), NumResults: items.length }
  })
