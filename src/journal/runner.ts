import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { StoreError } from "../CrowdError.js"
import type { Receipt } from "../Driver.js"
import type { Intent, Settlement } from "../Journal.js"
import type { Failure, Outcome, Outcomes, Request, Work } from "./intents.js"
import { confirm } from "./recording.js"
import { restored, write } from "./requests.js"
import { drive } from "./rounds.js"
import { type Leased, lookAgain, settle, settlementOf } from "./settling.js"

/** A kind at work. */
export interface Runner<Order, E> {
  /**
   * Writes the requests down (in one transaction with `requests`), sends what was not sent before, and answers one
   * outcome a request, in their order.
   */
  readonly perform: <E2, R>(
    requests: Effect.Effect<ReadonlyArray<Request<Order>>, E2, R>
  ) => Effect.Effect<ReadonlyArray<Outcome<E>>, E2 | StoreError, R>
}

/** What the journal can do with any kind by its name. */
export interface AtWork {
  readonly settle: (intents: ReadonlyArray<Intent>, leased: Leased) => Effect.Effect<Settlement, StoreError>
  /** Looks uncertain ones up again; none where that is of no use. */
  readonly lookAgain: Option.Option<(intents: ReadonlyArray<Intent>) => Effect.Effect<Settlement, StoreError>>
  readonly confirm: (intent: Intent, receipt: Receipt) => Effect.Effect<void, StoreError>
}

export const make = <Order, E extends Failure>(work: Work<Order, E>): Runner<Order, E> & AtWork => {
  const { kind, store } = work
  const outside = kind.outward.isHere === true ? Effect.void : store.ensureNoTransaction(kind.name)

  /** As long as somebody else is sending some of them, waits for what becomes of those. */
  const performAll = <E2, R>(
    requests: Effect.Effect<ReadonlyArray<Request<Order>>, E2, R>
  ): Effect.Effect<readonly [ReadonlyArray<Request<Order>>, Outcomes<E>], E2 | StoreError, R> =>
    Effect.gen(function* () {
      yield* outside
      const { all, written } = yield* store.transaction(
        Effect.flatMap(requests, (all) => Effect.map(write(work, all), (written) => ({ all, written })))
      )
      const outcomes = new Map([...written.outcomes, ...(yield* drive(work, written))])
      const rest = all.filter(({ token }) => !outcomes.has(token))
      if (rest.length === 0) return [all, outcomes]
      yield* Effect.sleep("50 millis")
      const [, others] = yield* performAll(Effect.succeed(rest))
      return [all, new Map([...outcomes, ...others])]
    })

  const perform: Runner<Order, E>["perform"] = (requests) =>
    Effect.flatMap(performAll(requests), ([all, outcomes]) => {
      const inOrder = all.flatMap(({ token }) => outcomes.get(token) ?? [])
      return inOrder.length === all.length
        ? Effect.succeed(inOrder)
        : Effect.dieMessage(`${all.length - inOrder.length} requests have no outcome`)
    })

  return {
    perform,
    lookAgain: Option.map(
      Option.filter(kind.outward.lookUp, () => kind.outward.lookUpCan === "confirm"),
      (lookUp) => (intents) => Effect.zipRight(outside, lookAgain(work, intents, lookUp))
    ),
    settle: (intents, leased) =>
      kind.isHeld === true ? settlementOf(work, intents) : Effect.zipRight(outside, settle(work, intents, leased)),
    confirm: (intent, receipt) => Effect.flatMap(restored(work, [intent]), (items) => confirm(work, items, receipt))
  }
}
