/** One process of the cluster looks for runs that are not decided, and announces each to its owner. */
import * as Singleton from "@effect/cluster/Singleton"
import * as Effect from "effect/Effect"
import * as Ref from "effect/Ref"
import * as Stream from "effect/Stream"
import type { RunId } from "../Ids.js"
import { recurring } from "../internal/faults.js"
import { TaskRuns, type Undecided } from "../TaskRuns.js"
import { Run } from "./runEntity.js"
import * as timings from "./timings.js"

/** The generation of each run that was announced, as far as the run was undecided at the last look. */
type Announced = ReadonlyMap<RunId, number>

/** So many owners are notified at once. */
const atOnce = 10

/** None where the message may not have been kept: it is sent again at the next look, and ignored where it was. */
const announce = ({ generation, run }: Undecided) =>
  Effect.flatMap(Run.client, (client) =>
    client(run)
      .Conduct({ run, generation }, { discard: true })
      .pipe(Effect.timeout(timings.notify), Effect.as([run, generation] as const), Effect.option)
  )

const announceUndecided = (announced: Ref.Ref<Announced>) =>
  Effect.gen(function* () {
    const before = yield* Ref.get(announced)
    const { undecided } = yield* TaskRuns
    const now = yield* undecided.pipe(
      Stream.mapEffect(
        (one) =>
          before.get(one.run) === one.generation
            ? Effect.succeedSome([one.run, one.generation] as const)
            : announce(one),
        { concurrency: atOnce, unordered: true }
      ),
      Stream.filterMap((sent) => sent),
      Stream.runCollect
    )
    yield* Ref.set(announced, new Map(now))
  })

/** Runs that another process launched, or that have become undecided again, are found here. */
export const layer = Singleton.make(
  "Discovery",
  Effect.gen(function* () {
    const announced = yield* Ref.make<Announced>(new Map())
    const { reopenCutOff } = yield* TaskRuns
    const warn = (fault: string) => Effect.logWarning(`looking for runs: ${fault}`)
    yield* Effect.raceFirst(
      recurring(announceUndecided(announced), timings.lookForRuns, warn),
      recurring(reopenCutOff, timings.lookForCutOff, warn)
    )
  })
)
