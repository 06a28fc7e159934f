/** The driver of the crowd that lives in another process, over real HTTP. */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { ProviderError } from "../../../src/CrowdError.js"
import * as Driver from "../../../src/Driver.js"
import * as Money from "../../../src/Money.js"
import * as Provider from "../../../src/Provider.js"
import * as QuietCrowd from "../quietCrowd.js"
import { Answers, type Assurances, Call, type Kind, Tokens } from "./protocol.js"

const provider = "remote"

const ProviderData = Schema.Struct({ worker: Schema.String, unit: Schema.String, agent: Schema.String })

export interface Options {
  readonly url: string
  readonly promised: Assurances
  /** In milliseconds. */
  readonly timeout: number
}

const failure = (method: string, reason: ProviderError["reason"], description: string, retryAfter?: number) =>
  new ProviderError({
    provider,
    method,
    reason,
    description,
    ...(retryAfter === undefined ? {} : { retryAfter: Duration.millis(retryAfter) })
  })

const post = (
  url: string,
  method: string,
  body: string
): Effect.Effect<Schema.Schema.Type<typeof Answers>, ProviderError> =>
  Effect.gen(function* () {
    const response = yield* Effect.tryPromise({
      try: (signal) => fetch(url, { method: "POST", body, signal }),
      catch: (error) => failure(method, "Unavailable", String(error))
    })
    const text = yield* Effect.tryPromise({
      try: () => response.text(),
      catch: (error) => failure(method, "Unavailable", String(error))
    })
    if (response.status === 429) {
      return yield* failure(method, "Throttled", "too many calls", Number(response.headers.get("retry-after-ms")))
    }
    return yield* Effect.mapError(Schema.decode(Answers)(text), (error) => failure(method, "Malformed", error.message))
  })

interface Facts {
  readonly subject: string
  readonly amount: number
}

type Answered = ReadonlyArray<Either.Either<Driver.Receipt, ProviderError>>

const make = (options: Options): Driver.Driver => {
  const sendAll = <Order>(kind: Kind, orders: ReadonlyArray<Driver.Sent<Order>>, facts: (order: Order) => Facts) =>
    Effect.gen(function* () {
      const sentAt = yield* Clock.currentTimeMillis
      const call = { kind, sentAt, orders: orders.map(({ order, token }) => ({ token, ...facts(order) })) }
      const answers = yield* post(`${options.url}/send`, kind, Schema.encodeSync(Call)(call))
      return answers.map((remoteId) =>
        remoteId === null
          ? Either.left(failure(kind, "Unavailable", "came too late"))
          : Either.right(Driver.receipt({ remoteId }))
      )
    })

  const promise = <Order>(kind: Kind) => ({
    repeatableFor: options.promised[kind] === "repeatable" ? Duration.infinity : Duration.zero,
    lookUp:
      options.promised[kind] === "lookUp"
        ? Option.some((orders: ReadonlyArray<Driver.Sent<Order>>) =>
            Effect.map(
              post(`${options.url}/look-up`, "lookUp", Schema.encodeSync(Tokens)(orders.map(({ token }) => token))),
              (found) =>
                found.map((id) => Option.map(Option.fromNullable(id), (remoteId) => Driver.receipt({ remoteId })))
            )
          )
        : Option.none()
  })

  /** Pages of orders in one call; one by one where what is cut off stays uncertain. */
  const paged = <Order>(kind: Kind, facts: (order: Order) => Facts): Driver.Outward<Order, ProviderError> => ({
    ...promise<Order>(kind),
    pageSize: options.promised[kind] === "neither" ? 1 : 10,
    concurrency: options.promised[kind] === "neither" ? 2 : 4,
    send: (orders) => sendAll(kind, orders, facts)
  })

  /** Pages of orders, each in a call of its own. */
  const single = <Order>(kind: Kind, facts: (order: Order) => Facts): Driver.Outward<Order, ProviderError> => ({
    ...promise<Order>(kind),
    pageSize: options.promised[kind] === "neither" ? 1 : 10,
    concurrency: options.promised[kind] === "neither" ? 2 : 1,
    send: (orders): Effect.Effect<Answered> =>
      Effect.map(
        Effect.forEach(orders, (order) => Effect.either(sendAll(kind, [order], facts)), { concurrency: 3 }),
        (answers) =>
          answers.map(Either.flatMap(([answer]) => answer ?? Either.left(failure(kind, "Malformed", "no answer"))))
      )
  })

  const unitFacts = ({ units: [unit] }: Driver.ExpireOrder): Facts => ({ subject: unit.id, amount: 0 })
  const reviewFacts = ({ agent, run }: Driver.ReviewOrder): Facts => ({
    subject: agent.id,
    amount: run.task.reward.minor
  })
  const blockFacts = ({ worker }: Driver.BlockOrder): Facts => ({ subject: worker.id, amount: 0 })

  return Driver.make({
    ...QuietCrowd.make(provider),
    timeout: Duration.millis(options.timeout),
    fee: ({ amount }) => Money.percent(amount, 20, 1),
    arrivals: Driver.arrivals({
      provider,
      schema: ProviderData,
      arrival: ({ agent, unit, worker }) => ({
        workerName: worker,
        offer: Option.some(unit),
        remoteAgent: Option.some(agent)
      })
    }),
    launch: paged("launch", unitFacts),
    expire: paged("expire", unitFacts),
    approve: single("approve", reviewFacts),
    reject: single("reject", reviewFacts),
    bonus: single("bonus", ({ amount, unit, worker }) => ({
      subject: Option.match(unit, { onNone: () => worker.id, onSome: ({ id }) => id }),
      amount: amount.minor
    })),
    block: single("block", blockFacts),
    unblock: single("unblock", blockFacts)
  })
}

export const layer = (options: Options) => Provider.layer({ driver: make(options) })
