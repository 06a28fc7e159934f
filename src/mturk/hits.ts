/** HITTypes and HITs: a run is one HITType, a unit is one HIT of one assignment. */
import {
  CreateHITTypeCommand,
  CreateHITWithHITTypeCommand,
  DeleteHITCommand,
  GetHITCommand,
  ListAssignmentsForHITCommand,
  ListHITsCommand,
  UpdateExpirationForHITCommand
} from "@aws-sdk/client-mturk"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { InsufficientFunds, ProviderError } from "../CrowdError.js"
import { type Driver, type ExpireOrder, type LaunchOrder, type Receipt, receipt, type Sent } from "../Driver.js"
import * as Money from "../Money.js"
import type { RemoteOfferStatus } from "../States.js"
import { pages } from "../store/pages.js"
import * as tables from "../store/tables.js"
import type { TaskRun } from "../TaskRuns.js"
import type { Unit } from "../Units.js"
import { Nothing } from "./client.js"
import { type Crowd, isUnpaid, plain, refused, seconds, setupOf, unpaid } from "./crowd.js"
import { failure, isMissing, isRepeated, type Refusal } from "./errors.js"
import type { Requirement } from "./options.js"
import { requirementsOf } from "./qualifications.js"
import type { Questions } from "./questions.js"
import * as replies from "./replies.js"

const createHit = "CreateHITWithHITType"

/** The service forgets a token after a day; what is under way then is left out. */
export const remembered = Duration.hours(23)

export const setup =
  (crowd: Crowd, more: ReadonlyArray<Requirement>): Driver["setup"] =>
  ({ id, task }: TaskRun) =>
    Effect.gen(function* () {
      const requirements = yield* requirementsOf(crowd, task.qualifications, more)
      const { HITTypeId } = yield* crowd.client
        .call(
          "CreateHITType",
          () =>
            new CreateHITTypeCommand({
              Title: task.title,
              Description: plain(task.description) || task.title,
              // Equal values would be one HITType: the run's own name makes it the run's own.
              Keywords: [...task.keywords, id].join(", "),
              Reward: Money.toDecimal(task.reward),
              AssignmentDurationInSeconds: seconds(Duration.toMillis(task.duration)),
              AutoApprovalDelayInSeconds: seconds(Duration.toMillis(task.autoApprovalDelay)),
              QualificationRequirements: requirements
            }),
          replies.OneHitType
        )
        .pipe(Effect.mapError(refused(crowd)))
      return { environment: crowd.environment.name, hitType: HITTypeId }
    })

export const getHit = ({ client }: Crowd, id: string) =>
  client
    .call("GetHIT", () => new GetHITCommand({ HITId: id }), replies.OneHit)
    .pipe(
      Effect.map(({ HIT }) => Option.some(HIT)),
      Effect.catchIf(
        (error) => error._tag === "Refusal" && isMissing(error),
        () => Effect.succeedNone
      )
    )

export const assignmentsOf = (crowd: Crowd, { HITId, MaxAssignments }: replies.Hit) =>
  replies
    .everything(
      (token) =>
        crowd.client.call(
          "ListAssignmentsForHIT",
          () => new ListAssignmentsForHITCommand({ HITId, MaxResults: 100, NextToken: token }),
          replies.Assignments
        ),
      MaxAssignments
    )
    .pipe(
      Effect.catchIf(
        (error) => error._tag === "Refusal" && isMissing(error),
        () => Effect.succeed<ReadonlyArray<replies.Assignment>>([])
      ),
      Effect.mapError(refused(crowd))
    )

export const allHits = ({ client }: Crowd, token: string | undefined) =>
  client.call("ListHITs", () => new ListHITsCommand({ MaxResults: 100, NextToken: token }), replies.Hits)

/** The HITs of these units, from as many pages as it takes. */
export const search = (
  crowd: Crowd,
  units: ReadonlyArray<string>
): Effect.Effect<ReadonlyMap<string, string>, ProviderError> =>
  Effect.gen(function* () {
    const wanted = new Set(units)
    const found = new Map<string, string>()
    let token: string | undefined
    do {
      const page = yield* Effect.mapError(allHits(crowd, token), refused(crowd))
      for (const { HITId, RequesterAnnotation = "" } of page.items) {
        if (wanted.has(RequesterAnnotation)) found.set(RequesterAnnotation, HITId)
      }
      token = page.NextToken
    } while (token !== undefined && token !== "" && found.size < wanted.size)
    return found
  })

