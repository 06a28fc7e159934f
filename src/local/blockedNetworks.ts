/**
 * Where each name was seen, for blocks that also hold for the address: in the Store, as keyed pseudonyms of the networks.
 * Only the list of those who are blocked is gone through, once in a while, however many visit.
 */
import * as Chunk from "effect/Chunk"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { StoreError } from "../CrowdError.js"
import { boundedMap } from "../internal/boundedMap.js"
import type * as Store from "../Store.js"
import { pages } from "../store/pages.js"
import { blocks, data, requesters, workers } from "../store/tables.js"
import { keyOf } from "./names.js"

const provider = "local"

/** After so long a process looks again who is blocked. */
const remembered = Duration.seconds(2)

/** The keys of blocked names, by where they were seen. */
type Blocked = ReadonlyMap<string, ReadonlySet<string>>

const groupOf = (key: string): string => `${provider}/seen/${key}`

export interface Service {
  /** Writes down that the name was seen there. */
  readonly see: (place: string, name: string) => Effect.Effect<void, StoreError>
  /** The keys of the names that were seen there and are blocked by a requester. */
  readonly blockedAt: (place: string) => Effect.Effect<ReadonlySet<string>, StoreError>
}

const nobody: ReadonlySet<string> = new Set()

export const make = (store: Store.Service): Effect.Effect<Service> => {
  const known = boundedMap<true>(10_000)

  const blockedNames = pages(store, requesters, { where: { provider } }).pipe(
    Stream.flatMap(({ id }) => pages(store, blocks, { where: { requester: id } })),
    Stream.filter(({ generation }) => generation % 2 === 1),
    Stream.map(({ worker }) => worker),
    Stream.grouped(100),
    Stream.mapEffect((ids) => store.getAll(workers, Chunk.toReadonlyArray(ids))),
    Stream.mapConcat((found) => found.map(({ name }) => keyOf(name)))
  )

  const seen = Stream.flatMap(blockedNames, (key) =>
    Stream.map(pages(store, data, { where: { provider: groupOf(key) } }), ({ value }) => ({
      key,
      place: String(value)
    }))
  )

  const blocked: Effect.Effect<Blocked, StoreError> = Effect.uninterruptible(
    Effect.suspend(() =>
      Stream.runFold(seen, new Map<string, Set<string>>(), (all, { key, place }) =>
        all.set(place, (all.get(place) ?? new Set()).add(key))
      )
    )
  )

  return Effect.map(Effect.cachedWithTTL(blocked, remembered), (current) => ({
    see: (place, name) => {
      const key = keyOf(name)
      const id = `${groupOf(key)}/${place}`
      if (known.get(id) !== undefined) return Effect.void
      return Effect.map(store.insert(data, [{ id, provider: groupOf(key), value: place }]), () => known.set(id, true))
    },
    blockedAt: (place) => Effect.map(current, (all) => all.get(place) ?? nobody)
  }))
}
