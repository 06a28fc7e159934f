import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { retrying } from "../driver/retry.js"
import { first, pages } from "../store/pages.js"
import * as tables from "../store/tables.js"
import type { Service } from "../Units.js"
import { busyUntil } from "./deadlines.js"
import type * as Engine from "./engine.js"
import * as expiry from "./expiry.js"
import * as launching from "./launching.js"
import * as observed from "./observations.js"
import * as unitChanges from "./unitChanges.js"

export const make = (engine: Engine.Service): Service => {
  const { driver, run, store, unit } = engine

  const status: Service["status"] = (id) =>
    Effect.gen(function* () {
      const found = yield* unit(id)
      const remote = yield* retrying(driver.offerStatus(found))
      return Option.isNone(remote) ? found.status : yield* observed.unitStatus(engine, found, remote.value)
    })

  const offerEnds: Service["offerEnds"] = (id) =>
    Effect.gen(function* () {
      yield* run(id)
      const end = (reverse: boolean) =>
        Effect.map(
          store.page(tables.units, { where: { run: id }, orderBy: "offeredUntil", reverse, limit: 1 }),
          ([unit]) => Option.flatMap(Option.fromNullable(unit), ({ offeredUntil }) => offeredUntil)
        )
      return Option.all({ first: yield* end(false), last: yield* end(true) })
    })

  const list: Service["list"] = (id, { limit, status } = {}) => {
    const options = { where: status === undefined ? { run: id } : { run: id, status }, orderBy: "place" } as const
    return limit === undefined ? pages(store, tables.units, options) : first(store, tables.units, options, limit)
  }

  return {
    get: unit,
    list,
    getAll: (ids) => store.getAll(tables.units, ids),
    status,
    launch: launching.make(engine),
    ...expiry.make(engine),
    offerEnds,
    busyUntil: (id) => Effect.zipRight(run(id), busyUntil(store, id)),
    sync: observed.sync(engine),
    changes: unitChanges.changes(store)
  }
}
