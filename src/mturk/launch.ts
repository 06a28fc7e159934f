/** Launching: a HIT for the units of a row, more assignments of one that is out, or one more where it takes no more. */
import { CreateAdditionalAssignmentsForHITCommand, CreateHITWithHITTypeCommand } from "@aws-sdk/client-mturk"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import type { InsufficientFunds, ProviderError } from "../CrowdError.js"
import { type Driver, type LaunchOrder, type Receipt, receipt, type Sent } from "../Driver.js"
import * as Money from "../Money.js"
import { Nothing } from "./client.js"
import { type Crowd, cost, isUnpaid, refused, remembered, seconds, setupOf, unpaid } from "./crowd.js"
import { type CallError, failure, isMissing, isRepeated, type Refusal } from "./errors.js"
import { offerUntil } from "./expire.js"
import { getHit, isOffered, search } from "./hits.js"
import { typeForRow } from "./hitTypes.js"
import type { Questions } from "./questions.js"
import * as replies from "./replies.js"

type Failure = InsufficientFunds | ProviderError

const createHit = "CreateHITWithHITType"

const receiptOf = (remoteId: string): Receipt => receipt({ remoteId })

/** By which a HIT is found again: the first unit that it was made for. */
const annotationOf = ({ units: [first] }: LaunchOrder): string => first.id

/** What may be ids in a message of which only that is known. */
const idsIn = (message: string): ReadonlyArray<string> => [...new Set(message.match(/\b[A-Z0-9]{20,64}\b/g) ?? [])]

/** The HIT that an earlier sending made. */
const adopt = (crowd: Crowd, order: LaunchOrder, { description, method }: Refusal) =>
  Effect.gen(function* () {
    const annotation = annotationOf(order)
    for (const id of idsIn(description)) {
      const hit = yield* Effect.mapError(getHit(crowd, id), refused(crowd))
      if (Option.exists(hit, ({ RequesterAnnotation }) => RequesterAnnotation === annotation)) return receiptOf(id)
    }
    const found = (yield* search(crowd, [annotation])).get(annotation)
    if (found !== undefined) return receiptOf(found)
    return yield* failure("Unavailable", method, `${annotation} exists there and is nowhere to be seen: ${description}`)
  })

const isThere = ({ code }: Refusal): boolean => code === "hitalreadyexists"

/** What the order costs, in a HIT that is made with so many assignments. */
const costOf = (crowd: Crowd, { run, units }: LaunchOrder, places: number): Money.Money =>
  Money.times(cost(crowd, run, places), units.length)

const make = (
  crowd: Crowd,
  questions: Questions,
  { order, token }: Sent<LaunchOrder>,
  hitType: string
): Effect.Effect<Receipt, Failure> =>
  Effect.gen(function* () {
    const question = yield* Either.mapLeft(questions.of(order), (reason) => failure("Rejected", createHit, reason))
    const command = new CreateHITWithHITTypeCommand({
      HITTypeId: hitType,
      MaxAssignments: order.units.length,
      LifetimeInSeconds: seconds(Duration.toMillis(order.run.task.lifetime)),
      Question: question,
      RequesterAnnotation: annotationOf(order),
      UniqueRequestToken: token
    })
    return yield* crowd.client
      .call(createHit, () => command, replies.NewHit)
      .pipe(
        Effect.map(({ HIT }) => receiptOf(HIT.HITId)),
        Effect.catchTag("Refusal", (error): Effect.Effect<Receipt, Failure> => {
          if (isThere(error)) return adopt(crowd, order, error)
          return isUnpaid(error)
            ? unpaid(crowd, costOf(crowd, order, order.units.length))
            : Effect.fail(refused(crowd)(error))
        })
      )
  })

/** Brings the HIT up to so many assignments in all; it has more where a later order was quicker. */
const extend = ({ client }: Crowd, { order, token }: Sent<LaunchOrder>, hit: replies.Hit) => {
  const more = order.places - (hit.MaxAssignments ?? order.size)
  return more <= 0
    ? Effect.void
    : client
        .call(
          "CreateAdditionalAssignmentsForHIT",
          () =>
            new CreateAdditionalAssignmentsForHITCommand({
              HITId: hit.HITId,
              NumberOfAdditionalAssignments: more,
              UniqueRequestToken: token
            }),
          Nothing
        )
        .pipe(
          Effect.catchIf(
            (error) => error._tag === "Refusal" && isRepeated(error),
            () => Effect.void
          )
        )
}

