/** HITs are taken back, each as a whole. */
import { UpdateExpirationForHITCommand } from "@aws-sdk/client-mturk"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { ProviderError } from "../CrowdError.js"
import { type Driver, type ExpireOrder, type Receipt, receipt } from "../Driver.js"
import type { TaskRun } from "../TaskRuns.js"
import { Nothing } from "./client.js"
import { type Crowd, refused, repeatable, setupOf, unitsIn } from "./crowd.js"
import { type CallError, failure, isRepeated } from "./errors.js"
import { getHit, isOffered } from "./hits.js"
import type * as replies from "./replies.js"

const method = "UpdateExpirationForHIT"

/** Until when the HIT is on offer; answers whether the service was not told this very time before. */
export const offerUntil = ({ client }: Crowd, id: string, millis: number): Effect.Effect<boolean, CallError> =>
  client
    .call(method, () => new UpdateExpirationForHITCommand({ HITId: id, ExpireAt: new Date(millis) }), Nothing)
    .pipe(
      Effect.as(true),
      Effect.catchIf(
        (error) => error._tag === "Refusal" && isRepeated(error),
        () => Effect.succeed(false)
      )
    )

/** More times than a HIT is taken back. */
const timesAtMost = 100

/**
 * Takes the HIT back, and answers it as it is then. What the service was told before does nothing, also if the HIT was put
 * on offer again in between: then it is told another time of the past.
 */
const takeBack = (crowd: Crowd, id: string, time = 0): Effect.Effect<Option.Option<replies.Hit>, CallError> =>
  Effect.gen(function* () {
    const isNew = yield* offerUntil(crowd, id, time * 1_000)
    const hit = yield* getHit(crowd, id)
    const now = yield* Clock.currentTimeMillis
    if (isNew || !Option.exists(hit, (hit) => isOffered(hit, now))) return hit
    return time < timesAtMost
      ? yield* takeBack(crowd, id, time + 1)
      : yield* failure("Unavailable", method, `${id} is still on offer, whatever time it is told`)
  }).pipe(
    Effect.catchIf(
      (error) => error._tag === "Refusal" && error.code === "invalidhitstate",
      () => getHit(crowd, id)
    )
  )

/** How long somebody we know nothing of may be at work. Whom we know of has a lease of theirs. */
const waitFor = (crowd: Crowd, run: TaskRun, hit: replies.Hit): Effect.Effect<Duration.Duration, ProviderError> =>
  hit.NumberOfAssignmentsPending === 0
    ? Effect.succeed(Duration.zero)
    : Effect.map(unitsIn(crowd, method, run, hit.HITId), (units) => {
        const known = units.filter(({ status }) => status === "assigned").length
        return hit.NumberOfAssignmentsPending > known ? run.task.duration : Duration.zero
      })

const expireOne = (crowd: Crowd, { offer, run }: ExpireOrder): Effect.Effect<Receipt, ProviderError> =>
  Effect.gen(function* () {
    yield* setupOf(crowd, method, run)
    if (Option.isNone(offer)) return receipt()
    const hit = yield* Effect.mapError(takeBack(crowd, offer.value), refused(crowd))
    const wait = Option.isSome(hit) ? yield* waitFor(crowd, run, hit.value) : Duration.zero
    return receipt({ remoteId: offer.value, wait })
  })

export const expire = (crowd: Crowd): Driver["expire"] => repeatable(crowd, ({ order }) => expireOne(crowd, order))
