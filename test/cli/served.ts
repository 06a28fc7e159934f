/** The command while it serves people. */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import * as visiting from "../support/serverVisitors.js"
import { crowd, type Ended, spawned } from "./support.js"

export interface Served {
  readonly port: number
  /** What opens the console. */
  readonly token: string
  readonly visitor: (index: number) => Effect.Effect<visiting.Visitor, never, Scope.Scope>
  /** What the command wrote to stderr so far. */
  readonly err: () => string
  readonly ended: Effect.Effect<Ended>
  /** Ctrl-C. */
  readonly stop: Effect.Effect<void>
}

const addresses = /http:\/\/127\.0\.0\.1:(\d+)\/console#([\w-]+)/

/** Answers when people can come. Fails if the command ends before. */
export const served = (
  words: ReadonlyArray<string>,
  env: Readonly<Record<string, string>> = {},
  at = 0
): Effect.Effect<Served, never, Scope.Scope> =>
  Effect.gen(function* () {
    const told = yield* Deferred.make<{ readonly port: number; readonly token: string }>()
    let text = ""
    const listen = (more: string) => {
      text += more
      const [, port, token] = addresses.exec(text) ?? []
      if (port !== undefined && token !== undefined) {
        Deferred.unsafeDone(told, Effect.succeed({ port: Number(port), token }))
      }
    }
    const fiber = yield* Effect.forkScoped(
      crowd([...words, "--port", String(at)], { env, onOut: listen, onErr: listen })
    )
    const tooEarly = Effect.flatMap(Fiber.join(fiber), ({ err }) => Effect.dieMessage(`it ended: ${err}`))
    const { port, token } = yield* Effect.raceFirst(Deferred.await(told), tooEarly)
    return {
      port,
      token,
      visitor: (index) => visiting.visitor(port, visiting.addressOf(index)),
      err: () => text,
      ended: Fiber.join(fiber),
      stop: Effect.asVoid(Fiber.interrupt(fiber))
    }
  })

/** The command as a process that serves; answers what it wrote so far, once it says where. */
export const serving = (words: ReadonlyArray<string>, cwd: string, env: Readonly<Record<string, string>>) =>
  Effect.gen(function* () {
    const told = yield* Deferred.make<string>()
    const heard = (text: string) => {
      if (text.includes("/console#")) Deferred.unsafeDone(told, Effect.succeed(text))
      return undefined
    }
    const fiber = yield* Effect.forkScoped(spawned(words, { cwd, env, onErr: heard, onOut: heard }))
    const tooEarly = Effect.flatMap(Fiber.join(fiber), ({ err }) => Effect.dieMessage(`it ended: ${err}`))
    return { said: yield* Effect.raceFirst(Deferred.await(told), tooEarly), ended: Fiber.join(fiber) }
  })

/** Somebody takes a unit of the run and submits these answers. */
export const works = (visitor: visiting.Visitor, run: string, answers: unknown) =>
  Effect.gen(function* () {
    const accepted = yield* visiting.accept(visitor, run)
    if (accepted.status !== 200) return accepted
    return yield* visiting.submit(visitor, yield* visiting.asWork(accepted), answers)
  })

/** Until it is so, looked at every 50 ms, for 10 s. */
export const until = <A, E, R>(look: Effect.Effect<A, E, R>, isSo: (found: A) => boolean) =>
  Effect.repeat(look, {
    until: isSo,
    schedule: Schedule.intersect(Schedule.spaced("50 millis"), Schedule.recurs(200))
  }).pipe(Effect.zipRight(look))
