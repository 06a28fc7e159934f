/** A server's other work: every run that is not decided goes on by itself. */
import * as Effect from "effect/Effect"
import * as FiberMap from "effect/FiberMap"
import * as Stream from "effect/Stream"
import * as Conductor from "../Conductor.js"
import type { RunId } from "../Ids.js"
import type { Core } from "../Provider.js"
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
      const tell = teller()

      /** A bug that one run meets does not end the others. */
      const conduct = (id: RunId) =>
        Conductor.conduct(id).pipe(
          Effect.catchAll(tell(id)),
          Effect.catchAllDefect((defect) => tell(id)({ message: `a bug, please report it: ${String(defect)}` }))
        )

      const look = runs.undecided.pipe(
        Stream.filter(({ run }) => run !== options.except),
        Stream.runForEach(({ run }) => FiberMap.run(conducted, run, conduct(run), { onlyIfMissing: true })),
        Effect.catchAll(tell("looking for runs"))
      )
      return yield* Effect.forever(Effect.zipRight(look, Effect.sleep("2 seconds")))
    })
  )
