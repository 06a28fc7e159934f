/**
 * One kind of effect and the journal over a Store, for the time of a test: processes that are killed, and the crowd
 * they send to.
 */
import { it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import { ProviderError } from "../../src/CrowdError.js"
import { type Outward, type Receipt, receipt, type Sent } from "../../src/Driver.js"
import { Token } from "../../src/Ids.js"
import type { Json } from "../../src/Json.js"
import * as journal from "../../src/journal/journal.js"
import * as Store from "../../src/Store.js"

export const failed = (reason: ProviderError["reason"]) =>
  new ProviderError({ reason, provider: "p", method: "bonus", description: "as told" })

type Send = Effect.Effect<Receipt, ProviderError>

/** What becomes of one sending: `act` does it. */
export type Sending = (act: Effect.Effect<void>) => Send

export const doIt: Sending = (act) => Effect.as(act, receipt())
export const lostAfter: Sending = (act) => Effect.zipRight(act, failed("Unavailable"))
export const lostBefore: Sending = () => failed("Unavailable")
export const refused: Sending = () => failed("Rejected")
export const throttled: Sending = () => failed("Throttled")

/** A crowd that counts its deeds. `sendings` says what becomes of each sending in turn, and of all after the last. */
export const crowd = (...sendings: ReadonlyArray<Sending>) => {
  const acted = new Map<string, number>()
  const carried: Array<Option.Option<Json>> = []
  const act = (token: string) => Effect.sync(() => void acted.set(token, (acted.get(token) ?? 0) + 1))
  return {
    acted: () => [...acted.values()],
    calls: () => carried.length,
    /** What each sending carried that was prepared for it. */
    carried: () => carried.map(Option.getOrNull),
    send: ({ prepared, token }: Sent<string>): Send =>
      Effect.suspend(() => {
        const sending = sendings[Math.min(carried.push(prepared), sendings.length) - 1]
        return sending === undefined ? Effect.as(act(token), receipt()) : sending(act(token))
      }),
    find: ({ token }: Sent<string>) => Effect.sync(() => (acted.has(token) ? Option.some(receipt()) : Option.none()))
  }
}

export interface Promised extends Pick<Outward<string, ProviderError>, "repeat" | "lookUpCan"> {
  readonly repeatableFor?: Duration.DurationInput
  readonly lookUp?: boolean
  readonly prepare?: (sent: Sent<string>) => Effect.Effect<Json, ProviderError>
}

export const outward = (to: ReturnType<typeof crowd>, promised: Promised): Outward<string, ProviderError> => {
  const { prepare } = promised
  return {
    pageSize: 1,
    concurrency: 1,
    repeatableFor: Duration.decode(promised.repeatableFor ?? 0),
    repeat: promised.repeat,
    lookUp: promised.lookUp === true ? Option.some((orders) => Effect.forEach(orders, to.find)) : Option.none(),
    lookUpCan: promised.lookUpCan,
    prepare: prepare && ((orders) => Effect.forEach(orders, (order) => Effect.either(prepare(order)))),
    send: (orders) => Effect.forEach(orders, (order) => Effect.either(to.send(order)))
  }
}

/** One process that works on the store. */
export const processOn = (store: Store.Service, sends: Outward<string, ProviderError>) => {
  const journaled = journal.make(store, { provider: "p", timeout: Duration.seconds(30) }, () => Effect.void)
  const runner = journaled.runner({
    name: "bonus",
    outward: sends,
    restore: (intents) => Effect.succeed(intents.map(({ subject }) => subject)),
    apply: () => Effect.void
  })
  const requests = (...names: ReadonlyArray<string>) =>
    names.map((name) => ({ token: Token.make(name), run: Option.none(), subject: name, payload: null, order: name }))
  return {
    ...journaled,
    perform: (...names: ReadonlyArray<string>) => runner.perform(Effect.succeed(requests(...names)))
  }
}

/** A process that is killed a second after it began to send. */
export const killed = (store: Store.Service, sends: Outward<string, ProviderError>, ...names: ReadonlyArray<string>) =>
  cutOff(store, { ...sends, pageSize: 100, send: () => Effect.never }, ...names)

/** A process that is killed after a second. */
export const cutOff = (store: Store.Service, sends: Outward<string, ProviderError>, ...names: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const fiber = yield* Effect.fork(processOn(store, sends).perform(...names))
    yield* TestClock.adjust("1 second")
    yield* Fiber.interrupt(fiber)
  })

/** What it comes to once time has passed. */
export const inTheEnd = <A, E>(effect: Effect.Effect<A, E>): Effect.Effect<A, E> =>
  Effect.gen(function* () {
    const fiber = yield* Effect.fork(effect)
    yield* TestClock.adjust("1 hour")
    return yield* Fiber.join(fiber)
  })

/** How each of them ended. */
export const told = <E extends { readonly _tag: string }>(outcomes: ReadonlyArray<Either.Either<Receipt, E>>) =>
  outcomes.map(Either.match({ onLeft: ({ _tag }) => _tag, onRight: () => "done" }))

export const states = (store: Store.Service, sends: Outward<string, ProviderError>) =>
  Effect.forEach(["pending", "done", "failed", "uncertain"] as const, (state) =>
    Stream.runCount(processOn(store, sends).list(state))
  ).pipe(Effect.map(([pending, done, failed, uncertain]) => ({ pending, done, failed, uncertain })))

export const test = <E>(name: string, body: (store: Store.Service) => Effect.Effect<void, E>) =>
  it.effect(name, () => Effect.provide(Effect.flatMap(Store.Store, body), Store.layerMemory))
