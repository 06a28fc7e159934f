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
import { Answers, type Assurances, Call, Found, type Kind, SetUps, Tokens } from "./protocol.js"

const provider = "remote"

const ProviderData = Schema.Struct({ worker: Schema.String, unit: Schema.String, agent: Schema.String })

/** Between which two steps an effect is: what it is of, once it is written down, until it is answered. */
export type Step = "written" | "prepared" | "kept" | "answered"

export interface Options {
  readonly url: string
  readonly promised: Assurances
  /** Which kinds have a preparation. */
  readonly preparing: ReadonlyArray<Kind>
  /** Called between each two steps of every kind that has one. */
  readonly reached: (step: Step) => Effect.Effect<void>
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

const post = <A>(
  url: string,
  method: string,
  body: string,
  answer: Schema.Schema<A, string>
): Effect.Effect<A, ProviderError> =>
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
    return yield* Effect.mapError(Schema.decode(answer)(text), (error) => failure(method, "Malformed", error.message))
  })

interface Facts {
  readonly subject: string
  readonly amount: number
}

const decodeSetUp = Schema.decodeUnknown(Schema.NullOr(Schema.String))

type Answered = ReadonlyArray<Either.Either<Driver.Receipt, ProviderError>>

const make = (options: Options): Driver.Driver => {
  const { preparing, promised, reached, url } = options

  const callFor = <Order>(kind: Kind, orders: ReadonlyArray<Driver.Sent<Order>>, facts: (order: Order) => Facts) =>
    Effect.gen(function* () {
      const sentAt = yield* Clock.currentTimeMillis
      const all = yield* Effect.forEach(orders, ({ order, prepared, token }) =>
        Effect.map(Effect.orDie(decodeSetUp(Option.getOrNull(prepared))), (setUp) => ({
          token,
          setUp,
          ...facts(order)
        }))
      )
      return Schema.encodeSync(Call)({ kind, sentAt, orders: all })
    })

  const sendAll = <Order>(kind: Kind, orders: ReadonlyArray<Driver.Sent<Order>>, facts: (order: Order) => Facts) =>
    Effect.gen(function* () {
      if (preparing.includes(kind)) yield* reached("kept")
      const answers = yield* post(`${url}/send`, kind, yield* callFor(kind, orders, facts), Answers)
      if (preparing.includes(kind)) yield* reached("answered")
      return answers.map((answer): Either.Either<Driver.Receipt, ProviderError> => {
        if (answer._tag === "Done") return Either.right(Driver.receipt(answer))
        if (answer._tag === "Refused") return Either.left(failure(kind, "Rejected", "was sent before"))
        return Either.left(failure(kind, "Unavailable", "came too late"))
      })
    })

  const prepareAll = <Order>(kind: Kind, orders: ReadonlyArray<Driver.Sent<Order>>, facts: (order: Order) => Facts) =>
    Effect.gen(function* () {
      yield* reached("written")
      const setUps = yield* post(`${url}/prepare`, kind, yield* callFor(kind, orders, facts), SetUps)
      yield* reached("prepared")
      return setUps.map((setUp) => Either.right(setUp))
    })

  const promise = <Order>(kind: Kind, facts: (order: Order) => Facts) => ({
    repeatableFor: promised[kind] === "repeatable" || promised[kind] === "refused" ? Duration.infinity : Duration.zero,
    repeat: promised[kind] === "refused" ? ("refused" as const) : undefined,
    lookUp: ["lookUp", "refused", "confirmOnly"].includes(promised[kind])
      ? Option.some((orders: ReadonlyArray<Driver.Sent<Order>>) =>
          Effect.map(
            post(`${url}/look-up`, "lookUp", Schema.encodeSync(Tokens)(orders.map(({ token }) => token)), Found),
            (found) =>
              found.map((id) => Option.map(Option.fromNullable(id), (remoteId) => Driver.receipt({ remoteId })))
          )
        )
      : Option.none(),
    lookUpCan: promised[kind] === "confirmOnly" ? ("confirm" as const) : undefined,
    prepare: preparing.includes(kind)
      ? (orders: ReadonlyArray<Driver.Sent<Order>>) => prepareAll(kind, orders, facts)
      : undefined
  })

  /** What is cut off may stay uncertain, and of a page nobody could say which was sent. */
  const isOneByOne = (kind: Kind) => promised[kind] === "neither" || promised[kind] === "confirmOnly"

  /** Pages of orders in one call. */
  const paged = <Order>(kind: Kind, facts: (order: Order) => Facts): Driver.Outward<Order, ProviderError> => ({
    ...promise(kind, facts),
    pageSize: isOneByOne(kind) ? 1 : 10,
    concurrency: isOneByOne(kind) ? 2 : 4,
    send: (orders) => sendAll(kind, orders, facts)
  })

  /** Pages of orders, each in a call of its own. */
  const single = <Order>(kind: Kind, facts: (order: Order) => Facts): Driver.Outward<Order, ProviderError> => ({
    ...promise(kind, facts),
    pageSize: isOneByOne(kind) ? 1 : 10,
    concurrency: isOneByOne(kind) ? 2 : 1,
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
