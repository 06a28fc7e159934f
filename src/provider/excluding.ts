/** Whoever has handed in all they may of a run is kept from more of it by the crowd, where that has to be told. */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { Agent } from "../Agents.js"
import type { ProviderError, StoreError, Uncertain } from "../CrowdError.js"
import type { ExcludeOrder } from "../Driver.js"
import type { WorkerId } from "../Ids.js"
import type { Intent } from "../Journal.js"
import { tokenOfParts } from "../journal/intents.js"
import type { Done, Request, Runner } from "../journal/journal.js"
import { complete, pagewise } from "../journal/pagewise.js"
import { missing } from "../journal/payload.js"
import { SubmissionStatus } from "../States.js"
import { pages } from "../store/pages.js"
import * as tables from "../store/tables.js"
import type { TaskRun } from "../TaskRuns.js"
import * as Engine from "./engine.js"
import { standingId } from "./workerRegistry.js"

type Standing = typeof tables.standings.schema.Type

/** How many units of the run the worker has handed in, whatever was decided of them. */
const submitted = ({ store }: Engine.Service, run: TaskRun, worker: WorkerId): Effect.Effect<number, StoreError> =>
  Effect.reduce(SubmissionStatus.literals, 0, (sum, status) =>
    Effect.map(
      store.count(tables.agents, { run: run.id, status, worker }, "status"),
      (counts) => sum + (counts[status] ?? 0)
    )
  )

/**
 * Notes, in the transaction of a submission, where it was the last that the worker may hand in: once, since what comes
 * on top of that was not kept from them in time. Of two at once, the second counts when the first is written.
 */
export const noteSubmission = (
  engine: Engine.Service,
  { run: of, worker }: Pick<Agent, "run" | "worker">
): Effect.Effect<void, StoreError> => {
  if (engine.driver.exclude === undefined) return Effect.void
  return Effect.gen(function* () {
    const run = yield* Engine.runOf(engine, of)
    const limit = run.task.maxUnitsPerWorker
    if (Option.isNone(limit)) return
    const id = standingId(run.id, worker)
    yield* engine.store.get(tables.standings, id)
    if ((yield* submitted(engine, run, worker)) !== limit.value) return
    const toExclude = Option.some(yield* DateTime.now)
    yield* engine.store.update(tables.standings, { ids: [id], set: { toExclude } })
  })
}

type Excluding = (run: TaskRun) => Effect.Effect<void, ProviderError | StoreError>

/** Tells the crowd of those who were noted. */
export const make = (engine: Engine.Service): Excluding => {
  const { driver, journal, store } = engine
  const outward = driver.exclude
  if (outward === undefined) return () => Effect.void

  const orderOf = (run: TaskRun, id: string) =>
    Effect.flatMap(
      store.get(tables.workers, id),
      Option.match({
        onNone: () => missing(id),
        onSome: (worker): Effect.Effect<ExcludeOrder> => Effect.succeed({ worker, run })
      })
    )

  const restore = (intents: ReadonlyArray<Intent>): Effect.Effect<ReadonlyArray<ExcludeOrder>, StoreError> =>
    Effect.forEach(intents, ({ id, run, subject }) =>
      Effect.flatMap(
        Effect.catchTag(engine.run(Option.getOrElse(run, () => "")), "TaskRunNotFound", () => missing(id)),
        (run) => orderOf(run, subject)
      )
    )

  const apply = (done: ReadonlyArray<Done<ExcludeOrder>>): Effect.Effect<void, StoreError> =>
    store
      .update(tables.standings, {
        ids: done.map(({ order }) => standingId(order.run.id, order.worker.id)),
        set: { toExclude: Option.none() }
      })
      .pipe(Effect.asVoid)

  const excluding: Runner<ExcludeOrder, ProviderError> = journal.runner({ name: "exclude", outward, restore, apply })

  const requestFor = (run: TaskRun, { worker }: Standing): Effect.Effect<Request<ExcludeOrder>, StoreError> =>
    Effect.zipWith(tokenOfParts("exclude", [run.id, worker]), orderOf(run, worker), (token, order) => ({
      token,
      run: Option.some(run.id),
      subject: worker,
      payload: null,
      order
    }))

  return (run) =>
    Option.isNone(run.task.maxUnitsPerWorker)
      ? Effect.void
      : pages(store, tables.standings, { where: { run: run.id }, orderBy: "toExclude" }).pipe(
          (noted) =>
            pagewise(noted, outward, (page) =>
              Effect.flatMap(excluding.perform(Effect.forEach(page, (standing) => requestFor(run, standing))), complete)
            ),
          Stream.runDrain,
          // A person has to look: the run goes on.
          Effect.catchTag("Uncertain", (error: Uncertain) => Effect.logWarning(error.message))
        )
}
