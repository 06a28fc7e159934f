/**
 * The scripted crowd: every capability there is, without a person, a network or a file. All it holds can be read, set and
 * watched; the next call of any method can be made to fail, hang or be slow; its workers do what they are told under the
 * `Clock`.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Queue from "effect/Queue"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type { Agents } from "./Agents.js"
import type { Budget } from "./Budget.js"
import type { InvalidProviderData, StoreError, TaskRunNotFound } from "./CrowdError.js"
import {
  arrivals,
  type Driver,
  type MessagesDriver,
  type QualificationsDriver,
  registration,
  retrying
} from "./Driver.js"
import type { RunId } from "./Ids.js"
import type { Messages } from "./Messages.js"
import * as Money from "./Money.js"
import * as mockPeople from "./mock/attending.js"
import * as mockSide from "./mock/crowd.js"
import type { People, Service, WorkOptions } from "./mock/options.js"
import * as mockWorkers from "./mock/workers.js"
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
 * @since 0.1.0
 * @category models
 */
export interface Options {
  /** What the requester has to spend at first; 10,000.00 USD by default. */
  readonly balance?: Money.Money | undefined
  /** Percentage taken on top of every payment; 0 by default. */
  readonly feePercent?: number | undefined
  /** How long a call may take; 30 seconds by default. */
  readonly timeout?: Duration.DurationInput | undefined
  /**
   * Who works on every run that is launched or conducted here, without being asked: `People.fillForms` of `mock/People`
   * fill in the task's form. Nobody by default, of which the log is told once for each run.
   */
  readonly people?: People | undefined
}

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
export const ProviderData = Schema.Struct({
  worker: Schema.NonEmptyTrimmedString,
  unit: Schema.optionalWith(Schema.NonEmptyString, { as: "Option" }),
  agent: Schema.optionalWith(Schema.NonEmptyString, { as: "Option" })
})
/**
 * @since 0.1.0
 * @category models
 */
export interface ProviderData extends Schema.Schema.Type<typeof ProviderData> {}

const provider = "mock"

/** Hears of the runs of which there is something to do. */
type Hear = (run: RunId) => Effect.Effect<unknown>

const heardBy = (hear: Hear, { send, ...launch }: Driver["launch"]): Driver["launch"] => ({
  ...launch,
  send: (orders) =>
    Effect.zipLeft(
      send(orders),
      Effect.forEach(new Set(orders.map(({ order }) => order.run.id)), hear, { discard: true })
    )
})

const driverOf = (side: mockSide.Side, options: Options, hear: Hear): Driver => {
  const fee: Driver["fee"] = ({ amount }) => Money.percent(amount, options.feePercent ?? 0)
  const withFee = (kind: "reward" | "bonus", amount: Money.Money) =>
    Money.sum(amount, fee({ kind, amount, unitsPerAssignment: 1 }))
  return {
    provider,
    mode: "test",
    timeout: Duration.decode(options.timeout ?? "30 seconds"),
    currencies: [(options.balance ?? defaultBalance).currency],
    fee,
    registration: registration({
      provider,
      args: Schema.Struct({}),
      check: () => side.call("register", Effect.void),
      isRegistered: () => side.call("isRegistered", Effect.succeed(true))
    }),
    arrivals: arrivals({
      provider,
      schema: ProviderData,
      arrival: ({ agent, unit, worker }) => ({ workerName: worker, remoteUnit: unit, remoteAgent: agent })
    }),
    setup: () => side.call("setup", Effect.succeed({})),
    cleanup: () => side.call("cleanup", Effect.void),
    observe: ({ id }) =>
      Stream.unwrap(
        retrying(
          side.call(
            "observe",
            Effect.map(Effect.zipRight(hear(id), side.observed), (all) => Stream.fromIterable(all))
          )
        )
      ),
    news: side.news,
    unitStatus: () => side.call("unitStatus", Effect.succeedNone),
    agentStatus: () => side.call("agentStatus", Effect.succeedNone),
    markDone: () => side.call("markDone", Effect.void),
    launch: heardBy(
      hear,
      side.outward("launch", ({ unit }) => unit.id)
    ),
    expire: side.outward("expire", ({ unit }) => unit.id),
    approve: side.outward("approve", ({ agent }) => agent.id, {
      of: ({ run }) => withFee("reward", run.task.reward),
      unpaid: mockSide.unpaid
    }),
    reject: side.outward("reject", ({ agent }) => agent.id),
    bonus: side.outward("bonus", ({ worker }) => worker.id, {
      of: ({ amount }) => withFee("bonus", amount),
      unpaid: mockSide.unpaid
    }),
    block: side.outward("block", ({ worker }) => worker.id),
    unblock: side.outward("unblock", ({ worker }) => worker.id)
  }
}

const qualificationsOf = (side: mockSide.Side): QualificationsDriver => ({
  create: () => side.call("createQualification", Effect.succeedNone),
  delete: () => side.call("deleteQualification", Effect.void),
  grant: side.outward("grant", ({ worker }) => worker.id),
  revoke: side.outward("revoke", ({ worker }) => worker.id)
})

const messagesOf = (side: mockSide.Side): MessagesDriver => ({
  send: (workers) =>
    side.call("message", Effect.succeed(workers.map(({ id }) => ({ _tag: "Sent" as const, worker: id }))))
})

const defaultBalance = Money.make(1_000_000)

/**
 * The Mock over the Store of the environment, so that what it knows outlives the process where the Store does.
 *
 * @since 0.1.0
 * @category layers
 */
export const layerStore = (options: Options = {}): Layer.Layer<Provides, never, Store.Store> =>
  Layer.unwrapEffect(
    Effect.gen(function* () {
      const side = yield* mockSide.make(yield* Store.Store, options.balance ?? defaultBalance)
      const heard = yield* Queue.unbounded<RunId>()
      const provider = Provider.layer({
        driver: driverOf(side, options, (run) => Queue.offer(heard, run)),
        qualifications: qualificationsOf(side),
        budget: { available: () => side.call("available", Effect.orDie(side.balance)) },
        messages: messagesOf(side)
      })
      const people = mockPeople.layer(heard, options.people)
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
) => Effect.Effect<void, TaskRunNotFound | InvalidProviderData | StoreError, Agents | TaskRuns | Units> =
  mockWorkers.work
