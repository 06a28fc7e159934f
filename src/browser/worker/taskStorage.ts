/**
 * What tasks keep in this browser: each run's and each worker's under a key of ours, of which its page knows nothing.
 */
import { attempt, type Kept, nothing, toKept } from "../storage.js"
import type { Work } from "./api.js"

const prefix = "crowd:task:"

const keyOf = ({ run, worker }: Work): string => `${prefix}${run}:${worker}`

/** Of so many runs, the ones used last. */
const keptAtMost = 8

type Items = Kept["local"]

interface Record {
  readonly at: number
  readonly items: Items
}

const read = (area: Storage, key: string): Record | undefined =>
  attempt(() => {
    const value: unknown = JSON.parse(area.getItem(key) ?? "null")
    if (typeof value !== "object" || value === null || !("at" in value) || !("items" in value)) return undefined
    const kept = toKept({ local: value.items, session: [] })
    return kept === undefined || typeof value.at !== "number" ? undefined : { at: value.at, items: kept.local }
  })

/** Leaves room for this one. */
const tidy = (area: Storage, key: string): void => {
  const others = Object.keys(area)
    .filter((other) => other.startsWith(prefix) && other !== key)
    .map((other) => ({ other, at: read(area, other)?.at ?? 0 }))
    .toSorted((left, right) => right.at - left.at)
  for (const { other } of others.slice(keptAtMost - 1)) area.removeItem(other)
}

const write = (area: () => Storage, key: string, items: Items): void =>
  attempt(() => {
    if (items.length === 0) return area().removeItem(key)
    const record: Record = { at: Date.now(), items }
    tidy(area(), key)
    area().setItem(key, JSON.stringify(record))
  })

export const find = (work: Work): Kept => {
  const key = keyOf(work)
  const local = attempt(() => read(localStorage, key))?.items ?? []
  const session = attempt(() => read(sessionStorage, key))?.items ?? []
  return toKept({ local, session }) ?? nothing
}

export const keep = (work: Work, { local, session }: Kept): void => {
  write(() => localStorage, keyOf(work), local)
  write(() => sessionStorage, keyOf(work), session)
}
