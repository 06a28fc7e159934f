/** How much work something is, counted by V8 in steps of the code that does it, so that no clock is asked. */
import { Session } from "node:inspector/promises"
import { setFlagsFromString } from "node:v8"
import * as Effect from "effect/Effect"

/** Code of which the steps count: ours, and what reads pages for it. */
const counted = /\/src\/|\/node_modules\/(?:htmlparser2|js-tokens|entities)\//

export type StepsOf = Effect.Effect.Success<typeof counting>

/** Keeps V8 from optimising meanwhile: what it has optimised it does not count. */
export const counting = Effect.acquireRelease(
  Effect.promise(async () => {
    setFlagsFromString("--no-opt")
    const session = new Session()
    session.connect()
    await session.post("Profiler.enable")
    await session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true })
    return session
  }),
  (session) =>
    Effect.sync(() => {
      session.disconnect()
      setFlagsFromString("--opt")
    })
).pipe(
  Effect.map((session) => {
    const take = Effect.map(
      Effect.promise(() => session.post("Profiler.takePreciseCoverage")),
      ({ result }) =>
        result
          .filter(({ url }) => counted.test(url))
          .flatMap(({ functions }) => functions.flatMap(({ ranges }) => ranges.map(({ count }) => count)))
          .reduce((sum, count) => sum + count, 0)
    )
    /**
     * Returns how often the blocks of counted code ran while `work` did, and since the last count. What native code does
     * within one is not seen.
     */
    return <E, R>(work: Effect.Effect<unknown, E, R>) => Effect.zipRight(work, take)
  })
)