/** What may be ids in a message of which only that is known. */
const idsIn = (message: string): ReadonlyArray<string> => [...new Set(message.match(/\b[A-Z0-9]{20,64}\b/g) ?? [])]

const isUnitOf = (unit: Unit) => (hit: replies.Hit) => hit.RequesterAnnotation === unit.id

/** The HIT that an earlier sending made. */
const adopt = (crowd: Crowd, { units: [unit] }: LaunchOrder, { description, method }: Refusal) =>
  Effect.gen(function* () {
    for (const id of idsIn(description)) {
      const hit = Option.filter(yield* Effect.mapError(getHit(crowd, id), refused(crowd)), isUnitOf(unit))
      if (Option.isSome(hit)) return receipt({ remoteId: hit.value.HITId })
    }
    const found = (yield* search(crowd, [unit.id])).get(unit.id)
    if (found !== undefined) return receipt({ remoteId: found })
    return yield* failure("Unavailable", method, `${unit.id} exists there and is nowhere to be seen: ${description}`)
  })

const isThere = ({ code }: Refusal): boolean => code === "hitalreadyexists"

const commandOf = (
  crowd: Crowd,
  questions: Questions,
  { order, token }: Sent<LaunchOrder>
): Effect.Effect<CreateHITWithHITTypeCommand, ProviderError> =>
  Effect.gen(function* () {
    const { hitType } = yield* setupOf(crowd, createHit, order.run)
    const question = yield* Either.mapLeft(questions.of(order), (reason) => failure("Rejected", createHit, reason))
    return new CreateHITWithHITTypeCommand({
      HITTypeId: hitType,
      MaxAssignments: 1,
      LifetimeInSeconds: seconds(Duration.toMillis(order.run.task.lifetime)),
      Question: question,
      RequesterAnnotation: order.units[0].id,
      UniqueRequestToken: token
    })
  })

const launchOne = (
  crowd: Crowd,
  questions: Questions,
  sent: Sent<LaunchOrder>
): Effect.Effect<Receipt, InsufficientFunds | ProviderError> =>
  Effect.flatMap(commandOf(crowd, questions, sent), (command) =>
    crowd.client
      .call(createHit, () => command, replies.NewHit)
      .pipe(
        Effect.map(({ HIT }) => receiptOf(HIT.HITId)),
        Effect.catchTag("Refusal", (error): Effect.Effect<Receipt, InsufficientFunds | ProviderError> => {
          if (isThere(error)) return adopt(crowd, sent.order, error)
          return isUnpaid(error) ? unpaid(crowd, cost(crowd, sent.order.run)) : Effect.fail(refused(crowd)(error))
        })
      )
  )

/** What one unit of the run costs. */
export const cost = ({ fee }: Crowd, { task }: TaskRun): Money.Money => {
  const { qualifications, reward: amount } = task
  return Money.sum(amount, fee({ kind: "reward", amount, places: 1, qualifications }))
}

export const launch = (crowd: Crowd, questions: Questions): Driver["launch"] => ({
  // While one page is written down, others keep all calls busy. One call at a time keeps the order of the units.
  pageSize: crowd.concurrency,
  concurrency: Math.min(3, crowd.concurrency),
  repeatableFor: remembered,
  lookUp: Option.some((orders) =>
    Effect.map(
      search(
        crowd,
        orders.map(({ order }) => order.units[0].id)
      ),
      (found) => orders.map(({ order }) => Option.map(Option.fromNullable(found.get(order.units[0].id)), receiptOf))
    )
  ),
  send: (orders) =>
    Effect.forEach(orders, (sent) => Effect.either(launchOne(crowd, questions, sent)), { concurrency: "unbounded" })
})

const receiptOf = (remoteId: string): Receipt => receipt({ remoteId })

/** How long somebody we know nothing of may be at work. Whom we know of has a lease of theirs. */
const waitFor = (
  crowd: Crowd,
  { run, units: [unit] }: ExpireOrder,
  id: string
): Effect.Effect<Duration.Duration, ProviderError> =>
  unit.status === "assigned"
    ? Effect.succeed(Duration.zero)
    : Effect.map(Effect.mapError(getHit(crowd, id), refused(crowd)), (hit) =>
        Option.exists(hit, ({ NumberOfAssignmentsPending }) => NumberOfAssignmentsPending > 0)
          ? run.task.duration
          : Duration.zero
      )

