/** Bonuses: the service pays them for an assignment only, and forgets a token after a day. */
import { ListBonusPaymentsCommand, SendBonusCommand } from "@aws-sdk/client-mturk"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type { AgentOutline } from "../Agents.js"
import { BonusNeedsUnit, type InsufficientFunds, type ProviderError, type StoreError } from "../CrowdError.js"
import { type BonusOrder, type Driver, type Receipt, receipt, type Sent } from "../Driver.js"
import { AgentId, type Token } from "../Ids.js"
import * as Money from "../Money.js"
import { pages } from "../store/pages.js"
import * as tables from "../store/tables.js"
import { Nothing } from "./client.js"
import * as compensation from "./compensation.js"
import { type Crowd, isUnpaid, plain, refused, remembered, stored, unpaid } from "./crowd.js"
import { isCredentials, isRepeated, provider, type Refusal } from "./errors.js"
import * as replies from "./replies.js"
import { isUnseen, notSeen } from "./reviews.js"

const method = "SendBonus"

/** What the bonus is paid for, as it was first decided: a repeat must say the same. */
const Choice = Schema.Union(
  Schema.Struct({ agent: AgentId, assignment: Schema.NonEmptyString }),
  Schema.Struct({ compensation: Schema.Literal(true) })
)
type Choice = typeof Choice.Type

const choiceId = (token: Token): string => `${provider}/bonus/${token}`

const chosen = ({ store }: Crowd, token: Token) =>
  Effect.map(store.get(tables.data, choiceId(token)), (row) =>
    Option.flatMap(row, ({ value }) => Schema.decodeUnknownOption(Choice)(value))
  )

/** Work the service has seen, so that there can be a bonus for it. */
const isEligible = ({ remoteId, submittedAt }: AgentOutline): boolean =>
  Option.isSome(remoteId) && Option.isSome(submittedAt)

/** The worker's agents that there can be a bonus for: of the unit, or anywhere. */
const agentsFor = ({ unit, worker: { id: worker } }: BonusOrder) =>
  Option.match(unit, {
    onNone: () => ({ where: { worker }, counts: isEligible }),
    onSome: ({ assignment, id }) => ({
      where: { worker, assignment },
      counts: (agent: AgentOutline) => agent.unit === id && isEligible(agent)
    })
  })

/** The worker's work on that unit, or what they took last anywhere. */
const agentFor = ({ store }: Crowd, order: BonusOrder): Effect.Effect<Option.Option<AgentOutline>, StoreError> =>
  Effect.gen(function* () {
    const holder = Option.flatMap(order.unit, ({ agent }) => agent)
    const [held] = yield* store.getAll(tables.agentOutlines, Option.toArray(holder))
    if (held !== undefined && held.worker === order.worker.id && isEligible(held)) return Option.some(held)
    const { counts, where } = agentsFor(order)
    return yield* pages(store, tables.agentOutlines, { where, reverse: true, limit: 20 }).pipe(
      Stream.filter(counts),
      Stream.runHead
    )
  })

/** What there is to pay the bonus for now. */
const choiceFor = (crowd: Crowd, order: BonusOrder): Effect.Effect<Option.Option<Choice>, StoreError> =>
  Effect.map(agentFor(crowd, order), (agent) => {
    const assignment = Option.flatMap(agent, ({ remoteId }) => remoteId)
    if (Option.isSome(agent) && Option.isSome(assignment)) {
      return Option.some({ agent: agent.value.id, assignment: assignment.value })
    }
    return crowd.compensate && Option.isNone(order.unit) ? Option.some({ compensation: true }) : Option.none()
  })

/** Decides it, and writes it down before anything is sent. */
const choose = (crowd: Crowd, { order, token }: Sent<BonusOrder>) =>
  Effect.gen(function* () {
    const before = yield* chosen(crowd, token)
    if (Option.isSome(before)) return before
    const choice = yield* choiceFor(crowd, order)
    const rows = Option.toArray(choice).map((value) => ({ id: choiceId(token), provider, value }))
    yield* crowd.store.put(tables.data, rows)
    return choice
  })

/** Ends the reason, so that the payment is found again when the token is long forgotten. */
const reference = (token: Token): string => `(ref. ${token.slice(-12)})`

