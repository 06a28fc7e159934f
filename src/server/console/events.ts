/** Runs as they change, for as many as look: each is looked at by one loop, and only while somebody wants to know. */
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Chunk from "effect/Chunk"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as RcMap from "effect/RcMap"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as SubscriptionRef from "effect/SubscriptionRef"
import { StoreError, type TaskRunNotFound } from "../../CrowdError.js"
import type { RunId } from "../../Ids.js"
import { Local } from "../../Local.js"
import { TaskRuns } from "../../TaskRuns.js"
import { RunView, Trouble } from "../ConsoleApi.js"
import { InFlight } from "../inFlight.js"
import * as quotas from "../quotas.js"
import { StoreErrors } from "../storeErrors.js"
import { addressOf } from "../visitors.js"
import * as consoleRuns from "./runs.js"

const runsAtMost = 20

/** Streams of events: some for each tab of those who share an address. */
const atOnce: quotas.Bounds = { perAddress: 32, inAll: 256 }

/** A run whose units stand still is looked at as a whole every so many times: bonuses show in no unit. */
const wholeEvery = 10

const encode = Schema.encodeSync(Schema.parseJson(RunView))

const encodeTrouble = Schema.encodeSync(Schema.parseJson(Schema.OptionFromNullOr(Trouble)))

/** A run as it was last seen. */
interface Seen {
  readonly json: string
  readonly units: string
}

const seen = (view: typeof RunView.Type): Seen => ({ json: encode(view), units: JSON.stringify(view.summary.units) })

/** Looking takes a tenth of the time at the most, however large the run. */
const pause = (took: Duration.Duration): Duration.Duration => Duration.max(Duration.times(took, 9), Duration.seconds(1))

/** Tells the operator whether the store can be read. */
const makeLooking = Effect.map(
  StoreErrors,
  (errors) =>
    <A, E>(reading: Effect.Effect<A, E>) =>
      reading.pipe(
        Effect.tap(() => errors.recovered("read")),
        Effect.tapError((error) => (error instanceof StoreError ? errors.report("read", error) : Effect.void))
      )
)

/** Runs that are looked at, each by one loop while somebody wants to know. */
const makeWatched = Effect.gen(function* () {
  const runs = yield* TaskRuns
  const { view } = yield* consoleRuns.make
  const looking = yield* makeLooking

  const look = (id: RunId, last: Seen, round: number): Effect.Effect<Seen, TaskRunNotFound | StoreError> =>
    Effect.gen(function* () {
      const units = JSON.stringify(yield* runs.counts(id))
      return units === last.units && round % wholeEvery !== 0 ? last : seen(yield* view(id))
    })

  /** What cannot be read now is read the next time. */
  const watch = (id: RunId, ref: SubscriptionRef.SubscriptionRef<Seen>) =>
    Effect.iterate(1, {
      while: () => true,
      body: (round) =>
        Effect.gen(function* () {
          const last = yield* ref.get
          const [took, now] = yield* Effect.timed(Effect.orElseSucceed(looking(look(id, last, round)), () => last))
          if (now.json !== last.json) yield* SubscriptionRef.set(ref, now)
          yield* Effect.sleep(pause(took))
          return round + 1
        })
    })

  const watched = yield* RcMap.make({
    lookup: (id: RunId) =>
      Effect.gen(function* () {
        const ref = yield* SubscriptionRef.make(seen(yield* looking(view(id))))
        yield* Effect.forkScoped(watch(id, ref))
        return ref
      }),
    idleTimeToLive: "5 seconds"
  })

  /** A failure would stay in the map for as long as a value does. */
  return (id: RunId) => Effect.tapErrorCause(RcMap.get(watched, id), () => RcMap.invalidate(watched, id))
})

const again = Schedule.spaced("2 seconds").pipe(
  Schedule.whileInput((error: TaskRunNotFound | StoreError) => error instanceof StoreError)
)

/** Runs as events: one of them, or the newest. */
const makeRunEvents = Effect.gen(function* () {
  const runs = yield* TaskRuns
  const looking = yield* makeLooking
  const watched = yield* makeWatched

  /** Stays open while the store cannot be read, for that is to be told just then; ends where there is no such run. */
  const one = (id: RunId): Stream.Stream<string> =>
    Stream.unwrapScoped(Effect.map(watched(id), (ref) => ref.changes)).pipe(
      Stream.retry(again),
      Stream.catchAll(() => Stream.empty),
      Stream.map(({ json }) => `event: run\ndata: ${json}\n\n`),
      Stream.buffer({ capacity: 1, strategy: "sliding" })
    )

  const newest = yield* runs.list.pipe(
    Stream.map(({ id }) => id),
    Stream.take(runsAtMost),
    Stream.runCollect,
    looking,
    Effect.orElseSucceed(() => Chunk.empty<RunId>()),
    Effect.cachedWithTTL("2 seconds")
  )

  const all: Stream.Stream<string> = Stream.repeatEffectWithSchedule(newest, Schedule.spaced("2 seconds")).pipe(
    Stream.mapAccum(new Set<RunId>(), (before, ids) => [
      new Set([...before, ...ids]),
      Chunk.filter(ids, (id) => !before.has(id))
    ]),
    Stream.flattenChunks,
    Stream.flatMap(one, { concurrency: "unbounded" })
  )

  return { one, all }
})

/** Says now and then that it is still there, so that nothing in between takes the connection for dead. */
const alive = Stream.repeatEffectWithSchedule(Effect.succeed(": \n\n"), Schedule.spaced("15 seconds"))

/** A connection that was kept for more would hold up a server that stops. */
const headers = { "x-accel-buffering": "no", connection: "close" }

/** The events as a response, which ends when the server stops. */
const makeResponse = Effect.gen(function* () {
  const running = yield* InFlight
  const errors = yield* StoreErrors
  const troubles = Stream.map(errors.troubles, (trouble) => `event: trouble\ndata: ${encodeTrouble(trouble)}\n\n`)

  return (events: Stream.Stream<string>) =>
    events.pipe(
      Stream.merge(troubles, { haltStrategy: "left" }),
      Stream.merge(alive, { haltStrategy: "left" }),
      running.untilStop,
      Stream.encodeText,
      (body) => HttpServerResponse.stream(body, { contentType: "text/event-stream", headers })
    )
})

/** Whoever asks for one too many loses the first of theirs. */
const makeBounded = () => {
  const open = quotas.make<Deferred.Deferred<void>>(atOnce)

  return <A, E>(address: string, stream: Stream.Stream<A, E>): Stream.Stream<A, E> =>
    Stream.unwrapScoped(
      Effect.gen(function* () {
        const ended = yield* Deferred.make<void>()
        const oldest = open.take(address, ended)
        yield* Effect.addFinalizer(() => Effect.sync(() => open.give(address, ended)))
        if (oldest !== undefined) yield* Deferred.succeed(oldest, undefined)
        return Stream.interruptWhenDeferred(stream, ended)
      })
    )
}

export const make = Effect.gen(function* () {
  const runs = yield* TaskRuns
  const local = yield* Effect.serviceOption(Local)
  const { all, one } = yield* makeRunEvents
  const response = yield* makeResponse
  const bounded = makeBounded()

  /** Of one run, or of the newest. */
  return (run: RunId | undefined) =>
    Effect.gen(function* () {
      const address = addressOf(local, yield* HttpServerRequest.HttpServerRequest)
      if (run !== undefined) yield* runs.get(run)
      return response(bounded(address, run === undefined ? all : one(run)))
    })
})
