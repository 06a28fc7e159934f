/** A store that fails when it is told to. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { StoreError } from "../../src/CrowdError.js"
import { Store } from "../../src/Store.js"

/** Where it is, which only the operator is to read. */
export const place = "/var/lib/crowd/secret.db"

export const full = new StoreError({
  reason: "Full",
  operation: "update",
  description: `there is no room left for ${place} (UPDATE crowd_units)`
})

export const gone = new StoreError({
  reason: "Unavailable",
  operation: "page",
  description: `${place} cannot be opened or reached`
})

/** With `full`, nothing is kept any more; with `gone`, nothing can be read either. */
export type Trouble = "full" | "gone"

/** Such a store, and how to break and mend it. */
export const make = <E>(store: Layer.Layer<Store, E>) => {
  let trouble: Trouble | undefined
  const unless =
    (...troubles: ReadonlyArray<Trouble>) =>
    <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E | StoreError, R> =>
      Effect.suspend((): Effect.Effect<A, E | StoreError, R> => {
        if (trouble === undefined || !troubles.includes(trouble)) return effect
        return Effect.fail(trouble === "full" ? full : gone)
      })
  const read = unless("gone")
  const change = unless("full", "gone")
  const breakable = Effect.map(Store, (whole) =>
    Store.of({
      writes: whole.writes,
      ensureNoTransaction: whole.ensureNoTransaction,
      get: (...args) => read(whole.get(...args)),
      getAll: (...args) => read(whole.getAll(...args)),
      getAllBy: (...args) => read(whole.getAllBy(...args)),
      page: (...args) => read(whole.page(...args)),
      count: (...args) => read(whole.count(...args)),
      sum: (...args) => read(whole.sum(...args)),
      available: (options) => read(whole.available(options)),
      transaction: (effect) => change(whole.transaction(effect)),
      insert: (...args) => change(whole.insert(...args)),
      put: (...args) => change(whole.put(...args)),
      update: (...args) => change(whole.update(...args)),
      remove: (...args) => change(whole.remove(...args)),
      claim: (options) => change(whole.claim(options))
    })
  )
  const become = (next: Trouble | undefined) =>
    Effect.sync(() => {
      trouble = next
    })
  return {
    layer: Layer.provide(Layer.effect(Store, breakable), store),
    /** Until the scope ends or it is mended. */
    broken: (by: Trouble) => Effect.acquireRelease(become(by), () => become(undefined)),
    mended: become(undefined)
  }
}
