import * as Chunk from "effect/Chunk"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as HashMap from "effect/HashMap"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { IntentNotFound, type StoreError, type TaskRunNotFound } from "../CrowdError.js"
import { receipt } from "../Driver.js"
import type { RunId } from "../Ids.js"
import type { Intent, Service, Settlement } from "../Journal.js"
import type * as Store from "../Store.js"
import { pages } from "../store/pages.js"
import { intents as table } from "../store/tables.js"
import type { Failure, Kind, Sender } from "./intents.js"
import { type AtWork, make as makeRunner, type Runner } from "./runner.js"
import type { Leased } from "./settling.js"

export type { Done, Request } from "./intents.js"
export type { Runner } from "./runner.js"

export interface Internal extends Service {
  readonly runner: <Order, E extends Failure>(kind: Kind<Order, E>) => Runner<Order, E>
}

const nothing: Settlement = { done: 0, failed: 0, uncertain: 0, pending: 0 }

const plus = (a: Settlement, b: Settlement): Settlement => ({
  done: a.done + b.done,
  failed: a.failed + b.failed,
  uncertain: a.uncertain + b.uncertain,
  pending: a.pending + b.pending
})

/** Page by page, what becomes of the intents of each kind. */
const settleEach = <E>(
  all: Stream.Stream<Intent, E>,
  settle: (kind: string, intents: ReadonlyArray<Intent>) => Effect.Effect<Settlement, StoreError>
): Effect.Effect<Settlement, E | StoreError> =>
  all.pipe(
    Stream.chunks,
    Stream.runFoldEffect(nothing, (total, page) =>
      Effect.reduce(new Set(Chunk.map(page, ({ kind }) => kind)), total, (sum, name) => {
        const intents = Chunk.toReadonlyArray(page).filter(({ kind }) => kind === name)
        return Effect.map(settle(name, intents), (settlement) => plus(sum, settlement))
      })
    )
  )

const deny = (store: Store.Service, intent: Intent) =>
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

/** `known` fails where there is no run of this id. */
export const make = (
  store: Store.Service,
  driver: Sender,
  known: (run: RunId) => Effect.Effect<unknown, TaskRunNotFound | StoreError>
): Internal => {
  const kinds = new Map<string, AtWork>()

  const runner: Internal["runner"] = (kind) => {
    const made = makeRunner({ store, driver, kind })
    kinds.set(kind.name, made)
    return made
  }

  const where = (state: Intent["state"], run: RunId | undefined) =>
    run === undefined
      ? { provider: driver.provider, state }
      : { provider: driver.provider, run: Option.some(run), state }

  const list: Service["list"] = (state, run) => {
    const all = pages(store, table, { where: where(state, run) })
    return run === undefined ? all : Stream.unwrap(Effect.as(known(run), all))
  }

  const settlePending = (run: RunId | undefined, leased: Leased) =>
    settleEach(
      list("pending", run),
      (kind, intents) =>
        kinds.get(kind)?.settle(intents, leased) ?? Effect.succeed({ ...nothing, pending: intents.length })
    )

  const lookAgain = (run: RunId | undefined) => {
    const looks = HashMap.fromIterable(
      [...kinds].flatMap(([name, kind]) => Option.toArray(Option.map(kind.lookAgain, (look) => [name, look] as const)))
    )
    const uncertain = HashMap.isEmpty(looks) ? Stream.empty : list("uncertain", run)
    return settleEach(uncertain, (kind, intents) =>
      Option.match(HashMap.get(looks, kind), { onNone: () => Effect.succeed(nothing), onSome: (look) => look(intents) })
    )
  }

  const settle: Service["settle"] = (run, options) =>
    Effect.zipWith(lookAgain(run), settlePending(run, options?.leased ?? "wait"), plus)

  const resolve: Service["resolve"] = (token, verdict, options) =>
    store.transaction(
      Effect.gen(function* () {
        const found = yield* store.get(table, token)
        const intent = Option.getOrUndefined(Option.filter(found, ({ provider }) => provider === driver.provider))
        const kind = intent === undefined ? undefined : kinds.get(intent.kind)
        if (intent === undefined || kind === undefined || intent.state !== "uncertain") {
          return yield* new IntentNotFound({ token })
        }
        yield* verdict === "happened" ? kind.confirm(intent, receipt(options)) : deny(store, intent)
        return Option.getOrElse(yield* store.get(table, token), () => intent)
      })
    )

  return { runner, settle, list, resolve }
}
