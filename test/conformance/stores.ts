/** Over which stores a crowd is tried. */
import * as Layer from "effect/Layer"
import * as Store from "../../src/Store.js"
import * as SqlStore from "../../src/store/SqlStore.js"
import * as postgres from "../support/postgres.js"
import * as sqlite from "../support/sqlite.js"

const names = ["memory", "SQLite", "Postgres"] as const
export type Name = (typeof names)[number]

const layers: { readonly [Key in Name]: Layer.Layer<Store.Store, unknown> } = {
  memory: Store.layerMemory,
  SQLite: sqlite.layer(),
  Postgres: Layer.provide(SqlStore.layer, postgres.layer)
}

/** All of them for the full matrix, `npm run conformance`; else the one that the crowd stands for. */
export const chosen = (own: Name): ReadonlyArray<Name> => (process.env["CROWD_MATRIX"] === "full" ? names : [own])

/** Registers the crowd's tests over each store that is chosen; what is built of the layer is empty each time. */
export const over = (
  crowd: string,
  own: Name,
  register: (name: string, store: Layer.Layer<Store.Store, unknown>) => void
): void => {
  for (const name of chosen(own)) register(`${crowd} over ${name}`, layers[name])
}
