/** A crowd that writes down what it did, behind a driver with one of these assurances. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type { InsufficientFunds, ProviderError } from "../../src/CrowdError.js"
import * as Driver from "../../src/Driver.js"
import * as Provider from "../../src/Provider.js"
import type { Store } from "../../src/Store.js"
import { make } from "../../src/testing/suites/kit.js"
import { failure } from "./failures.js"
import * as QuietCrowd from "./quietCrowd.js"

/** How a crowd's effects can be made sure of. */
export type Assurance = "repeatable" | "lookUp" | "both" | "refused" | "confirmOnly" | "neither"

type Answer = Effect.Effect<Driver.Receipt, InsufficientFunds | ProviderError>

/** What becomes of one sending: `act` does it. */
export type Sending = (act: Answer) => Answer

export interface Ledger {
  /** What was done, and how often, by token. */
  readonly deeds: ReadonlyMap<string, number>
  /** Every token that was sent, in order. */
  readonly sent: ReadonlyArray<string>
  /** What becomes of the next sendings, in turn; those after them are simply done. */
  readonly next: (...sendings: ReadonlyArray<Sending>) => void
  readonly driver: Driver.Driver
}

const provider = "ledger"

export const ledger = (assurance: Assurance, page?: { readonly size: number }): Ledger => {
  const deeds = new Map<string, number>()
  const sent: Array<string> = []
  const queue: Array<Sending> = []
  const isRepeatable = assurance === "repeatable" || assurance === "both"

  const send = ({ token }: Driver.Sent<unknown>): Answer =>
    Effect.suspend(() => {
      sent.push(token)
      const act = Effect.sync(() => {
        if (!isRepeatable || !deeds.has(token)) deeds.set(token, (deeds.get(token) ?? 0) + 1)
        return Driver.receipt({ remoteId: `remote_${token}` })
      })
      const sending = queue.shift() ?? ((act) => act)
      return sending(assurance === "refused" && deeds.has(token) ? failure("Rejected") : act)
    })

  const outward: Driver.Outward<unknown, InsufficientFunds | ProviderError> = {
    pageSize: page?.size ?? 1,
    concurrency: 1,
    repeatableFor: isRepeatable || assurance === "refused" ? Duration.days(1) : Duration.zero,
    repeat: assurance === "refused" ? "refused" : "answered",
    lookUp:
      assurance === "lookUp" || assurance === "both" || assurance === "confirmOnly"
        ? Option.some((orders) =>
            Effect.succeed(
              orders.map(({ token }) =>
                deeds.has(token) ? Option.some(Driver.receipt({ remoteId: `remote_${token}` })) : Option.none()
              )
            )
          )
        : Option.none(),
    lookUpCan: assurance === "confirmOnly" ? "confirm" : "decide",
    send: (orders) => Effect.forEach(orders, (order) => Effect.either(send(order)))
  }

  const unpaid: Driver.Outward<unknown, ProviderError> = {
    ...outward,
    send: (orders) =>
      Effect.forEach(orders, (order) => Effect.either(Effect.catchTag(send(order), "InsufficientFunds", Effect.die)))
  }

  return {
    deeds,
    sent,
    next: (...sendings) => void queue.push(...sendings),
    driver: Driver.make({
      ...QuietCrowd.make(provider),
      launch: outward,
      expire: unpaid,
      approve: outward,
      reject: unpaid,
      bonus: outward,
      block: unpaid,
      unblock: unpaid
    })
  }
}

export const layer = ({ driver }: Ledger): Layer.Layer<Provider.Core, never, Store> => Provider.layer({ driver })

export const kit = make({ arrive: (worker) => Effect.succeed({ worker }) })
