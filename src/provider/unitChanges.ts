/** The units of a run as they change. */
import * as Chunk from "effect/Chunk"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { StoreError } from "../CrowdError.js"
import type { RunId } from "../Ids.js"
import { pauses } from "../internal/changes.js"
import type * as Store from "../Store.js"
import * as tables from "../store/tables.js"
import type { Service, Unit } from "../Units.js"

const pageSize = 500

/**
 * A change is stamped before it is committed, and clocks of processes differ: what is stamped up to so long before the
 * newest change may still appear.
 */
const lateness = "5 seconds"

/** How far one has looked. */
export interface Cursor {
  readonly after: Unit | undefined
  readonly newest: Unit | undefined
  /** Seen of late, by id. */
  readonly seen: ReadonlyMap<string, Unit>
}

const beginning: Cursor = { after: undefined, newest: undefined, seen: new Map() }

const before = (unit: Unit): Unit => ({ ...unit, updatedAt: DateTime.subtractDuration(unit.updatedAt, lateness) })

/** Behind what has changed so far, but for the latest. */
export const now = (store: Store.Service, run: RunId): Effect.Effect<Cursor, StoreError> =>
  Effect.map(
    store.page(tables.units, { where: { run }, orderBy: "updatedAt", reverse: true, limit: 1 }),
    ([newest]) => ({ ...beginning, newest, after: newest === undefined ? undefined : before(newest) })
  )

const isSame = (unit: Unit, seen: Unit | undefined): boolean =>
  seen !== undefined && seen.status === unit.status && DateTime.Equivalence(seen.updatedAt, unit.updatedAt)

export interface Page {
  readonly changed: ReadonlyArray<Unit>
  readonly next: Cursor
  /** There is nothing behind it now. */
  readonly isLast: boolean
}

/** The next page of units that have changed. */
export const page = (store: Store.Service, run: RunId, cursor: Cursor): Effect.Effect<Page, StoreError> =>
  Effect.map(
    store.page(tables.units, { where: { run }, orderBy: "updatedAt", after: cursor.after, limit: pageSize }),
    (units) => {
      const isLast = units.length < pageSize
      const newest = units[units.length - 1] ?? cursor.newest
      const after = newest === undefined || !isLast ? newest : before(newest)
      const recent = [...cursor.seen.values(), ...units].filter(
        ({ updatedAt }) => after === undefined || !isLast || DateTime.greaterThanOrEqualTo(updatedAt, after.updatedAt)
      )
      return {
        changed: units.filter((unit) => !isSame(unit, cursor.seen.get(unit.id))),
        next: { after, newest, seen: new Map(recent.map((unit) => [unit.id, unit])) },
        isLast
      }
    }
  )

interface Looking {
  readonly cursor: Cursor
  readonly wait: Effect.Effect<void>
}

/** All units of a run, and then those that change, without end. */
export const changes =
  (store: Store.Service): Service["changes"] =>
  (id, options) =>
    Stream.unwrapScoped(
      Effect.map(pauses(store.writes, options?.every ?? "1 second"), (pause) =>
        Stream.paginateChunkEffect<Looking, Unit, StoreError, never>(
          { cursor: beginning, wait: Effect.void },
          ({ cursor, wait }) =>
            Effect.map(Effect.zipRight(wait, page(store, id, cursor)), ({ changed, isLast, next }) => [
              Chunk.unsafeFromArray(changed),
              Option.some({ cursor: next, wait: isLast ? pause : Effect.void })
            ])
        )
      )
    )
