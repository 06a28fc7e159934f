/** Launching: the study is published once, and its places only grow in number. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { InsufficientFunds, type ProviderError } from "../CrowdError.js"
import { type Driver, type LaunchOrder, oneByOne, type Receipt, receipt } from "../Driver.js"
import * as Money from "../Money.js"
import type { TaskRun } from "../TaskRuns.js"
import { type Crowd, type Setup, setupOf } from "./crowd.js"
import { type CallError, failure, type Refusal, toProviderError } from "./errors.js"
import { share } from "./rates.js"
import type * as replies from "./replies.js"
import { addressOf, get, removeOthers, transition, update } from "./study.js"

type Failure = InsufficientFunds | ProviderError

/** What so many places cost, fees included. */
const priceOf = ({ task }: TaskRun, { rates }: Setup, places: number): Money.Money => {
  const rewards = Money.times(task.reward, places)
  return Money.sum(rewards, share(rewards, rates))
}

/** Fails with what is needed where the workspace has less. */
const afford = (crowd: Crowd, needed: Money.Money): Effect.Effect<void, Failure> =>
  Effect.flatMap(crowd.balance, (available) =>
    available.currency === needed.currency && Money.lessThan(available, needed)
      ? new InsufficientFunds({ needed, available })
      : Effect.void
  )

const isUnpublished = ({ status }: replies.Study): boolean => status === "UNPUBLISHED"

/**
 * It may have been published by another process, or the money gone in between; a study takes one PUBLISH at the most.
 */
const refusedToPublish = (
  crowd: Crowd,
  id: string,
  needed: Money.Money,
  refusal: Refusal
): Effect.Effect<void, Failure> =>
  Effect.flatMap(Effect.mapError(get(crowd, id), toProviderError), (study) =>
    isUnpublished(study) ? Effect.zipRight(afford(crowd, needed), Effect.fail(toProviderError(refusal))) : Effect.void
  )

/** With as many places as are asked for; pages may have moved since the draft was made. */
const publish = (crowd: Crowd, { places, run }: LaunchOrder, setup: Setup): Effect.Effect<void, Failure> => {
  const needed = priceOf(run, setup, places)
  const change = { total_available_places: places, external_study_url: Option.getOrUndefined(addressOf(crowd, run)) }
  return Effect.gen(function* () {
    yield* afford(crowd, needed)
    yield* removeOthers(crowd, run, setup.study)
    yield* update(crowd, setup.study, change)
    yield* transition(crowd, setup.study, "PUBLISH")
  }).pipe(Effect.catchTag("Refusal", (refusal) => refusedToPublish(crowd, setup.study, needed, refusal)))
}

const start = (crowd: Crowd, { id }: replies.Study) => transition(crowd, id, "START")

/** With places enough, but full or stopped: where a START does not bring it back, one more place does. */
const reopen = (crowd: Crowd, study: replies.Study): Effect.Effect<unknown, CallError> =>
  ["PAUSED", "AWAITING REVIEW", "COMPLETED"].includes(study.status)
    ? Effect.catchTag(start(crowd, study), "Refusal", () =>
        update(crowd, study.id, { total_available_places: study.total_available_places + 1 })
      )
    : Effect.void

/**
 * A study that was full and of which a place came back is paused, or waits for reviews, until it is started again. Called
 * with how many submissions there have been, so that what the requester paused or stopped in the middle is left alone.
 */
export const refill = (crowd: Crowd, study: replies.Study, submissions: number): Effect.Effect<void, ProviderError> => {
  const { places_taken, status, total_available_places: places } = study
  const isHeld = status === "PAUSED" || status === "AWAITING REVIEW"
  const hasFree = Option.match(places_taken, { onNone: () => status === "PAUSED", onSome: (taken) => taken < places })
  return isHeld && hasFree && submissions >= places
    ? start(crowd, study).pipe(
        Effect.catchTag("Refusal", () => Effect.void),
        Effect.asVoid
      )
    : Effect.void
}

/** Absolute, and never fewer than there are: an earlier order may come late. */
const extend = (crowd: Crowd, { places, run }: LaunchOrder, setup: Setup, study: replies.Study) =>
  Effect.gen(function* () {
    if (places <= study.total_available_places) return yield* reopen(crowd, study)
    const more = yield* update(crowd, study.id, { total_available_places: places })
    if (more.status === "PAUSED") yield* start(crowd, more)
  }).pipe(
    Effect.asVoid,
    Effect.catchTag("Refusal", (refusal): Effect.Effect<void, Failure> => {
      const isBusy = ["PUBLISHING", "PROCESSING", "UNKNOWN"].includes(study.status)
      if (isBusy) return failure("NotYet", refusal.method, `${study.id} is being published: ${refusal.description}`)
      const needed = priceOf(run, setup, Math.max(0, places - study.total_available_places))
      return Effect.zipRight(afford(crowd, needed), Effect.fail(toProviderError(refusal)))
    })
  )

const launchOne = (crowd: Crowd, order: LaunchOrder): Effect.Effect<Receipt, Failure> =>
  Effect.gen(function* () {
    const setup = yield* setupOf(crowd, "launch", order.run)
    const study = yield* Effect.mapError(get(crowd, setup.study), toProviderError)
    yield* isUnpublished(study) ? publish(crowd, order, setup) : extend(crowd, order, setup, study)
    return receipt({ remoteId: setup.study })
  })

/** Each call says how it is to be, and looks how it is before. */
export const launch = (crowd: Crowd): Driver["launch"] =>
  oneByOne({ concurrency: 1, repeatableFor: Duration.infinity, send: ({ order }) => launchOne(crowd, order) })
