import * as Chunk from "effect/Chunk"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { IntentNotFound, StoreError } from "../CrowdError.js"
import { Receipt, receipt } from "../Driver.js"
import type { RunId, Token } from "../Ids.js"
import type { Intent, Service, Settlement } from "../Journal.js"
import type * as Store from "../Store.js"
import { intents as table } from "../store/tables.js"
import type { Json } from "../TaskRuns.js"
import { pages } from "./pages.js"
import * as sending from "./sending.js"

export type { Done, Kind } from "./sending.js"

/** Something to be done, as it is written down. */
export interface Request<Order> {
  readonly token: Token
  readonly run: Option.Option<RunId>
  readonly subject: string
  readonly payload: Json
  readonly order: Order
}

/** A kind at work. */
export interface Runner<Order, E> {
  /** Writes the requests down (in one transaction with `requests`), sends what was not sent before, and answers one outcome a request, in their order. */
  readonly perform: <E2, R>(
    requests: Effect.Effect<ReadonlyArray<Request<Order>>, E2, R>
  ) => Effect.Effect<ReadonlyArray<sending.Outcome<E>>, E2 | StoreError, R>
}

export interface Internal extends Service {
  readonly runner: <Order, E extends sending.Told>(kind: sending.Kind<Order, E>) => Runner<Order, E>
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

const decodeReceipt = Schema.decodeUnknown(Receipt)

const recordedReceipt = (intent: Intent): Effect.Effect<Receipt, StoreError> =>
  Effect.mapError(
    decodeReceipt(Option.getOrNull(intent.receipt)),
    (error) => new StoreError({ reason: "Corrupt", operation: `read intent ${intent.id}`, description: error.message })
  )

const chunksOf = <A>(all: ReadonlyArray<A>, size: number): ReadonlyArray<ReadonlyArray<A>> =>
  Array.from({ length: Math.ceil(all.length / size) }, (_, i) => all.slice(i * size, (i + 1) * size))

export const make = (store: Store.Service, driver: sending.Sending): Internal => {
  const kinds = new Map<string, AtWork>()

  const runner: Internal["runner"] = <Order, E extends sending.Told>(kind: sending.Kind<Order, E>) => {
    const { outward } = kind
    const { drive, isFree, lease, leaseFrom, record } = sending.make(store, driver, kind)

    const restored = (intents: ReadonlyArray<Intent>) =>
      Effect.map(kind.restore(intents), (orders) =>
        intents.flatMap((intent, i) => {
          const order = orders[i]
          return order === undefined ? [] : [{ intent, order }]
        })
      )

    interface Written {
      readonly outcomes: ReadonlyMap<Token, sending.Outcome<E>>
      readonly fresh: ReadonlyArray<sending.Item<Order>>
      readonly lost: ReadonlyArray<sending.Item<Order>>
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
        const outcomes = new Map<Token, sending.Outcome<E>>()
        const fresh: Array<sending.Item<Order>> = []
        const lost: Array<sending.Item<Order>> = []
        const elsewhere: Array<Request<Order>> = []
        for (const [i, request] of requests.entries()) {
          const row = rows[i]
          const known = before.get(request.token)
          if (known === undefined) {
            if (row !== undefined) fresh.push({ intent: row, order: request.order })
          } else if (known.state === "done") {
            outcomes.set(known.id, Either.right(yield* recordedReceipt(known)))
          } else if (known.state === "uncertain") {
            outcomes.set(known.id, Either.left(sending.uncertain(known)))
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
          } else if (isFree(known, now)) {
            lost.push(...(yield* restored([{ ...known, attempts: known.attempts + 1, leaseUntil: leaseFrom(now) }])))
          } else {
            elsewhere.push(request)
          }
        }
        const touched = [...fresh, ...lost].map(({ intent }) => intent).filter((intent) => !inserted.has(intent.id))
        if (touched.length > 0) yield* store.put(table, touched)
        return { outcomes, fresh, lost, elsewhere }
      })

    const finish = (written: Written): Effect.Effect<ReadonlyMap<Token, sending.Outcome<E>>, StoreError> =>
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
        const over = intents.filter((intent) => (leased === "wait" ? isFree(intent, now) : sending.isOver(intent, now)))
        const held = leased === "wait" ? intents.filter((intent) => !isFree(intent, now)) : []
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
