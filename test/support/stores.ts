import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Store from "../../src/Store.js"

/** A store in memory of which some methods are others, made from what it has. */
export const changed = (change: (inner: Store.Service) => Partial<Store.Service>) =>
  Layer.effect(
    Store.Store,
    Effect.map(Store.Store, (inner): Store.Service => ({ ...inner, ...change(inner) }))
  ).pipe(Layer.provide(Store.layerMemory))

/** A store in memory that counts the rows it hands out. */
export const counting = () => {
  const read = { rows: 0 }
  const counted = <Row, E, R>(rows: Effect.Effect<ReadonlyArray<Row>, E, R>) =>
    Effect.tap(rows, ({ length }) => Effect.sync(() => (read.rows += length)))
  const store = changed(({ getAll, page }) => ({
    page: (table, options) => counted(page(table, options)),
    getAll: (table, ids) => counted(getAll(table, ids))
  }))
  return { read, store }
}
