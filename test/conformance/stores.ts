/** Over which stores a crowd is tried, and how another process opens the one that it is tried over. */
import { join } from "node:path"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import type { Core } from "../../src/Provider.js"
import * as Store from "../../src/Store.js"
import * as SqliteStore from "../../src/store/SqliteStore.js"
import * as postgres from "../support/postgres.js"
import { storeAt } from "../support/postgresStore.js"
import * as sqlite from "../support/sqlite.js"

const names = ["memory", "SQLite", "Postgres"] as const
export type Name = (typeof names)[number]

type Opened = Layer.Layer<Store.Store, unknown>

/** The same store, opened once more, with what is remembered in it. */
export class Again extends Context.Tag("effect-crowd/test/Again")<Again, Opened>() {}

/** Opens it, and lets others open it too. */
const shared = (opened: Effect.Effect<Opened, unknown, Scope.Scope>): Layer.Layer<Store.Store | Again, unknown> =>
  Layer.unwrapScoped(Effect.map(opened, (again) => Layer.merge(again, Layer.succeed(Again, Layer.fresh(again)))))

const layers: { readonly [Key in Name]: Layer.Layer<Store.Store | Again, unknown> } = {
  memory: shared(Effect.map(Layer.build(Store.layerMemory), Layer.succeedContext)),
  SQLite: shared(
    Effect.map(sqlite.directory, (folder) =>
      SqliteStore.layer({ filename: join(folder, "crowd.db"), durability: "normal" })
    )
  ),
  Postgres: shared(Effect.map(postgres.url, (url) => storeAt(url, 10)))
}

/** All of them for the full matrix, `npm run conformance`; else the one that the crowd stands for. */
export const chosen = (own: Name): ReadonlyArray<Name> => (process.env["CROWD_MATRIX"] === "full" ? names : [own])

/** Registers the crowd's tests over each store that is chosen; what is built of the layer is empty each time. */
export const over = (
  crowd: string,
  own: Name,
  register: (name: string, store: Layer.Layer<Store.Store | Again, unknown>) => void
): void => {
  for (const name of chosen(own)) register(`${crowd} over ${name}`, layers[name])
}

/** The crowd over the store, which stays in sight for other processes. */
export const onShared = <A, E>(
  store: Layer.Layer<Store.Store | Again, unknown>,
  crowd: (store: Layer.Layer<Store.Store>) => Layer.Layer<A, E>
): Layer.Layer<A | Again, unknown> =>
  Layer.flatMap(store, (context) =>
    Layer.merge(
      crowd(Layer.succeed(Store.Store, Context.get(context, Store.Store))),
      Layer.succeed(Again, Context.get(context, Again))
    )
  )

/** The crowd's provider as another process has it. */
export const another = <R>(
  crowd: Layer.Layer<Core, unknown, R>
): Effect.Effect<Context.Context<Core>, unknown, Exclude<R, Store.Store> | Again | Scope.Scope> =>
  Effect.flatMap(Again, (again) => Layer.build(Layer.provide(Layer.fresh(crowd), again)))

/** Seeds for two processes at work at once: one, more for the full matrix, or those of `CROWD_SEEDS=1,2,3`. */
export const seeds: ReadonlyArray<number> = (
  process.env["CROWD_SEEDS"] ?? (process.env["CROWD_MATRIX"] === "full" ? "1,2,3" : "1")
)
  .split(",")
  .map(Number)
