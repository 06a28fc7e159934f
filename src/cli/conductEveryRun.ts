/** A server's other work: every run that is not decided goes on by itself. */
import * as Effect from "effect/Effect"
import * as FiberMap from "effect/FiberMap"
import * as Stream from "effect/Stream"
import * as Conductor from "../Conductor.js"
import type { RunId } from "../Ids.js"
import type { Core } from "../Provider.js"
import { isOver } from "../provider/runTotals.js"
import { TaskRuns } from "../TaskRuns.js"
import { type Screen, say } from "./Screen.js"

/** A fault that stays is told once. */
const teller = () => {
  const told = new Map<string, string>()
  return (what: string) => (error: { readonly message: string }) =>
    Effect.suspend(() => {
      if (told.get(what) === error.message) return Effect.void
      told.set(what, error.message)
      return say(`${what}: ${error.message}`)
    })
}

/** Conducts all runs of this crowd, those also that another process launches meanwhile. A fault ends none of it. */
export const conductEveryRun = (
  options: { readonly except?: RunId | undefined } = {}
): Effect.Effect<never, never, Core | Screen> =>
  Effect.scoped(
    Effect.gen(function* () {
      const runs = yield* TaskRuns
      const conducted = yield* FiberMap.make<RunId, unknown, never>()
      const decided = new Set<RunId>()
      const tell = teller()

      /** A bug that one run meets does not end the others. */
      const conduct = (id: RunId) =>
        Conductor.conduct(id).pipe(
          Effect.catchAll(tell(id)),
          Effect.catchAllDefect((defect) => tell(id)({ message: `a bug, please report it: ${String(defect)}` }))
        )

      const takeUp = (id: RunId) =>
        Effect.gen(function* () {
          if (yield* FiberMap.has(conducted, id)) return
          const units = yield* runs.counts(id)
          if (isOver(units)) decided.add(id)
          else if (!Conductor.isDecided({ units })) {
            yield* FiberMap.run(conducted, id, conduct(id))
          }
        })

      const look = runs.list.pipe(
        Stream.filter(({ id }) => id !== options.except && !decided.has(id)),
        Stream.runForEach(({ id }) => takeUp(id)),
        Effect.catchAll(tell("looking for runs"))
      )
      return yield* Effect.forever(Effect.zipRight(look, Effect.sleep("2 seconds")))
    })
  )
