/**
 * Webhooks: Prolific calls us when something has changed. A call is believed by its signature, written down before it is
 * answered, and no more than a reason to look: the lists stay the truth.
 */
import * as Headers from "@effect/platform/Headers"
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as PubSub from "effect/PubSub"
import type * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as SynchronizedRef from "effect/SynchronizedRef"
import type { ProviderError, StoreError } from "../CrowdError.js"
import { changesIn } from "../internal/changes.js"
import { decodeUntrusted } from "../internal/untrusted.js"
import * as tables from "../store/tables.js"
import { type Crowd, once } from "./crowd.js"
import { provider } from "./errors.js"
import { isSigned, type Signed } from "./hookSignature.js"
import { secretOf, subscribe } from "./subscriptions.js"

/**
 * A call that is not Prolific's, or is too old to be one. It is answered with 401.
 *
 * @since 0.1.0
 * @category errors
 */
export class HookRefused extends Schema.TaggedError<HookRefused>("effect-crowd/HookRefused")("HookRefused", {
  description: Schema.String
}) {
  override get message() {
    return `The call is refused: ${this.description}.`
  }
}

/**
 * What becomes of Prolific's webhooks.
 *
 * @since 0.1.0
 * @category models
 */
export interface Hooks {
  /**
   * Takes one call, with its body as it came. It is in the Store once this has succeeded, and then it is answered with
   * 2xx; after any other answer Prolific calls again, within a day. The same event again is taken once.
   */
  readonly receive: (
    headers: Readonly<Record<string, string | undefined>>,
    body: Uint8Array
  ) => Effect.Effect<void, HookRefused | ProviderError | StoreError>
  /** An element at once, whenever an event has come, and every so often: an event may be lost. */
  readonly news: Stream.Stream<void>
}

const refuse = (description: string): HookRefused => new HookRefused({ description })

/** More than any event has. */
const mostBytes = 65_536

/** A call that was listened in on is no good for longer; Prolific signs each with the time it is sent at. */
const goodFor = Duration.toMillis("10 minutes")

/** As Prolific tries again for a day, and another one for late ones. */
const keptFor = Duration.days(2)

/** A secret that was replaced is noticed no sooner. */
const secretFor = Duration.toMillis("1 minute")

/** Who listens asks all the same after so long. */
const sweep = Duration.minutes(5)

const Word = Schema.optionalWith(Schema.String.pipe(Schema.maxLength(256)), { default: () => "", nullable: true })

const Body = Schema.parseJson(Schema.Struct({ event_type: Word, resource_id: Word }))

const decodeBody = decodeUntrusted(Body)

const text = new TextDecoder()

const isEventId = Schema.is(Schema.String.pipe(Schema.pattern(/^[\w.:-]{1,128}$/)))

interface Call extends Signed {
  /** Prolific's own name for the event, the same however often it calls. */
  readonly event: string
}

/** What a call has to have before anything is looked up for it. */
const callOf = (
  input: Readonly<Record<string, string | undefined>>,
  body: Uint8Array,
  now: number
): Either.Either<Call, HookRefused> => {
  const headers = Headers.fromInput(input)
  const { "x-event-id": event = "", "x-prolific-request-signature": signature } = headers
  const timestamp = headers["x-prolific-request-timestamp"]
  if (body.byteLength > mostBytes) return Either.left(refuse(`it has more than ${mostBytes} bytes`))
  if (signature === undefined || timestamp === undefined) return Either.left(refuse("it is not signed"))
  const sentAt = Number(timestamp) * 1_000
  if (!(Math.abs(now - sentAt) <= goodFor)) return Either.left(refuse("it was not sent just now"))
  return Either.right({ body, signature, timestamp, event: isEventId(event) ? event : signature.slice(0, 128) })
}

/** The secret, asked for again where it is older than a time. */
const secrets = (crowd: Crowd) =>
  Effect.map(
    SynchronizedRef.make(Option.none<{ readonly secret: Redacted.Redacted<string>; readonly at: number }>()),
    (known) => (notBefore: number) =>
      SynchronizedRef.modifyEffect(known, (last) =>
        Option.match(
          Option.filter(last, ({ at }) => at >= notBefore),
          {
            onNone: () =>
              Effect.zipWith(secretOf(crowd), Clock.currentTimeMillis, (secret, at) => [
                secret,
                Option.some({ secret, at })
              ]),
            onSome: ({ secret }) => Effect.succeed([secret, last])
          }
        )
      )
  )

/** Writes the event down, and says whether it is new. What cannot come again is forgotten. */
const keep = ({ store }: Crowd, { body, event }: Call): Effect.Effect<boolean, StoreError> =>
  Effect.gen(function* () {
    const receivedAt = yield* DateTime.now
    const said = Either.getOrElse(decodeBody(text.decode(body)), () => ({ event_type: "", resource_id: "" }))
    const row = { id: `${provider}/${event}`, provider, type: said.event_type, subject: said.resource_id, receivedAt }
    const inserted = yield* store.insert(tables.hookEvents, [row])
    if (inserted.length === 0) return false
    const atMost = { receivedAt: DateTime.subtractDuration(receivedAt, keptFor) }
    const old = yield* store.page(tables.hookEvents, { where: { provider }, orderBy: "receivedAt", atMost, limit: 100 })
    yield* store.remove(
      tables.hookEvents,
      old.map(({ id }) => id)
    )
    return true
  })

/** Tried again and again, with a warning: without it, whoever listens asks every so often. */
const subscribing = (crowd: Crowd, pages: string): Effect.Effect<void> =>
  Effect.zipRight(secretOf(crowd), subscribe(crowd, pages)).pipe(
    Effect.tapError((error) => Effect.logWarning(`${error.message} Until it is, lists alone tell what has changed.`)),
    Effect.retry(Schedule.spaced(sweep)),
    Effect.orDie
  )

/** None where no public address was given, or where nothing is published. */
export const make = (crowd: Crowd): Effect.Effect<Option.Option<Hooks>> =>
  Effect.gen(function* () {
    const { pages } = crowd.environment
    if (!crowd.hooks || !crowd.live || Option.isNone(pages)) return Option.none()
    const secretNotBefore = yield* secrets(crowd)
    const published = yield* PubSub.sliding<void>(1)
    const subscribed = yield* once(subscribing(crowd, pages.value))

    /** The secret may have been replaced by somebody else in the workspace. */
    const verify = (call: Call, now: number) =>
      Effect.gen(function* () {
        if (isSigned(yield* secretNotBefore(0), call)) return
        if (isSigned(yield* secretNotBefore(now - secretFor), call)) return
        yield* refuse("its signature is not Prolific's")
      })

    const receive: Hooks["receive"] = (headers, body) =>
      Effect.gen(function* () {
        const now = yield* Clock.currentTimeMillis
        const call = yield* callOf(headers, body, now)
        yield* verify(call, now)
        if (yield* keep(crowd, call)) yield* PubSub.publish(published, undefined)
      })

    const sweeps = Stream.as(Stream.fromSchedule(Schedule.spaced(sweep)), undefined)
    const news = Stream.mergeAll([changesIn(published), sweeps, Stream.execute(subscribed)], {
      concurrency: "unbounded"
    })
    return Option.some({ receive, news })
  })
