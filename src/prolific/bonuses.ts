/**
 * Bonuses: set up, checked to the cent, paid by one call that is never repeated, and believed once the submission shows
 * them. Setting up pays nothing, so it may be done again; what is set up and not paid lies there.
 */
import * as Request from "@effect/platform/HttpClientRequest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import type { AgentOutline } from "../Agents.js"
import { BonusNeedsUnit, InsufficientFunds, type ProviderError } from "../CrowdError.js"
import { type BonusOrder, type Driver, oneByOne, type Receipt, receipt, type Sent } from "../Driver.js"
import { Token } from "../Ids.js"
import type { Json } from "../Json.js"
import * as Money from "../Money.js"
import type * as Store from "../Store.js"
import * as tables from "../store/tables.js"
import { make as makeTurn, type Turn } from "../store/turns.js"
import { Nothing } from "./client.js"
import { type Crowd, stored } from "./crowd.js"
import { type CallError, failure, provider, toProviderError } from "./errors.js"
import type { CreateBonusPaymentsBody } from "./protocol.js"
import * as replies from "./replies.js"
import { readSubmission } from "./submissions.js"

const method = "bonus"

/** What there is before the one call that pays. Amounts are minor units. */
const Ready = Schema.Struct({
  submission: replies.Id,
  /** What the submission had been paid before. */
  before: Schema.Array(Schema.Number),
  bulk: replies.Id
})

/** The workspace cannot pay it, so that it is not tried. */
const Short = Schema.Struct({ needed: Money.Money, available: Money.Money })

const Prepared = Schema.Union(Ready, Short)

const decodePrepared = Schema.decodeUnknownOption(Prepared)
const encodePrepared = Schema.encodeSync(Prepared)

/** What Prolific makes of a set-up. */
export const Echo = Schema.Struct({
  id: replies.Id,
  amount: Schema.Number,
  fees: Schema.optionalWith(Schema.Number, { default: () => 0, nullable: true }),
  vat: Schema.optionalWith(Schema.Number, { default: () => 0, nullable: true }),
  total_amount: Schema.Number
})
export type Echo = typeof Echo.Type

/** The line that sets up a bonus: the amount as a decimal of the currency's main unit, made of whole minor units. */
export const lineOf = (submission: string, amount: Money.Money): string => `${submission},${Money.toDecimal(amount)}\n`

/** Why what was set up is not what was asked for; nothing if it is. */
export const faultOf = ({ amount, fees, total_amount, vat }: Echo, asked: Money.Money): string | undefined => {
  if (amount !== asked.minor) return `it would pay ${amount} minor units`
  return Math.abs(amount + fees + vat - total_amount) < 1
    ? undefined
    : `it would take ${total_amount} minor units from the balance, for ${amount} with a fee of ${fees} and a tax of ${vat}`
}

const times = (payments: ReadonlyArray<number>, amount: number): number =>
  payments.filter((paid) => paid === amount).length

/** Whether one more of this amount was paid after than before. */
export const isPaid = (before: ReadonlyArray<number>, after: ReadonlyArray<number>, amount: number): boolean =>
  times(after, amount) > times(before, amount)

/** The submission that a bonus is for; none where the worker has submitted nothing in the run. */
const workOf = ({ agent }: BonusOrder): Option.Option<{ readonly agent: AgentOutline; readonly submission: string }> =>
  Option.flatMap(agent, (agent) => Option.map(agent.remoteId, (submission) => ({ agent, submission })))

const LastBonus = Schema.Struct({ token: Token })

const decodeLast = Schema.decodeUnknownOption(LastBonus)

/** What was begun for the submission before, and may be under way. */
const othersOf = ({ store }: Crowd, row: string, token: Token) =>
  Effect.gen(function* () {
    const last = Option.flatMap(yield* store.get(tables.data, row), ({ value }) => decodeLast(value))
    const other = Option.filter(last, (last) => last.token !== token)
    return yield* store.getAll(tables.intents, Option.toArray(Option.map(other, ({ token }) => token)))
  })