/** It is as good as expired. */
const isOver = (refusal: Refusal): boolean => isRepeated(refusal) || refusal.code === "invalidhitstate"

const expireOne = (crowd: Crowd, order: ExpireOrder): Effect.Effect<Receipt, ProviderError> =>
  Effect.gen(function* () {
    const method = "UpdateExpirationForHIT"
    yield* setupOf(crowd, method, order.run)
    const id = Option.getOrUndefined(order.offer)
    if (id === undefined) return receipt()
    yield* crowd.client
      .call(method, () => new UpdateExpirationForHITCommand({ HITId: id, ExpireAt: new Date(0) }), Nothing)
      .pipe(
        Effect.catchIf(
          (error) => error._tag === "Refusal" && isOver(error),
          () => Effect.void
        ),
        Effect.mapError(refused(crowd))
      )
    return receipt({ remoteId: id, wait: yield* waitFor(crowd, order, id) })
  })

export const expire = (crowd: Crowd): Driver["expire"] => ({
  pageSize: crowd.concurrency,
  concurrency: 2,
  repeatableFor: Duration.infinity,
  lookUp: Option.none(),
  send: (orders) =>
    Effect.forEach(orders, ({ order }) => Effect.either(expireOne(crowd, order)), { concurrency: "unbounded" })
})

export const offerStatus =
  (crowd: Crowd): Driver["offerStatus"] =>
  ({ remoteId }) =>
    Effect.gen(function* () {
      if (Option.isNone(remoteId)) return Option.none()
      const hit = yield* Effect.mapError(getHit(crowd, remoteId.value), refused(crowd))
      if (Option.isNone(hit)) return Option.none()
      const now = yield* Clock.currentTimeMillis
      return yield* statusOf(crowd, hit.value, now)
    })

const isExpired = ({ Expiration }: replies.Hit, now: number): boolean =>
  Expiration !== undefined && Expiration.epochMillis <= now

const statusOf = (
  crowd: Crowd,
  hit: replies.Hit,
  now: number
): Effect.Effect<Option.Option<RemoteOfferStatus>, ProviderError> => {
  if (hit.HITStatus === "Assignable") return Effect.succeedSome(isExpired(hit, now) ? "withdrawn" : "offered")
  if (hit.HITStatus !== "Reviewable" || hit.NumberOfAssignmentsCompleted > 0 || !isExpired(hit, now)) {
    return Effect.succeedNone
  }
  return Effect.map(assignmentsOf(crowd, hit), (all) => (all.length === 0 ? Option.some("withdrawn") : Option.none()))
}

/** A rejection can be overridden only as long as its HIT is there. */
const disposable = ["accepted", "soft_rejected", "expired"] as const

const dispose = (crowd: Crowd, id: string): Effect.Effect<void, ProviderError> =>
  crowd.client
    .call("DeleteHIT", () => new DeleteHITCommand({ HITId: id }), Nothing)
    .pipe(
      Effect.catchIf(
        (error) => error._tag === "Refusal" && (isMissing(error) || error.code === "invalidhitstate"),
        () => Effect.void
      ),
      Effect.mapError(refused(crowd)),
      Effect.asVoid
    )

/** Disposes of the HITs of everything that is decided; those that somebody is still at work on stay. */
export const cleanup =
  (crowd: Crowd): Driver["cleanup"] =>
  (run) =>
    Option.isNone(run.setup)
      ? Effect.void
      : Effect.zipRight(
          setupOf(crowd, "DeleteHIT", run),
          Effect.forEach(
            disposable,
            (status) =>
              pages(crowd.store, tables.units, { where: { run: run.id, status }, orderBy: "place" }).pipe(
                Stream.mapError((error) => failure("Unavailable", "DeleteHIT", error.message, error)),
                Stream.filterMap(({ remoteId }) => remoteId),
                Stream.mapEffect((id) => dispose(crowd, id), { concurrency: crowd.concurrency, unordered: true }),
                Stream.runDrain
              ),
            { discard: true }
          )
        )
