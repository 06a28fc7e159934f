/** A server's other work: every run that is not decided goes on by itself. */
import * as Effect from "effect/Effect"
import * as FiberMap from "effect/FiberMap"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import * as Conductor from "../Conductor.js"
import type { CrowdError } from "../CrowdError.js"
import type { RunId } from "../Ids.js"
import { isOver } from "../internal/undecided.js"
import type { Core } from "../Provider.js"
import { TaskRuns } from "../TaskRuns.js"
import { type Screen, say } from "./Screen.js"

/** A fault that stays is told once. */
const teller = () => {
  const told = new Map<string, string>()
  return (what: string) => (error: CrowdError) =>
    Effect.suspend(() => {
      if (told.get(what) === error.message) return Effect.void
      told.set(what, error.message)
      return say(`${what}: ${error.message}`)
    })
}

/** Conducts all runs of this crowd, those also that another process launches meanwhile. A fault ends none of it. */
export const everyRun = (
  options: { readonly except?: RunId | undefined } = {}
): Effect.Effect<never, never, Core | Screen> =>
  Effect.scoped(
    Effect.gen(function* () {
      const runs = yield* TaskRuns
      const conducted = yield* FiberMap.make<RunId, unknown, never>()
      const decided = new Set<RunId>()
      const tell = teller()

      const takeUp = (id: RunId) =>
        Effect.gen(function* () {
          if (yield* FiberMap.has(conducted, id)) return
          const units = yield* runs.counts(id)
          if (isOver(units)) decided.add(id)
          else if (!Conductor.isDecided({ units })) {
            yield* FiberMap.run(conducted, id, Effect.catchAll(Conductor.conduct(id), tell(id)))
          }
        })

      const look = runs.list.pipe(
        Stream.filter(({ id }) => id !== options.except && !decided.has(id)),
        Stream.runForEach(({ id }) => takeUp(id)),
        Effect.catchAll(tell("looking for runs"))
      )
      const looking = Effect.repeat(look, Schedule.spaced("2 seconds"))
      return yield* Effect.zipRight(Effect.raceFirst(looking, FiberMap.join(conducted)), Effect.never)
    })
  )
