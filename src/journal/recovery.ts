/** What is done about orders of which we do not know whether they happened. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { StoreError } from "../CrowdError.js"
import { type Failure, type Item, isRepeatable, type Work } from "./intents.js"
import { inTime } from "./leases.js"
import { ask, debug, send, sendNow } from "./sending.js"
import type { Verdict, Verdicts } from "./verdicts.js"

const toUncertain = <Order>(item: Item<Order>): Verdict<Order, never> => ({ _tag: "Uncertain", item })

/** What is not there is sent again. */
const lookUp = <Order, E extends Failure>(
  work: Work<Order, E>,
  items: ReadonlyArray<Item<Order>>
): Effect.Effect<Verdicts<Order, E>, StoreError> =>
  Effect.gen(function* () {
    const { outward } = work.kind
    if (items.length === 0) return []
    if (Option.isNone(outward.lookUp)) return items.map(toUncertain)
    const { absent, told } = yield* ask(work, items, outward.lookUp.value)
    return absent.length === 0 ? told : [...told, ...(yield* send(work, absent))]
  })

/**
 * That a repeat was refused says nothing of the sending before it: refused for the moment, it is tried again. Refused for
 * good, it has failed only if the crowd, where it can be asked, has nothing of it; where it cannot be asked, only if it
 * answers a repeat as it answered the first.
 */
const repeat = <Order, E extends Failure>(
  work: Work<Order, E>,
  items: ReadonlyArray<Item<Order>>,
  patience: number
): Effect.Effect<Verdicts<Order, E>> =>
  Effect.gen(function* () {
    const { outward } = work.kind
    const verdicts = (yield* sendNow(work, items, patience)).map((verdict) =>
      verdict._tag === "Again" ? { ...verdict, lost: true } : verdict
    )
    const failed = verdicts.filter(({ _tag }) => _tag === "Failed").map(({ item }) => item)
    if (failed.length === 0) return verdicts
    if (Option.isNone(outward.lookUp)) {
      if (outward.repeat !== "refused") return verdicts
      return verdicts.map((verdict) => (verdict._tag === "Failed" ? toUncertain(verdict.item) : verdict))
    }
    const { absent, told } = yield* ask(work, failed, outward.lookUp.value)
    return [...verdicts.filter(({ _tag, item }) => _tag !== "Failed" || absent.includes(item)), ...told]
  })

const recoverNow = <Order, E extends Failure>(
  work: Work<Order, E>,
  items: ReadonlyArray<Item<Order>>,
  patience: number
): Effect.Effect<Verdicts<Order, E>, StoreError> => {
  const repeatable = ({ intent }: Item<Order>) => isRepeatable(work.kind.outward, intent, intent.leaseUntil)
  return Effect.zipWith(
    repeat(work, items.filter(repeatable), patience),
    lookUp(
      work,
      items.filter((item) => !repeatable(item))
    ),
    (repeated, asked) => [...repeated, ...asked]
  )
}

/** Sends again what the crowd knows by its token, and looks the others up. */
export const recover = <Order, E extends Failure>(
  work: Work<Order, E>,
  items: ReadonlyArray<Item<Order>>
): Effect.Effect<Verdicts<Order, E>, StoreError> =>
  items.length === 0
    ? Effect.succeed([])
    : Effect.zipRight(
        debug(work, "may have happened or not: recovered", items.length),
        inTime(work, items, (items, patience) => recoverNow(work, items, patience))
      )
