import * as Chunk from "effect/Chunk"
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { IntentNotFound, ProviderError, StoreError, Uncertain } from "../CrowdError.js"
import { type Driver, type Outward, Receipt, receipt } from "../Driver.js"
import type { RunId, Token } from "../Ids.js"
import type { Intent, Service, Settlement } from "../Journal.js"
import type * as Store from "../Store.js"
import { intents as table } from "../store/tables.js"
import type { Json } from "../TaskRuns.js"
import { pages } from "./pages.js"
import { byId } from "./payload.js"
import { policy } from "./retry.js"

/** Something to be done, as it is written down. */
export interface Request<Order> {
  readonly token: Token
  readonly run: Option.Option<RunId>
  readonly subject: string
  readonly payload: Json
  readonly order: Order
}

interface Item<Order> {
  readonly intent: Intent
  readonly order: Order
}

export interface Done<Order> extends Item<Order> {
  readonly receipt: Receipt
}

/** One kind of outward effect: how it is sent, how its orders are made again from what was written down, and what its success means here. */
export interface Kind<Order, E> {
  readonly name: string
  readonly outward: Outward<Order, E>
  readonly restore: (intents: ReadonlyArray<Intent>) => Effect.Effect<ReadonlyArray<Order>, StoreError>
  /** Runs in the transaction that marks the intents done. */
  readonly apply: (done: ReadonlyArray<Done<Order>>) => Effect.Effect<void, StoreError>
}

type Failure<E> = E | ProviderError | Uncertain
type Outcome<E> = Either.Either<Receipt, Failure<E>>

/** A kind at work. */
export interface Runner<Order, E> {
  /** Writes the requests down (in one transaction with `requests`), sends what was not sent before, and answers one outcome a request, in their order. */
  readonly perform: <E2, R>(
    requests: Effect.Effect<ReadonlyArray<Request<Order>>, E2, R>
  ) => Effect.Effect<ReadonlyArray<Outcome<E>>, E2 | StoreError, R>
}

export interface Internal extends Service {
  readonly runner: <Order, E extends { readonly _tag: string; readonly message: string }>(
    kind: Kind<Order, E>
  ) => Runner<Order, E>
}

/** What the journal can do with any kind by its name. */
interface AtWork {
  readonly settle: (intents: ReadonlyArray<Intent>, leased: "wait" | "skip") => Effect.Effect<Settlement, StoreError>
  readonly confirm: (intent: Intent) => Effect.Effect<void, StoreError>
}

const nothing: Settlement = { done: 0, failed: 0, uncertain: 0, pending: 0 }

const plus = (a: Settlement, b: Settlement): Settlement => ({
  done: a.done + b.done,
  failed: a.failed + b.failed,
  uncertain: a.uncertain + b.uncertain,
  pending: a.pending + b.pending
})

const encodeReceipt = Schema.encodeSync(Receipt)
const decodeReceipt = Schema.decodeUnknown(Receipt)

const recordedReceipt = (intent: Intent): Effect.Effect<Receipt, StoreError> =>
  Effect.mapError(
    decodeReceipt(Option.getOrNull(intent.receipt)),
    (error) => new StoreError({ reason: "Corrupt", operation: `read intent ${intent.id}`, description: error.message })
  )

const uncertain = (intent: Intent): Uncertain =>
  new Uncertain({ token: intent.id, operation: intent.kind, subject: intent.subject })

const isOver = (intent: Intent, now: DateTime.Utc): boolean => DateTime.lessThanOrEqualTo(intent.leaseUntil, now)

const chunksOf = <A>(all: ReadonlyArray<A>, size: number): ReadonlyArray<ReadonlyArray<A>> =>
  Array.from({ length: Math.ceil(all.length / size) }, (_, i) => all.slice(i * size, (i + 1) * size))

type Settled<Order, E> = Exclude<Verdict<Order, E>, { readonly _tag: "Again" }>

/** What one round of sending came to: settled for good, or to be tried again (`lost`: it may have happened). */
type Verdict<Order, E> =
  | { readonly _tag: "Done"; readonly item: Item<Order>; readonly receipt: Receipt }
  | { readonly _tag: "Failed"; readonly item: Item<Order>; readonly error: E | ProviderError }
  | { readonly _tag: "Uncertain"; readonly item: Item<Order> }
  | { readonly _tag: "Again"; readonly item: Item<Order>; readonly lost: boolean; readonly error: ProviderError }

