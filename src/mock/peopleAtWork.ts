/** Who comes to the runs of a Mock by themselves: its people, or nobody. */
import * as Effect from "effect/Effect"
import * as FiberMap from "effect/FiberMap"
import * as HashSet from "effect/HashSet"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Queue from "effect/Queue"
import * as Ref from "effect/Ref"
import type { Agents } from "../Agents.js"
import type { RunId } from "../Ids.js"
import * as TaskRuns from "../TaskRuns.js"
import type { Units } from "../Units.js"
import type { People } from "./options.js"
import { work } from "./workers.js"

/** How long somebody may take to come to a run that has no people of its own. */
const grace = "10 seconds"

const nobodyComes = (run: RunId) =>
  Effect.gen(function* () {
    yield* Effect.sleep(grace)
    const { units, workers } = yield* (yield* TaskRuns.TaskRuns).summary(run)
    return workers === 0 && units.launched > 0
      ? Option.some(
          `Nobody works on ${run}. Give the Mock people, such as Mock.layer({ people: People.fillForms }) with People from effect-crowd/mock/People, or let Mock.work bring some.`
        )
      : Option.none()
  })

const peopleCome = (run: RunId, people: People) =>
  Effect.gen(function* () {
    const runs = yield* TaskRuns.TaskRuns
    const before = yield* runs.counts(run)
    if (before.created + before.launched === 0) return Option.none()
    yield* work(run, people(yield* runs.get(run), yield* runs.template(run)))
    const { launched } = yield* runs.counts(run)
    return launched === 0
      ? Option.none()
      : Option.some(
          `Nobody is left who may take the last ${launched} units of ${run}: the Mock's people are blocked, or lack a qualification that the task asks for.`
        )
  })

/** Attends to every run that is heard of, once at a time. Whatever keeps a run waiting is logged once. */
export const layer = (
  heard: Queue.Dequeue<RunId>,
  people: People | undefined
): Layer.Layer<never, never, Agents | TaskRuns.TaskRuns | Units> =>
  Layer.scopedDiscard(
    Effect.gen(function* () {
      const attended = yield* FiberMap.make<RunId>()
      const told = yield* Ref.make(HashSet.empty<RunId>())
      const tell = (run: RunId, message: string) =>
        Effect.flatMap(Ref.getAndUpdate(told, HashSet.add(run)), (before) =>
          HashSet.has(before, run) ? Effect.void : Effect.logWarning(message)
        )
      const attend = (run: RunId) =>
        (people === undefined ? nobodyComes(run) : peopleCome(run, people)).pipe(
          Effect.flatMap(Effect.transposeMapOption((message) => tell(run, message))),
          Effect.catchAllCause((cause) => Effect.logError(`The Mock's people left ${run}`, cause))
        )
      const listen = Effect.flatMap(Queue.take(heard), (run) =>
        FiberMap.run(attended, run, attend(run), { onlyIfMissing: true })
      )
      yield* Effect.forkScoped(Effect.forever(listen))
    })
  )
