/** The drivers of a crowd that does as its script says; `crowd.ts` is its other side. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import {
  arrivals,
  type Driver,
  type MessagesDriver,
  type QualificationsDriver,
  registration,
  retrying
} from "../Driver.js"
import type { RunId } from "../Ids.js"
import * as Money from "../Money.js"
import type { Draft, TaskRun } from "../TaskRuns.js"
import * as crowd from "./crowd.js"
import type { Options } from "./options.js"

const provider = "mock"

export const defaultBalance = Money.make(1_000_000)

export const ProviderData = Schema.Struct({
  worker: Schema.NonEmptyTrimmedString,
  unit: Schema.optionalWith(Schema.NonEmptyString, { as: "Option" }),
  agent: Schema.optionalWith(Schema.NonEmptyString, { as: "Option" })
})

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

const draftOf = ({ feePercent = 0 }: Options, { task: { reward } }: TaskRun, units: number): Draft => {
  const rewards = Money.times(reward, units)
  const fees = Money.times(Money.percent(reward, feePercent), units)
  const cost = [
    { name: "rewards", amount: rewards },
    { name: "fees", amount: fees }
  ]
  return { address: Option.none(), trial: Option.none(), cost, total: Money.sum(rewards, fees) }
}

/** What a test asks of the crowd beyond what every crowd does. */
const asked = (side: crowd.Side, options: Options): Pick<Driver, "draft" | "exit"> => {
  const { drafts, exits } = options
  const draft: Driver["draft"] = (run, units) => side.call("draft", Effect.succeed(draftOf(options, run, units)))
  return {
    draft: drafts === true ? draft : undefined,
    exit: exits && (({ outcome }) => side.call("exit", Effect.succeed(Option.fromNullable(exits[outcome]))))
  }
}

export const driverOf = (side: crowd.Side, options: Options, hear: Hear): Driver => {
  const fee: Driver["fee"] = ({ amount }) => Money.percent(amount, options.feePercent ?? 0)
  const withFee = (kind: "reward" | "bonus", amount: Money.Money) =>
    Money.sum(amount, fee({ kind, amount, places: 1, setup: Option.none() }))
  return {
    provider,
    mode: "test",
    timeout: Duration.decode(options.timeout ?? "30 seconds"),
    offers: { holds: "unit" },
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
      arrival: ({ agent, unit, worker }) => ({ workerName: worker, offer: unit, remoteAgent: agent }),
      confirm: options.confirms === true ? () => side.call("confirm", Effect.void) : undefined
    }),
    ...asked(side, options),
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
    offerStatus: () => side.call("offerStatus", Effect.succeedNone),
    agentStatus: () => side.call("agentStatus", Effect.succeedNone),
    markDone: () => side.call("markDone", Effect.void),
    launch: heardBy(
      hear,
      side.outward("launch", ({ units: [unit] }) => unit.id)
    ),
    expire: side.outward("expire", ({ units: [unit] }) => unit.id),
    approve: side.outward("approve", ({ agent }) => agent.id, {
      of: ({ run }) => withFee("reward", run.task.reward),
      unpaid: crowd.unpaid
    }),
    reject: side.outward("reject", ({ agent }) => agent.id),
    bonus: side.outward("bonus", ({ worker }) => worker.id, {
      of: ({ amount }) => withFee("bonus", amount),
      unpaid: crowd.unpaid
    }),
    block: side.outward("block", ({ worker }) => worker.id),
    unblock: side.outward("unblock", ({ worker }) => worker.id)
  }
}

export const qualificationsOf = (side: crowd.Side): QualificationsDriver => ({
  create: () => side.call("createQualification", Effect.succeedNone),
  delete: () => side.call("deleteQualification", Effect.void),
  grant: side.outward("grant", ({ worker }) => worker.id),
  revoke: side.outward("revoke", ({ worker }) => worker.id)
})

export const messagesOf = (side: crowd.Side): MessagesDriver => ({
  send: (workers) =>
    side.call("message", Effect.succeed(workers.map(({ id }) => ({ _tag: "Sent" as const, worker: id }))))
})
