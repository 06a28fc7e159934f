/** A server's other work: every run that is not decided goes on by itself. */
import * as Effect from "effect/Effect"
import * as FiberMap from "effect/FiberMap"
import * as Stream from "effect/Stream"
import * as Conductor from "../Conductor.js"
import type { RunId } from "../Ids.js"
import { persisting, recurring } from "../internal/faults.js"
import type { Core } from "../Provider.js"
import { TaskRuns } from "../TaskRuns.js"
import { type Screen, say } from "./Screen.js"

/** Time between two looks for runs, and before a run that failed is tried again. */
const pause = "2 seconds"

/** Conducts all runs of this crowd, those also that another process launches meanwhile. A fault ends none of it. */
export const conductEveryRun = (
  options: { readonly except?: RunId | undefined } = {}
): Effect.Effect<never, never, Core | Screen> =>
  Effect.scoped(
    Effect.gen(function* () {
      const runs = yield* TaskRuns
      const conducted = yield* FiberMap.make<RunId, unknown, never>()

      const conduct = (run: RunId) => persisting(Conductor.conduct(run), pause, (fault) => say(`${run}: ${fault}`))

      const look = runs.undecided.pipe(
        Stream.filter(({ run }) => run !== options.except),
        Stream.runForEach(({ run }) => FiberMap.run(conducted, run, conduct(run), { onlyIfMissing: true }))
      )
      const tell = (fault: string) => say(`looking for runs: ${fault}`)
      return yield* Effect.raceFirst(recurring(look, pause, tell), recurring(runs.reopenCutOff, "1 minute", tell))
    })
  )
