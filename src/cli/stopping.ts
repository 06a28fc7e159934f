/** What to type to go on, where the person stops a command. */
import * as Effect from "effect/Effect"
import { Interrupted, toJson } from "./failure.js"
import * as Invocation from "./Invocation.js"
import { print, say } from "./Screen.js"
import * as Session from "./Session.js"

/** Says when the person stops the work what to type to go on, and what that does. */
export const stoppable = <A, E, R>(words: string, does: string, work: Effect.Effect<A, E, R>) =>
  Effect.onInterrupt(work, () =>
    Effect.gen(function* () {
      const invocation = yield* Invocation.Invocation
      const stopped = new Interrupted({ advice: `${invocation.crowd(words)} ${does}` })
      const { json } = yield* Session.Session
      if (json) yield* print(JSON.stringify(toJson(stopped, invocation)))
      yield* say(stopped.message)
    })
  )

/** The same of a command that serves until it is stopped. */
export const servable = <A, E, R>(words: string, work: Effect.Effect<A, E, R>) =>
  Effect.onInterrupt(work, () =>
    Effect.flatMap(Invocation.crowd(words), (again) =>
      say(`Stopped. Nothing is lost: ${again} goes on where this stopped.`)
    )
  )