const forget = ({ store }: Crowd, token: Token): Effect.Effect<void, ProviderError> =>
  stored(method, store.remove(tables.data, [choiceId(token)]))

/**
 * It did not happen: another time it may be paid for something else. Where the service did not know us, it has not looked
 * at what is asked, and what was sent before may have happened.
 */
const isFinal = (error: InsufficientFunds | ProviderError, refusal: Refusal): boolean =>
  error._tag === "ProviderError" && error.reason === "Rejected" && !isCredentials(refusal)

const onRefusal =
  (crowd: Crowd, { order: { amount }, token }: Sent<BonusOrder>, id: Option.Option<AgentId>) =>
  (refusal: Refusal) =>
    Effect.gen(function* () {
      if (isRepeated(refusal)) return receipt()
      if (isUnpaid(refusal)) {
        return yield* unpaid(
          crowd,
          Money.sum(amount, crowd.fee({ kind: "bonus", amount, places: 1, setup: Option.none() }))
        )
      }
      const [agent] = yield* stored(method, crowd.store.getAll(tables.agents, Option.toArray(id)))
      return agent !== undefined && isUnseen(refusal) ? yield* notSeen(agent, refusal) : yield* refused(crowd)(refusal)
    }).pipe(Effect.tapError((error) => (isFinal(error, refusal) ? forget(crowd, token) : Effect.void)))

const payOne = (
  crowd: Crowd,
  sent: Sent<BonusOrder>
): Effect.Effect<Receipt, InsufficientFunds | BonusNeedsUnit | ProviderError> =>
  Effect.gen(function* () {
    const { amount, reason, worker } = sent.order
    const choice = yield* stored(method, choose(crowd, sent))
    if (Option.isNone(choice)) return yield* new BonusNeedsUnit({ worker: worker.id })
    if ("compensation" in choice.value) {
      return yield* Effect.catchTag(compensation.offer(crowd, sent), "Refusal", onRefusal(crowd, sent, Option.none()))
    }
    const { agent, assignment } = choice.value
    const command = () =>
      new SendBonusCommand({
        WorkerId: worker.name,
        AssignmentId: assignment,
        BonusAmount: Money.toDecimal(amount),
        Reason: `${plain(reason)} ${reference(sent.token)}`.trim(),
        UniqueRequestToken: sent.token
      })
    return yield* crowd.client
      .call(method, command, Nothing)
      .pipe(
        Effect.as(receipt({ remoteId: assignment })),
        Effect.catchTag("Refusal", onRefusal(crowd, sent, Option.some(agent)))
      )
  })

const paymentsFor = ({ client }: Crowd, assignment: string) =>
  replies.everything((token) =>
    client.call(
      "ListBonusPayments",
      () => new ListBonusPaymentsCommand({ AssignmentId: assignment, MaxResults: 100, NextToken: token }),
      replies.BonusPayments
    )
  )

/** A bonus of which nothing is written down was never sent. */
const lookUpOne = (
  crowd: Crowd,
  { order, token }: Sent<BonusOrder>
): Effect.Effect<Option.Option<Receipt>, ProviderError> =>
  Effect.gen(function* () {
    const choice = yield* stored("ListBonusPayments", chosen(crowd, token))
    if (Option.isNone(choice)) return Option.none()
    if ("compensation" in choice.value) {
      const remoteId = yield* compensation.lookUp(crowd, token)
      return remoteId === undefined ? Option.none() : Option.some(receipt({ remoteId }))
    }
    const { assignment } = choice.value
    const paid = yield* Effect.mapError(paymentsFor(crowd, assignment), refused(crowd))
    const isOurs = ({ Reason = "", WorkerId }: (typeof paid)[number]) =>
      WorkerId === order.worker.name && Reason.endsWith(reference(token))
    return paid.some(isOurs) ? Option.some(receipt({ remoteId: assignment })) : Option.none()
  })

export const bonus = (crowd: Crowd): Driver["bonus"] => ({
  pageSize: crowd.concurrency,
  concurrency: 2,
  repeatableFor: remembered,
  lookUp: Option.some((orders) =>
    Effect.forEach(orders, (sent) => lookUpOne(crowd, sent), { concurrency: "unbounded" })
  ),
  send: (orders) => Effect.forEach(orders, (sent) => Effect.either(payOne(crowd, sent)), { concurrency: "unbounded" })
})
