/** The layer against the double, over HTTP, with people who come to our pages and leave by the exits they are given. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type { Agent, Answers } from "../../src/Agents.js"
import { Agents, Money, TaskRuns, Units } from "../../src/index.js"
import type * as Prolific from "../../src/Prolific.js"
import * as Store from "../../src/Store.js"
import { type Double, makeDouble } from "../support/prolific/double.js"
import type { Settings } from "../support/prolific/settings.js"
import { GBP, over, opened as unready } from "./onProlific.js"
import { dataOf, sync as look } from "./participants.js"

/** The double that the layer calls. */
export class Market extends Context.Tag("effect-crowd/test/prolific/Market")<Market, Double>() {}

export interface Options {
  readonly client?: Prolific.Options
  readonly double?: Settings
  readonly store?: Layer.Layer<Store.Store, unknown>
}

const client = (options: Prolific.Options = {}) =>
  Layer.unwrapEffect(Effect.map(Market, (double) => over(double, options)))

/** A double of its own, and the layer over it. */
export const layer = (options: Options = {}) =>
  client(options.client).pipe(
    Layer.provideMerge(Layer.scoped(Market, makeDouble(options.double))),
    Layer.provideMerge(options.store ?? Store.layerMemory)
  )

/** A test with a double of its own. */
export const on =
  <A, E>(
    test: (double: Double) => Effect.Effect<A, E, Prolific.Provides | Store.Store | Market>,
    options?: Options
  ): (() => Effect.Effect<A, unknown>) =>
  () =>
    Effect.provide(Effect.flatMap(Market, test), layer(options))

export const pounds = (pence: number) => Money.make(pence, GBP)

/** A run of so many rows, set up and not launched. */
export const opened = (rows = 1, task: Partial<TaskRuns.Task> = {}) =>
  Effect.gen(function* () {
    const run = yield* unready(rows, task)
    return yield* (yield* TaskRuns.TaskRuns).setup(run.id)
  })

/** A run whose units are all on offer. */
export const launched = (rows = 1, task: Partial<TaskRuns.Task> = {}) =>
  Effect.tap(opened(rows, task), ({ id }) => Effect.flatMap(Units.Units, (units) => Stream.runDrain(units.launch(id))))

const Setup = Schema.Struct({ study: Schema.String })

/** The study of a run. */
export const studyOf = ({ setup }: TaskRuns.TaskRun) =>
  Effect.map(Schema.decodeUnknown(Setup)(Option.getOrNull(setup)), ({ study }) => study)

/** Somebody, or this participant, takes a place of the run and opens its link. */
export const come = (run: TaskRuns.TaskRun, participant?: string) =>
  Effect.gen(function* () {
    const { people } = yield* Market
    const study = yield* studyOf(run)
    return dataOf(people.arrive(study, participant).link)
  })

/** Takes a place and a unit. */
export const accept = (run: TaskRuns.TaskRun, participant?: string) =>
  Effect.gen(function* () {
    const agents = yield* Agents.Agents
    return yield* agents.register(run.id, yield* come(run, participant))
  })

const codeIn = (exit: Agents.Exit): Option.Option<string> =>
  exit._tag === "Redirect" ? Option.fromNullable(new URL(exit.url).searchParams.get("cc")) : Option.some(exit.code)

/** Goes where our pages send whoever is done. */
export const leave = ({ id, remoteId }: Agent) =>
  Effect.gen(function* () {
    const { people } = yield* Market
    const exit = yield* (yield* Agents.Agents).exit(id)
    const code = Option.getOrElse(Option.flatMap(exit, codeIn), () => "NOCODE")
    people.submit(
      Option.getOrElse(remoteId, () => ""),
      code
    )
  })

/** Sends answers and leaves by the exit. */
export const submit = (agent: Agent, answers: Answers = { label: "good" }) =>
  Effect.gen(function* () {
    const agents = yield* Agents.Agents
    const done = yield* agents.submit({ agent: agent.id, worker: agent.worker, answers })
    yield* leave(done)
    return done
  })

/** Looks at what Prolific has of the run. */
export const sync = ({ id }: TaskRuns.TaskRun) => look(id)
