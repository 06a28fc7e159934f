/** One process of the cluster looks for runs that are not decided, and tells the cluster of each. */
import * as Singleton from "@effect/cluster/Singleton"
import * as Effect from "effect/Effect"
import * as Ref from "effect/Ref"
import * as Stream from "effect/Stream"
import type { RunId } from "../Ids.js"
import { TaskRuns, type Undecided } from "../TaskRuns.js"
import { Run } from "./runEntity.js"
import { teller } from "./telling.js"
import * as timings from "./timings.js"

/** The generation of each run that the cluster was told of, as far as the run was undecided at the last look. */
type Told = ReadonlyMap<RunId, number>

/** So many owners are notified at once. */
const atOnce = 10

/** None where the message may not have been kept: it is told again at the next look, and ignored where it was. */
const tell = ({ generation, run }: Undecided) =>
  Effect.flatMap(Run.client, (client) =>
    client(run)
      .Conduct({ run, generation }, { discard: true })
      .pipe(Effect.timeout(timings.notify), Effect.as([run, generation] as const), Effect.option)
  )

const look = (told: Ref.Ref<Told>) =>
  Effect.gen(function* () {
    const before = yield* Ref.get(told)
    const runs = yield* TaskRuns
    const now = yield* runs.undecided.pipe(
      Stream.mapEffect(
        (one) =>
          before.get(one.run) === one.generation ? Effect.succeedSome([one.run, one.generation] as const) : tell(one),
        { concurrency: atOnce, unordered: true }
      ),
      Stream.filterMap((told) => told),
      Stream.runCollect
    )
    yield* Ref.set(told, new Map(now))
  })

/** Runs that another process launched, or that have become undecided again, are found here. */
export const layer = Singleton.make(
  "LookForRuns",
  Effect.gen(function* () {
    const told = yield* Ref.make<Told>(new Map())
    const warn = yield* teller("looking for runs")
    return yield* look(told).pipe(
      Effect.catchAll(({ message }) => warn(message)),
      Effect.zipRight(Effect.sleep(timings.lookForRuns)),
      Effect.forever
    )
  })
)
