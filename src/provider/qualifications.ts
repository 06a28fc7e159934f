import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as checks from "../batch/argumentChecks.js"
import { QualificationExists, QualificationNotFound } from "../CrowdError.js"
import type { QualificationsDriver } from "../Driver.js"
import { retrying } from "../driver/retry.js"
import * as Ids from "../Ids.js"
import type { Qualification, Service } from "../Qualifications.js"
import { pages } from "../store/pages.js"
import * as tables from "../store/tables.js"
import type * as Engine from "./engine.js"
import * as grants from "./grants.js"

export const make = (engine: Engine.Service, crowd: QualificationsDriver): Service => {
  const { driver, store } = engine

  const named = (name: string) =>
    Effect.map(
      store.page(tables.qualifications, { where: { provider: driver.provider, name }, limit: 1 }),
      (rows) => rows[0]
    )

  const find: Service["find"] = (name) =>
    Effect.flatMap(named(name), (found) =>
      found === undefined ? new QualificationNotFound({ qualification: name }) : Effect.succeed(found)
    )

  const create: Service["create"] = (name, description) =>
    Effect.gen(function* () {
      yield* checks.qualification(name, description)
      const known = yield* named(name)
      if (known !== undefined) return yield* new QualificationExists({ name })
      const remoteId = yield* retrying(crowd.create(name, description))
      const made: Qualification = {
        id: yield* Ids.qualificationId,
        provider: driver.provider,
        name,
        description,
        remoteId,
        createdAt: yield* DateTime.now
      }
      const inserted = yield* store.insert(tables.qualifications, [made])
      return inserted.length === 0 ? yield* new QualificationExists({ name }) : made
    })

  const remove: Service["delete"] = (name) =>
    Effect.gen(function* () {
      const found = yield* find(name)
      yield* retrying(crowd.delete(found))
      yield* grants.removeAll(store, found)
      yield* grants.abandonBegun(engine, found)
      yield* store.remove(tables.qualifications, [found.id])
    })

  const change = grants.make(engine, crowd, find)

  return {
    create,
    delete: remove,
    find,
    list: pages(store, tables.qualifications, { where: { provider: driver.provider } }),
    grant: (name, id, value) => Effect.zipRight(checks.standing(value), change(name, id, Option.some(value))),
    revoke: (name, id) => change(name, id, Option.none()),
    value: (name, id) =>
      Effect.flatMap(find(name), (found) => Effect.map(grants.current(store, found, id), ({ value }) => value))
  }
}