/**
 * Of two that are not settled, one could be taken for the other: a submission has one at a time, whichever process pays
 * it.
 */
const takeTurn = (crowd: Crowd, submission: string, token: Token): Effect.Effect<void, ProviderError> => {
  const id = `${provider}/bonus/${submission}`
  const { store } = crowd
  const taken = store.transaction(
    Effect.gen(function* () {
      const [other] = yield* othersOf(crowd, id, token)
      if (other?.state === "pending") {
        return yield* failure("NotYet", method, `another bonus of submission ${submission} is under way`)
      }
      if (other?.state === "uncertain") {
        const words = `it is not known yet whether another bonus of submission ${submission} was paid; settle ${other.id} first`
        return yield* failure("Rejected", method, words)
      }
      yield* store.put(tables.data, [{ id, provider, value: { token } }])
    })
  )
  return Effect.catchTag(taken, "StoreError", (error) => stored(method, Effect.fail(error)))
}

/**
 * The turn of a workspace: a call ends within the first half of its lease, what Prolific makes of one that was cut off
 * in the second.
 */
export const turnOf = (
  store: Store.Service,
  workspace: Crowd["workspace"],
  timeout: Duration.Duration
): Effect.Effect<Turn, ProviderError> =>
  Effect.flatMap(workspace, (id) =>
    makeTurn(store, {
      id: `${provider}/turn/${id}`,
      provider,
      lease: Duration.times(timeout, 2),
      patience: Duration.times(timeout, 1 / 2)
    })
  )

/** What a call about bonuses came to; fails where it was not made, for others were being made. */
const inTurn = <A, I>(
  { bonuses: { client, turn } }: Crowd,
  method: string,
  request: Request.HttpClientRequest,
  reply: Schema.Schema<A, I>
): Effect.Effect<Either.Either<A, CallError>, ProviderError> =>
  Effect.flatMap(turn, ({ take }) => take(Effect.either(client.call(method, request, reply)))).pipe(
    Effect.catchTags({
      NotInTurn: () => failure("Throttled", method, "others are paid a bonus just now"),
      StoreError: (error) => failure("Throttled", method, error.message, error)
    })
  )

const setUp = (
  crowd: Crowd,
  study: string,
  submission: string,
  amount: Money.Money
): Effect.Effect<Either.Either<Echo, CallError>, ProviderError> =>
  inTurn(
    crowd,
    "create-bonus-payments",
    Request.post("/api/v1/submissions/bonus-payments/").pipe(
      Request.bodyUnsafeJson({
        study_id: study,
        csv_bonuses: lineOf(submission, amount)
      } satisfies CreateBonusPaymentsBody)
    ),
    Echo
  )

const paymentsOf = (crowd: Crowd, submission: string): Effect.Effect<replies.Submission, ProviderError> =>
  Effect.mapError(readSubmission(crowd, submission), toProviderError)

/** What Prolific set up, if that is to the cent what was asked for. */
const checked = (crowd: Crowd, study: string, submission: string, amount: Money.Money) =>
  Effect.gen(function* () {
    const echo = yield* Either.mapLeft(yield* setUp(crowd, study, submission, amount), toProviderError)
    const fault = faultOf(echo, amount)
    return fault === undefined
      ? echo
      : yield* failure(
          "Rejected",
          method,
          `Prolific set up another bonus than was asked for: ${fault}; nothing was paid`
        )
  })

/** A snapshot and a set-up. Of a bonus without a submission there is nothing to prepare, for it is refused. */
const prepare = (crowd: Crowd, { order, token }: Sent<BonusOrder>): Effect.Effect<Json, ProviderError> =>
  Option.match(workOf(order), {
    onNone: () => Effect.succeed({}),
    onSome: ({ agent, submission }) =>
      Effect.gen(function* () {
        const { amount, worker } = order
        const { bonus_payments: before, participant, study_id } = yield* paymentsOf(crowd, submission)
        if (participant !== worker.name) {
          return yield* failure("Rejected", method, `the submission of ${agent.id} is somebody else's`)
        }
        yield* takeTurn(crowd, submission, token)
        const available = yield* crowd.balance
        if (available.currency !== amount.currency) {
          return yield* failure("Rejected", method, `the workspace pays in ${available.currency}`)
        }
        const { id: bulk, total_amount } = yield* checked(crowd, study_id, submission, amount)
        const needed = Money.make(Math.ceil(total_amount), amount.currency)
        return encodePrepared(Money.lessThan(available, needed) ? { needed, available } : { submission, before, bulk })
      })
  })

