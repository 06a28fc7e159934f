/** Starts the crowd's process, and hears from it. */
import { fork } from "node:child_process"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Runtime from "effect/Runtime"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import { Config, type Kind, Ledger, Told } from "./protocol.js"

export interface RemoteCrowd {
  readonly url: string
  /** What it was asked and what it did, once it is at rest. */
  readonly ledger: Effect.Effect<Ledger>
  /** Calls back when it is asked for something under a new token, until the answer is called. */
  readonly onAsked: (listener: (kind: Kind) => void) => () => void
}

/** Runs `program`, which is `server.ts` made into one file, until the scope closes. */
export const start = (program: string, config: Config): Effect.Effect<RemoteCrowd, never, Scope.Scope> =>
  Effect.gen(function* () {
    const listeners = new Set<(kind: Kind) => void>()
    const listening = yield* Deferred.make<number>()
    const run = Runtime.runSync(yield* Effect.runtime<never>())
    yield* Effect.acquireRelease(
      Effect.sync(() => {
        const child = fork(program, [Schema.encodeSync(Config)(config)], {
          stdio: ["ignore", "inherit", "inherit", "ipc"]
        })
        child.on("message", (message) => {
          const told = Schema.decodeUnknownSync(Told)(message)
          if (told._tag === "Listening") run(Deferred.succeed(listening, told.port))
          else for (const listener of listeners) listener(told.kind)
        })
        return child
      }),
      (child) => Effect.sync(() => child.kill("SIGKILL"))
    )
    const url = `http://127.0.0.1:${yield* Deferred.await(listening)}`
    return {
      url,
      ledger: Effect.promise(async () => Schema.decodeUnknownSync(Ledger)(await (await fetch(`${url}/ledger`)).json())),
      onAsked: (listener) => {
        listeners.add(listener)
        return () => listeners.delete(listener)
      }
    }
  })
