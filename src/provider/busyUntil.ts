import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { StoreError } from "../CrowdError.js"
import type { RunId } from "../Ids.js"
import type { UnitStatus } from "../States.js"
import type * as Store from "../Store.js"
import * as tables from "../store/tables.js"

/** The one unit of this status on which somebody may be at work the longest. */
const longest = (store: Store.Service, id: RunId, status: UnitStatus) =>
  Effect.map(
    store.page(tables.units, { where: { run: id, status }, orderBy: "leaseUntil", reverse: true, limit: 1 }),
    (units) => units.flatMap(({ leaseUntil }) => Option.toArray(leaseUntil))
  )

/** Until when somebody may be at work on a unit of the run. */
export const busyUntil = (store: Store.Service, id: RunId): Effect.Effect<Option.Option<DateTime.Utc>, StoreError> =>
  Effect.gen(function* () {
    const now = yield* DateTime.now
    const ends = [...(yield* longest(store, id, "assigned")), ...(yield* longest(store, id, "expired"))]
    const open = ends.filter(DateTime.greaterThan(now))
    return open.length === 0 ? Option.none() : Option.some(open.reduce(DateTime.max))
  })
