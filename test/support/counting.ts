/** A store in memory that counts the rows it hands out. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Store from "../../src/Store.js"

export const counting = () => {
  const read = { rows: 0 }
  const counted = <Row, E, R>(rows: Effect.Effect<ReadonlyArray<Row>, E, R>) =>
    Effect.tap(rows, ({ length }) => Effect.sync(() => (read.rows += length)))
  const wrapped = Layer.effect(
    Store.Store,
    Effect.map(
      Store.Store,
      (inner): Store.Service => ({
        ...inner,
        page: (table, options) => counted(inner.page(table, options)),
        getAll: (table, ids) => counted(inner.getAll(table, ids))
      })
    )
  ).pipe(Layer.provide(Store.layerMemory))
  return { read, store: wrapped }
}
