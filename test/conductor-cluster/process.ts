/** Processes that share a database: each with a store, a crowd and a membership of its own. */
import { PgClient } from "@effect/sql-pg"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as ExecutionStrategy from "effect/ExecutionStrategy"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import * as ConductorCluster from "../../src/ConductorCluster.js"
import type { RunId } from "../../src/Ids.js"
import { Owners } from "../../src/Owners.js"
import type { Core } from "../../src/Provider.js"
import type { Store } from "../../src/Store.js"
import * as SqlStore from "../../src/store/SqlStore.js"

type ClientOptions = Omit<PgClient.PgClientConfig, "url">

export const clientOf = (url: string, options: ClientOptions = { maxConnections: 5 }) =>
  PgClient.layer({ url: Redacted.make(url), ...options })

/** The crowd over the database, as a process has it that only launches. */
export const over = <E>(url: string, crowd: Layer.Layer<Core, E, Store>, options?: ClientOptions) =>
  crowd.pipe(Layer.provide(SqlStore.layer), Layer.provide(clientOf(url, options)))

/** A process of the crowd's cluster, until it is stopped or the test ends. */
export const start = <E>(url: string, crowd: Layer.Layer<Core, E, Store>, options?: ClientOptions) =>
  Effect.gen(function* () {
    const scope = yield* Scope.fork(yield* Effect.scope, ExecutionStrategy.sequential)
    const cluster = ConductorCluster.layer().pipe(
      Layer.provide(clientOf(url, options)),
      Layer.provideMerge(over(url, crowd, options))
    )
    const context = yield* Layer.buildWithScope(Layer.fresh(cluster), scope)
    const owners = Context.get(context, Owners)
    return { ...owners, stop: Scope.close(scope, Exit.void) }
  })

export type Process = Effect.Effect.Success<ReturnType<typeof start>>

/** Who conducts each run, by what the processes say of themselves. */
export const ownersOf = (processes: ReadonlyArray<Process>) =>
  Effect.map(
    Effect.forEach(processes, ({ address, owned }) =>
      Effect.map(owned, (runs) => runs.map((run) => [run, address] as const))
    ),
    (all) => {
      const owners = new Map<RunId, ReadonlyArray<string>>()
      for (const [run, address] of all.flat()) owners.set(run, [...(owners.get(run) ?? []), address])
      return owners
    }
  )
