/**
 * The scripted crowd: every capability there is, without a person, a network or a file. All it holds can be read, set and
 * watched; the next call of any method can be made to fail, hang or be slow; its workers do what they are told under the
 * `Clock`.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Queue from "effect/Queue"
import type * as Schema from "effect/Schema"
import type { Agents } from "./Agents.js"
import type { Budget } from "./Budget.js"
import type { InvalidProviderData, ProviderError, StoreError, TaskRunNotFound } from "./CrowdError.js"
import type { RunId } from "./Ids.js"
import type { Messages } from "./Messages.js"
import * as crowd from "./mock/crowd.js"
import * as wing from "./mock/driver.js"
import type { Options, Service, WorkOptions } from "./mock/options.js"
import * as peopleAtWork from "./mock/peopleAtWork.js"
import * as workers from "./mock/workers.js"
import * as Provider from "./Provider.js"
import type { Qualifications } from "./Qualifications.js"
import * as Store from "./Store.js"
import type { TaskRuns } from "./TaskRuns.js"
import type { Units } from "./Units.js"

export type {
  Behaviour,
  Call,
  Method,
  MethodErrors,
  Options,
  People,
  Service,
  State,
  SubmitError,
  Visit,
  WorkOptions
} from "./mock/options.js"
export { Deed } from "./mock/options.js"

/**
 * The crowd's side of the Mock, open to tests.
 *
 * @since 0.1.0
 * @category services
 */
export class Mock extends Context.Tag("effect-crowd/Mock")<Mock, Service>() {}

/**
 * Everything the Mock provides.
 *
 * @since 0.1.0
 * @category models
 */
export type Provides = Provider.Core | Qualifications | Budget | Messages | Mock

/**
 * What `Agents.register` takes on the Mock: who arrives and, to follow a crowd that decides so, for which of its places
 * and under which name.
 *
 * @since 0.1.0
 * @category models
 */
export const ProviderData = wing.ProviderData
/**
 * @since 0.1.0
 * @category models
 */
export interface ProviderData extends Schema.Schema.Type<typeof ProviderData> {}

/**
 * The Mock over the Store of the environment, so that what it knows outlives the process where the Store does.
 *
 * @example
 * import * as Mock from "effect-crowd/Mock"
 * import * as SqliteStore from "effect-crowd/store/SqliteStore"
 * import * as Layer from "effect/Layer"
 *
 * export const crowd = Layer.provide(Mock.layerStore(), SqliteStore.layer({ filename: "mock.db" }))
 *
 * @since 0.1.0
 * @category layers
 */
export const layerStore = (options: Options = {}): Layer.Layer<Provides, never, Store.Store> =>
  Layer.unwrapEffect(
    Effect.gen(function* () {
      const side = yield* crowd.make(yield* Store.Store, options.balance ?? wing.defaultBalance)
      const heard = yield* Queue.unbounded<RunId>()
      const provider = Provider.layer({
        driver: wing.driverOf(side, options, (run) => Queue.offer(heard, run)),
        qualifications: wing.qualificationsOf(side),
        budget: { available: () => side.call("available", Effect.orDie(side.balance)) },
        messages: wing.messagesOf(side)
      })
      const people = peopleAtWork.layer(heard, options.people)
      return Layer.merge(Layer.provideMerge(people, provider), Layer.succeed(Mock, side))
    })
  )

/**
 * The Mock with a memory of its own; needs nothing.
 *
 * @example
 * import { TaskRuns } from "effect-crowd"
 * import * as Mock from "effect-crowd/Mock"
 * import * as Effect from "effect/Effect"
 * import * as Stream from "effect/Stream"
 *
 * const program = Effect.flatMap(TaskRuns.TaskRuns, (runs) => runs.list.pipe(Stream.runCount))
 *
 * Effect.runPromise(Effect.provide(program, Mock.layer()))
 *
 * @since 0.1.0
 * @category layers
 */
export const layer = (options: Options = {}): Layer.Layer<Provides> =>
  Layer.provide(layerStore(options), Store.layerMemory)

/**
 * Scripted workers who accept units of the run and do with them as told, until no unit is left that anybody could take.
 * They are strangers to the provider: they use `Agents` as any browser would.
 *
 * @since 0.1.0
 * @category crowd
 */
export const work: (
  run: RunId,
  options?: WorkOptions
) => Effect.Effect<
  void,
  TaskRunNotFound | InvalidProviderData | ProviderError | StoreError,
  Agents | TaskRuns | Units
> = workers.work
