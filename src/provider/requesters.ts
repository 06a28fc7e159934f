import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import { InvalidRegisterArgs, RequesterNotFound } from "../CrowdError.js"
import { retrying } from "../driver/retry.js"
import * as Ids from "../Ids.js"
import { lineFault } from "../internal/text.js"
import type { Service } from "../Requesters.js"
import { pages } from "../store/pages.js"
import { requesters as table } from "../store/tables.js"
import type * as Engine from "./engine.js"

export const make = ({ driver, requester, store }: Engine.Service): Service => {
  const named = (name: string) =>
    Effect.map(store.page(table, { where: { provider: driver.provider, name }, limit: 1 }), (rows) => rows[0])

  const findByName: Service["findByName"] = (name) =>
    Effect.flatMap(named(name), (found) =>
      found === undefined ? new RequesterNotFound({ requester: name }) : Effect.succeed(found)
    )

  const register: Service["register"] = (name, args) =>
    Effect.gen(function* () {
      const fault = lineFault(name)
      if (fault !== undefined) {
        return yield* new InvalidRegisterArgs({ provider: driver.provider, description: `its name ${fault}` })
      }
      yield* retrying(driver.registration.check(name, args))
      const known = yield* named(name)
      if (known !== undefined) return known
      const made = {
        id: yield* Ids.requesterId,
        provider: driver.provider,
        name,
        registeredAt: yield* DateTime.now
      }
      yield* store.insert(table, [made])
      return (yield* named(name)) ?? made
    })

  return {
    registerArgs: driver.registration.args,
    register,
    isRegistered: (id) => Effect.flatMap(requester(id), (found) => retrying(driver.registration.isRegistered(found))),
    get: requester,
    findByName,
    list: pages(store, table, { where: { provider: driver.provider } })
  }
}