type Ready = typeof Ready.Type

const isReady = (prepared: typeof Prepared.Type): prepared is Ready => "bulk" in prepared

const lookUpReady = (
  crowd: Crowd,
  { before, bulk, submission }: Ready,
  { amount }: BonusOrder
): Effect.Effect<Option.Option<Receipt>, ProviderError> =>
  Effect.map(paymentsOf(crowd, submission), ({ bonus_payments }) =>
    isPaid(before, bonus_payments, amount.minor) ? Option.some(receipt({ remoteId: bulk })) : Option.none()
  )

const lookUp = (crowd: Crowd, { order, prepared }: Sent<BonusOrder>) =>
  Option.match(Option.filter(Option.flatMap(prepared, decodePrepared), isReady), {
    onNone: () => Effect.succeedNone,
    onSome: (ready) => lookUpReady(crowd, ready, order)
  })

/** The payment is made within minutes: it is looked at so often here, and later whenever the journal settles. */
const looks = Schedule.fromDelays(Duration.seconds(1), Duration.seconds(2), Duration.seconds(4))

/**
 * From the call that pays on, every failure says that it may have happened: nothing else keeps it from a second call.
 */
const mayBePaid = (description: string, cause?: unknown): ProviderError =>
  failure("Unavailable", method, description, cause)

const seen = (crowd: Crowd, ready: Ready, order: BonusOrder) =>
  Effect.mapError(lookUpReady(crowd, ready, order), (error) => mayBePaid(error.message, error))

const accepted = (crowd: Crowd, ready: Ready, order: BonusOrder): Effect.Effect<Receipt, ProviderError> =>
  Effect.flatMap(seen(crowd, ready, order), (found) =>
    Effect.mapError(found, () => mayBePaid("Prolific has taken the bonus, and the submission does not show it yet"))
  ).pipe(Effect.retry(looks))

const payRequest = ({ bulk }: Ready) => Request.post(`/api/v1/bulk-bonus-payments/${bulk}/pay/`)

/** One call, and what it came to: where Prolific said no, it is not paid unless the submission shows it. */
const pay = (crowd: Crowd, ready: Ready, order: BonusOrder): Effect.Effect<Receipt, ProviderError> =>
  Effect.flatMap(
    inTurn(crowd, "pay-bonus-payments", payRequest(ready), Nothing),
    Either.match({
      onRight: () => accepted(crowd, ready, order),
      onLeft: (error) =>
        error._tag === "ProviderError"
          ? mayBePaid(error.message, error)
          : Effect.flatMap(seen(crowd, ready, order), (found) => Effect.mapError(found, () => toProviderError(error)))
    })
  )

const send = (
  crowd: Crowd,
  { order, prepared }: Sent<BonusOrder>
): Effect.Effect<Receipt, InsufficientFunds | BonusNeedsUnit | ProviderError> => {
  if (Option.isNone(workOf(order))) return new BonusNeedsUnit({ worker: order.worker.id })
  return Option.match(Option.flatMap(prepared, decodePrepared), {
    onNone: () => failure("Rejected", method, "what was set up cannot be read any more"),
    onSome: (found) => (isReady(found) ? pay(crowd, found, order) : new InsufficientFunds(found))
  })
}

export const bonus = (crowd: Crowd): Driver["bonus"] =>
  oneByOne({
    concurrency: 1,
    lookUp: (sent) => lookUp(crowd, sent),
    lookUpCan: "confirm",
    prepare: (sent) => prepare(crowd, sent),
    send: (sent) => send(crowd, sent)
  })
