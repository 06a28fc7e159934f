/** Pages: how many, from where on, and where the next begins. */
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

/** How many pages are looked through for one answer, where not everything counts. A page may then be short, or empty. */
const roundsAtMost = 10

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
  /** Up to `limit` entries after `key`. */
  readonly read: (key: string, limit: number) => Effect.Effect<ReadonlyArray<Entry>, refusal.Refusal | StoreError>
  readonly keyOf: (entry: Entry) => string
  /** Those of the entries that count, shown; in their order. */
  readonly show: (
    entries: ReadonlyArray<Entry>
  ) => Effect.Effect<ReadonlyArray<{ readonly key: string; readonly item: A }>, refusal.Refusal | StoreError>
}

/** A page of what counts, found in a bounded number of reads. */
export const page = <Entry, A>(
  asked: Asked,
  source: Source<Entry, A>
): Effect.Effect<Page<A>, refusal.Refusal | StoreError> =>
  Effect.gen(function* () {
    const size = asked.MaxResults ?? sizeByDefault
    let key = yield* keyOf(asked.NextToken)
    const items: Array<A> = []
    for (let round = 0; round < roundsAtMost; round++) {
      const entries = yield* source.read(key, size + 1)
      const shown = yield* source.show(entries.slice(0, size))
      const missing = size - items.length
      items.push(...shown.slice(0, missing).map(({ item }) => item))
      const last = shown.length > missing ? shown[missing - 1]?.key : entries.slice(0, size).map(source.keyOf).at(-1)
      if (last !== undefined) key = last
      if (entries.length <= size && shown.length <= missing)
        return { items, NextToken: undefined, NumResults: items.length }
      if (items.length === size) break
    }
    return { items, NextToken: tokenOf(key), NumResults: items.length }
  })