/** Puts the HIT on offer again where its time is over, or it was taken back. */
const offerAgain = (crowd: Crowd, { run }: LaunchOrder, hit: replies.Hit): Effect.Effect<void, CallError> =>
  Effect.flatMap(Clock.currentTimeMillis, (now) =>
    (hit.Expiration?.epochMillis ?? 0) > now
      ? Effect.void
      : Effect.asVoid(offerUntil(crowd, hit.HITId, now + Duration.toMillis(run.task.lifetime)))
  )

const isDisposed = ({ HITStatus }: replies.Hit): boolean => HITStatus === "Disposed"

/** It is gone or too old, or was made with fewer than ten assignments and would have ten. */
const takesNoMore = (refusal: Refusal): boolean =>
  isMissing(refusal) ||
  ["invalidmaximumassignmentsincrease", "hittoooldforextension", "invalidhitstate"].includes(refusal.code)

/**
 * Put on offer again it would sell more places than are asked for: it was taken back with places that nobody wants now.
 */
const hasTooMany = ({ places }: LaunchOrder, hit: replies.Hit, now: number): boolean =>
  !isOffered(hit, now) && (hit.MaxAssignments ?? 0) > places

/** More places in a HIT that is out; none where it takes no more, or has too many. */
const addTo = (crowd: Crowd, sent: Sent<LaunchOrder>, offer: string): Effect.Effect<Option.Option<Receipt>, Failure> =>
  Effect.gen(function* () {
    const hit = yield* getHit(crowd, offer)
    const now = yield* Clock.currentTimeMillis
    if (Option.isNone(hit) || isDisposed(hit.value) || hasTooMany(sent.order, hit.value, now)) {
      return Option.none<Receipt>()
    }
    yield* extend(crowd, sent, hit.value)
    yield* offerAgain(crowd, sent.order, hit.value)
    return Option.some(receiptOf(offer))
  }).pipe(
    Effect.catchTag("Refusal", (error): Effect.Effect<Option.Option<Receipt>, Failure> => {
      if (takesNoMore(error)) return Effect.succeedNone
      return isUnpaid(error)
        ? unpaid(crowd, costOf(crowd, sent.order, sent.order.size))
        : Effect.fail(refused(crowd)(error))
    })
  )

const launchOne = (crowd: Crowd, questions: Questions, sent: Sent<LaunchOrder>): Effect.Effect<Receipt, Failure> =>
  Effect.gen(function* () {
    const { offer, run, units } = sent.order
    const { hitType } = yield* setupOf(crowd, createHit, run)
    if (Option.isNone(offer)) return yield* make(crowd, questions, sent, hitType)
    const added = yield* addTo(crowd, sent, offer.value)
    if (Option.isSome(added)) return added.value
    return yield* make(crowd, questions, sent, yield* typeForRow(crowd, run, units[0].assignment))
  })

/** Whether a HIT that was out before has the places of the order, and is on offer. */
const hasPlaces = (crowd: Crowd, { offer, places }: LaunchOrder): Effect.Effect<Option.Option<Receipt>, CallError> =>
  Effect.gen(function* () {
    const hit = Option.isSome(offer) ? yield* getHit(crowd, offer.value) : Option.none<replies.Hit>()
    const now = yield* Clock.currentTimeMillis
    return Option.map(
      Option.filter(hit, (hit) => (hit.MaxAssignments ?? 0) >= places && isOffered(hit, now)),
      ({ HITId }) => receiptOf(HITId)
    )
  })

const lookUp = (crowd: Crowd, orders: ReadonlyArray<Sent<LaunchOrder>>) =>
  Effect.gen(function* () {
    const before = yield* Effect.forEach(orders, ({ order }) =>
      Effect.mapError(hasPlaces(crowd, order), refused(crowd))
    )
    const wanted = orders.filter((_, i) => Option.isNone(before[i] ?? Option.none()))
    const found = yield* search(
      crowd,
      wanted.map(({ order }) => annotationOf(order))
    )
    return orders.map(({ order }, i) =>
      Option.orElse(before[i] ?? Option.none(), () =>
        Option.map(Option.fromNullable(found.get(annotationOf(order))), receiptOf)
      )
    )
  })

export const launch = (crowd: Crowd, questions: Questions): Driver["launch"] => ({
  // While one page is written down, others keep all calls busy. One call at a time keeps the order of the units.
  pageSize: crowd.concurrency,
  concurrency: Math.min(3, crowd.concurrency),
  repeatableFor: remembered,
  lookUp: Option.some((orders) => lookUp(crowd, orders)),
  send: (orders) =>
    Effect.forEach(orders, (sent) => Effect.either(launchOne(crowd, questions, sent)), { concurrency: "unbounded" })
})
