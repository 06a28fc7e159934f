/** What is on offer, as one visitor sees it. */
import * as Array from "effect/Array"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { RunId, WorkerId } from "../../Ids.js"
import type { TaskRun } from "../../TaskRuns.js"
import { Workers, type Service as WorkersService } from "../../Workers.js"
import { noneIfNotFound } from "../notFound.js"
import { type Access, TaskSource } from "../TaskSource.js"
import * as visitors from "../visitors.js"
import type * as Holding from "./holderCookie.js"
import * as openRuns from "./openRuns.js"

/** Of a run that asks nothing of its workers. */
const everything: Access = { sees: "page", lacks: [] }

/** What the run has brought the worker, and how much more of it they may take; or anybody, where there is no worker. */
export const accountOf = (workers: WorkersService, run: RunId, worker?: WorkerId) =>
  Effect.map(workers.progress(run, worker), ({ available, ...progress }) => ({ ...progress, yours: available }))

export const make = (holding: Holding.Service) =>
  Effect.gen(function* () {
    const workers = yield* Workers
    const source = yield* Effect.serviceOption(TaskSource)
    const open = yield* openRuns.make

    const accessTo = ({ id, task }: TaskRun, worker: Option.Option<WorkerId>) =>
      Option.isSome(source) && task.qualifications.length > 0
        ? source.value.access(id, worker)
        : Effect.succeed(everything)

    const offer = ({ left, run }: openRuns.Open, who: visitors.Visitor, worker: Option.Option<WorkerId>) =>
      Effect.gen(function* () {
        const id = Option.getOrUndefined(worker)
        const { barred, held } = yield* workers.standing(run.id, id)
        const { lacks, sees } = yield* accessTo(run, worker)
        if (sees === "nothing" && Option.isNone(held)) return Option.none()
        const account = yield* accountOf(workers, run.id, id)
        const holds = yield* holding.of(run.id, who, held)
        const { description, duration, keywords, reward, title } = run.task
        return Option.some({
          run: run.id,
          title,
          description,
          keywords,
          reward,
          duration,
          left,
          ...account,
          yours: Option.isSome(barred) ? 0 : account.yours,
          refusal: Option.isSome(holds.agent) ? null : Option.getOrNull(barred),
          lacks,
          preview: sees === "page",
          held: Option.getOrNull(holds.agent),
          heldElsewhere: holds.isElsewhere
        })
      })

    return (who: visitors.Visitor) =>
      Effect.gen(function* () {
        const worker = Option.map(yield* visitors.workerOf(workers, who.worker), ({ id }) => id)
        const found = yield* Effect.forEach(yield* open, (one) => noneIfNotFound(offer(one, who, worker)))
        return Array.getSomes(found.map(Option.flatten))
      })
  })
