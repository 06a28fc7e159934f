/** Programs over the double of Prolific. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { Money, Requesters, Store, TaskRuns, Units } from "../../src/index.js"
import * as Prolific from "../../src/Prolific.js"
import { type Double, makeDouble } from "../support/prolific/double.js"
import type { Settings } from "../support/prolific/settings.js"

export const GBP = Money.Currency.make("GBP")

export interface Circumstances {
  readonly settings?: Settings
  readonly options?: Prolific.Options
}

/** A process of its own over the double and a store. */
export const over = (double: Double, options: Prolific.Options = {}) =>
  Prolific.layer({
    url: double.url,
    token: Redacted.make(double.token),
    pages: "http://127.0.0.1:4000",
    live: true,
    ...options
  })

/** One process with a store of its own. */
export const on =
  <A, E>(
    act: (double: Double) => Effect.Effect<A, E, Prolific.Provides | Store.Store | Scope.Scope>,
    { options, settings }: Circumstances = {}
  ) =>
  () =>
    Effect.flatMap(makeDouble(settings), (double) =>
      Effect.provide(act(double), Layer.provideMerge(over(double, options), Store.layerMemory))
    )

export const task: TaskRuns.Task = {
  ...TaskRuns.taskDefaults,
  title: "Which mood?",
  reward: Money.make(60, GBP),
  maxUnitsPerWorker: Option.some(1)
}

/** A run of so many rows that is not set up, or the one there is. */
export const opened = (rows = 1, more: Partial<TaskRuns.Task> = {}) =>
  Effect.gen(function* () {
    const runs = yield* TaskRuns.TaskRuns
    const me = yield* Effect.flatMap(Requesters.Requesters, (requesters) => requesters.register("me", {}))
    const name = more.title ?? task.title
    const batch = { requester: me.id, name, digest: name, template: "<p>${n}</p>" }
    const run = yield* runs.open({ ...batch, task: { ...task, ...more } })
    yield* runs.addRows(
      run.id,
      0,
      Array.from({ length: rows }, (_, n) => ({ n: String(n) }))
    )
    return run
  })

/** Sets it up and launches what is not out. */
export const launch = (id: TaskRuns.TaskRun["id"], limit?: number) =>
  Effect.gen(function* () {
    yield* Effect.flatMap(TaskRuns.TaskRuns, (runs) => runs.setup(id))
    const units = yield* Units.Units
    yield* Stream.runDrain(units.launch(id, { limit }))
    return [...(yield* Stream.runCollect(units.list(id)))]
  })

/** The only study there is. */
export const onlyStudy = (double: Double) => {
  const [study, ...others] = double.world.studies.values()
  if (study === undefined || others.length > 0) throw new Error(`${others.length + 1} studies, or none`)
  return study
}

/** How often a call was made. */
export const callsOf = ({ calls }: Double, name: string): number => calls.filter((made) => made.call === name).length