export const make = (store: Store.Service, driver: Pick<Driver, "provider" | "timeout">): Internal => {
  const kinds = new Map<string, AtWork>()
  /** Twice what a sending may take, so that the sending has surely ended before the lease has. */
  const leaseFrom = (now: DateTime.Utc) => DateTime.addDuration(now, Duration.times(driver.timeout, 2))

  const runner = <Order, E extends { readonly _tag: string; readonly message: string }>(
    kind: Kind<Order, E>
  ): Runner<Order, E> => {
    const { outward } = kind

    const judge = (item: Item<Order>, answer: Either.Either<Receipt, E | ProviderError>): Verdict<Order, E> => {
      if (Either.isRight(answer)) return { _tag: "Done", item, receipt: answer.right }
      const error = answer.left
      if (!(error instanceof ProviderError)) return { _tag: "Failed", item, error }
      if (error.mayHaveHappened) return { _tag: "Again", item, lost: true, error }
      return error.isRetryable ? { _tag: "Again", item, lost: false, error } : { _tag: "Failed", item, error }
    }

    const send = (items: ReadonlyArray<Item<Order>>): Effect.Effect<ReadonlyArray<Verdict<Order, E>>> =>
      outward.send(items.map(({ intent, order }) => ({ token: intent.id, order }))).pipe(
        Effect.timeoutFail({
          duration: driver.timeout,
          onTimeout: () =>
            new ProviderError({
              reason: "Unavailable",
              provider: driver.provider,
              method: kind.name,
              description: `no answer within ${Duration.format(driver.timeout)}`
            })
        }),
        Effect.match({
          onSuccess: (answers) => items.map((item, i) => judge(item, answers[i] ?? Either.left(unanswered(kind.name)))),
          onFailure: (error) => items.map((item) => judge(item, Either.left(error)))
        })
      )

    const unanswered = (method: string) =>
      new ProviderError({
        reason: "Malformed",
        provider: driver.provider,
        method,
        description: "fewer answers than orders"
      })

    /** What is to be done about items of which we do not know whether they happened. */
    const recover = (items: ReadonlyArray<Item<Order>>): Effect.Effect<ReadonlyArray<Verdict<Order, E>>> =>
      Effect.gen(function* () {
        const now = yield* Clock.currentTimeMillis
        const isRepeatable = ({ intent }: Item<Order>) =>
          now - DateTime.toEpochMillis(intent.firstSentAt) < Duration.toMillis(outward.repeatableFor)
        const repeated = yield* sendSome(items.filter(isRepeatable))
        const rest = items.filter((item) => !isRepeatable(item))
        if (rest.length === 0) return repeated
        if (Option.isNone(outward.lookUp)) {
          return [...repeated, ...rest.map((item): Verdict<Order, E> => ({ _tag: "Uncertain", item }))]
        }
        const found = yield* Effect.either(
          outward.lookUp.value(rest.map(({ intent, order }) => ({ token: intent.id, order })))
        )
        if (Either.isLeft(found)) {
          return [...repeated, ...rest.map((item) => ({ _tag: "Again" as const, item, lost: true, error: found.left }))]
        }
        const known = rest.flatMap(
          (item, i): ReadonlyArray<Verdict<Order, E>> =>
            Option.match(found.right[i] ?? Option.none(), {
              onNone: () => [],
              onSome: (found) => [{ _tag: "Done", item, receipt: found }]
            })
        )
        const absent = rest.filter((_, i) => Option.isNone(found.right[i] ?? Option.none()))
        return [...repeated, ...known, ...(yield* sendSome(absent))]
      })

    const sendSome = (items: ReadonlyArray<Item<Order>>) => (items.length === 0 ? Effect.succeed([]) : send(items))

    const settledRow = (verdict: Settled<Order, E>, now: DateTime.Utc): Intent => ({
      ...verdict.item.intent,
      state: verdict._tag === "Done" ? "done" : verdict._tag === "Failed" ? "failed" : "uncertain",
      settledAt: Option.some(now),
      receipt: verdict._tag === "Done" ? Option.some(encodeReceipt(verdict.receipt)) : Option.none(),
      error:
        verdict._tag === "Failed"
          ? Option.some({ _tag: verdict.error._tag, message: verdict.error.message })
          : Option.none()
    })

    /** Writes down what is settled, with what it means here, in one transaction. What is done stays done. */
    const record = (verdicts: ReadonlyArray<Verdict<Order, E>>): Effect.Effect<void, StoreError> =>
      Effect.gen(function* () {
        const settled = verdicts.filter((verdict) => verdict._tag !== "Again")
        const before = byId(
          yield* store.getAll(
            table,
            settled.map(({ item }) => item.intent.id)
          )
        )
        const fresh = settled.filter(({ item }) => before.get(item.intent.id)?.state !== "done")
        if (fresh.length === 0) return
        const now = yield* DateTime.now
        yield* store.put(
          table,
          fresh.map((verdict) => settledRow(verdict, now))
        )
        const done = fresh.flatMap((verdict) =>
          verdict._tag === "Done" ? [{ ...verdict.item, receipt: verdict.receipt }] : []
        )
        if (done.length > 0) yield* kind.apply(done)
      }).pipe(store.transaction)

    /** Takes (or keeps) items for another sending; those that somebody else has taken meanwhile are left out. */
    const lease = (items: ReadonlyArray<Item<Order>>): Effect.Effect<ReadonlyArray<Item<Order>>, StoreError> =>
      Effect.gen(function* () {
        const now = yield* DateTime.now
        const rows = yield* store.transaction(
          Effect.gen(function* () {
            const current = yield* store.getAll(
              table,
              items.map(({ intent }) => intent.id)
            )
            const seen = new Map(items.map(({ intent }) => [intent.id, intent]))
            const ours = current.filter((row) => {
              const before = seen.get(row.id)
              return (
                row.state === "pending" &&
                before !== undefined &&
                DateTime.Equivalence(row.leaseUntil, before.leaseUntil)
              )
            })
            const renewed = ours.map((row) => ({ ...row, attempts: row.attempts + 1, leaseUntil: leaseFrom(now) }))
            yield* store.put(table, renewed)
            return new Map(renewed.map((row) => [row.id, row]))
          })
        )
        return items.flatMap(({ intent, order }) => {
          const row = rows.get(intent.id)
          return row === undefined ? [] : [{ intent: row, order }]
        })
      })

    /** Sends until everything is settled or the retry policy gives up. */
    const drive = (
      fresh: ReadonlyArray<Item<Order>>,
      lost: ReadonlyArray<Item<Order>>
    ): Effect.Effect<ReadonlyMap<Token, Outcome<E>>, StoreError> =>
      Effect.gen(function* () {
        const outcomes = new Map<Token, Outcome<E>>()
        const retries = yield* Schedule.driver(policy)
        const round = (
          fresh: ReadonlyArray<Item<Order>>,
          lost: ReadonlyArray<Item<Order>>
        ): Effect.Effect<void, StoreError> =>
          Effect.gen(function* () {
            const verdicts = [...(yield* sendSome(fresh)), ...(lost.length === 0 ? [] : yield* recover(lost))]
            yield* record(verdicts)
            for (const verdict of verdicts) outcomes.set(verdict.item.intent.id, outcomeOf(verdict))
            const again = verdicts.filter((verdict) => verdict._tag === "Again")
            const [first] = again
            if (first === undefined) return
            if (Option.isNone(yield* Effect.option(retries.next(first.error)))) return yield* abandon(again)
            const kept = yield* lease(again.map(({ item }) => item))
            const lostIds = new Set(again.filter((verdict) => verdict.lost).map(({ item }) => item.intent.id))
            yield* round(
              kept.filter(({ intent }) => !lostIds.has(intent.id)),
              kept.filter(({ intent }) => lostIds.has(intent.id))
            )
          })
        yield* round(fresh, lost)
        return outcomes
      })

    const outcomeOf = (verdict: Verdict<Order, E>): Outcome<E> => {
      switch (verdict._tag) {
        case "Done":
          return Either.right(verdict.receipt)
        case "Uncertain":
          return Either.left(uncertain(verdict.item.intent))
        default:
          return Either.left(verdict.error)
      }
    }

    /** The policy has given up: what cannot have happened has failed; the rest stays pending for `settle`. */
    const abandon = (again: ReadonlyArray<Extract<Verdict<Order, E>, { readonly _tag: "Again" }>>) =>
      record(
        again.flatMap(
          ({ error, item, lost }): ReadonlyArray<Verdict<Order, E>> => (lost ? [] : [{ _tag: "Failed", item, error }])
        )
      )

    const restored = (intents: ReadonlyArray<Intent>) =>
      Effect.map(kind.restore(intents), (orders) =>
        intents.flatMap((intent, i) => {
          const order = orders[i]
          return order === undefined ? [] : [{ intent, order }]
        })
      )

    interface Written {
      readonly outcomes: ReadonlyMap<Token, Outcome<E>>
      readonly fresh: ReadonlyArray<Item<Order>>
      readonly lost: ReadonlyArray<Item<Order>>
      readonly elsewhere: ReadonlyArray<Request<Order>>
    }

    /** Writes the requests down, and tells those that were written before by what became of them. */
    const write = (requests: ReadonlyArray<Request<Order>>): Effect.Effect<Written, StoreError> =>
      Effect.gen(function* () {
        const now = yield* DateTime.now
        const rows = requests.map(
          (request): Intent => ({
            id: request.token,
            provider: driver.provider,
            kind: kind.name,
            run: request.run,
            subject: request.subject,
            payload: request.payload,
            state: "pending",
            attempts: 1,
            firstSentAt: now,
            leaseUntil: leaseFrom(now),
            settledAt: Option.none(),
            receipt: Option.none(),
            error: Option.none()
          })
        )
        const inserted = new Set<string>(yield* store.insert(table, rows))
        const before = new Map(
          (yield* store.getAll(
            table,
            requests.map(({ token }) => token).filter((token) => !inserted.has(token))
          )).map((row) => [row.id, row])
        )
        const outcomes = new Map<Token, Outcome<E>>()
        const fresh: Array<Item<Order>> = []
        const lost: Array<Item<Order>> = []
        const elsewhere: Array<Request<Order>> = []
        for (const [i, request] of requests.entries()) {
          const row = rows[i]
          const known = before.get(request.token)
          if (known === undefined) {
            if (row !== undefined) fresh.push({ intent: row, order: request.order })
          } else if (known.state === "done") {
            outcomes.set(known.id, Either.right(yield* recordedReceipt(known)))
          } else if (known.state === "uncertain") {
            outcomes.set(known.id, Either.left(uncertain(known)))
          } else if (known.state === "failed") {
            fresh.push({
              intent: {
                ...known,
                payload: request.payload,
                state: "pending",
                attempts: known.attempts + 1,
                firstSentAt: now,
                leaseUntil: leaseFrom(now)
              },
              order: request.order
            })
          } else if (free(known, now)) {
            lost.push(...(yield* restored([{ ...known, attempts: known.attempts + 1, leaseUntil: leaseFrom(now) }])))
          } else {
            elsewhere.push(request)
          }
        }
        const touched = [...fresh, ...lost].map(({ intent }) => intent).filter((intent) => !inserted.has(intent.id))
        if (touched.length > 0) yield* store.put(table, touched)
        return { outcomes, fresh, lost, elsewhere }
      })

    /** Nobody can be sending it any more, or a second sending does no harm. */
    const free = (intent: Intent, now: DateTime.Utc): boolean =>
      isOver(intent, now) || DateTime.distance(intent.firstSentAt, now) < Duration.toMillis(outward.repeatableFor)

    const finish = (written: Written): Effect.Effect<ReadonlyMap<Token, Outcome<E>>, StoreError> =>
      Effect.gen(function* () {
        const own = yield* drive(written.fresh, written.lost)
        if (written.elsewhere.length === 0) return new Map([...written.outcomes, ...own])
        yield* Effect.sleep("50 millis")
        const others = yield* Effect.flatMap(store.transaction(write(written.elsewhere)), finish)
        return new Map([...written.outcomes, ...own, ...others])
      })

    const perform: Runner<Order, E>["perform"] = (requests) =>
      Effect.gen(function* () {
        const { all, written } = yield* store.transaction(
          Effect.flatMap(requests, (all) => Effect.map(write(all), (written) => ({ all, written })))
        )
        const outcomes = yield* finish(written)
        return yield* Effect.forEach(all, ({ token }) =>
          Option.match(Option.fromNullable(outcomes.get(token)), {
            onNone: () => Effect.dieMessage(`no outcome for ${token}`),
            onSome: Effect.succeed
          })
        )
      })

    const settlePage = (page: ReadonlyArray<Intent>) =>
      Effect.flatMap(Effect.flatMap(restored(page), lease), (items) => drive([], items))

    const settle: AtWork["settle"] = (intents, leased) =>
      Effect.gen(function* () {
        const now = yield* DateTime.now
        const over = intents.filter((intent) => (leased === "wait" ? free(intent, now) : isOver(intent, now)))
        const held = leased === "wait" ? intents.filter((intent) => !free(intent, now)) : []
        const settlePages = (all: ReadonlyArray<Intent>) =>
          Effect.forEach(chunksOf(all, outward.pageSize), settlePage, {
            concurrency: outward.concurrency,
            discard: true
          })
        yield* settlePages(over)
        yield* Effect.sleep(Math.max(0, ...held.map(({ leaseUntil }) => DateTime.distance(now, leaseUntil))))
        yield* settlePages(held)
        const rows = yield* store.getAll(
          table,
          intents.map(({ id }) => id)
        )
        const among = (state: Intent["state"]) => rows.filter((row) => row.state === state).length
        return {
          done: among("done"),
          failed: among("failed"),
          uncertain: among("uncertain"),
          pending: among("pending")
        }
      })

    const confirm: AtWork["confirm"] = (intent) =>
      Effect.flatMap(restored([intent]), (items) =>
        record(items.map((item) => ({ _tag: "Done", item, receipt: receipt() })))
      )

    kinds.set(kind.name, { settle, confirm })
    return { perform }
  }

  const where = (state: Intent["state"], run: RunId | undefined) =>
    run === undefined
      ? { provider: driver.provider, state }
      : { provider: driver.provider, run: Option.some(run), state }

  const settlePage = (page: ReadonlyArray<Intent>, leased: "wait" | "skip"): Effect.Effect<Settlement, StoreError> =>
    Effect.reduce(new Set(page.map(({ kind }) => kind)), nothing, (total, name) => {
      const intents = page.filter(({ kind }) => kind === name)
      const kind = kinds.get(name)
      return kind === undefined
        ? Effect.succeed(plus(total, { ...nothing, pending: intents.length }))
        : Effect.map(kind.settle(intents, leased), (settlement) => plus(total, settlement))
    })

  const settle: Service["settle"] = (run, options) =>
    pages(store, table, { where: where("pending", run) }).pipe(
      Stream.chunks,
      Stream.runFoldEffect(nothing, (total, page) =>
        Effect.map(settlePage(Chunk.toReadonlyArray(page), options?.leased ?? "wait"), (settlement) =>
          plus(total, settlement)
        )
      )
    )

  const deny = (intent: Intent) =>
    Effect.flatMap(DateTime.now, (now) =>
      store.put(table, [
        {
          ...intent,
          state: "failed",
          settledAt: Option.some(now),
          error: Option.some({ _tag: "DidNotHappen", message: "a person looked: it did not happen" })
        }
      ])
    )

  const resolve: Service["resolve"] = (token, verdict) =>
    store.transaction(
      Effect.gen(function* () {
        const found = yield* store.get(table, token)
        const intent = Option.getOrUndefined(found)
        const kind = intent === undefined ? undefined : kinds.get(intent.kind)
        if (intent === undefined || kind === undefined || intent.state !== "uncertain") {
          return yield* new IntentNotFound({ token })
        }
        yield* verdict === "happened" ? kind.confirm(intent) : deny(intent)
        return Option.getOrElse(yield* store.get(table, token), () => intent)
      })
    )

  return { runner, settle, list: (state, run) => pages(store, table, { where: where(state, run) }), resolve }
}
