/** What came back is written down. */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { StoreError } from "../CrowdError.js"
import { Receipt } from "../Driver.js"
import type { Intent } from "../Journal.js"
import { intents as table } from "../store/tables.js"
import type { Failure, Item, Work } from "./intents.js"
import { isOurs } from "./leases.js"
import { byId } from "./payload.js"
import type { Again, Verdict, Verdicts } from "./verdicts.js"

const encodeReceipt = Schema.encodeSync(Receipt)

/** The row as it is after the verdict. */
const settledRow = <Order, E extends Failure>(row: Intent, verdict: Verdict<Order, E>, now: DateTime.Utc): Intent => ({
  ...row,
  state: verdict._tag === "Done" ? "done" : verdict._tag === "Failed" ? "failed" : "uncertain",
  settledAt: Option.some(now),
  receipt: verdict._tag === "Done" ? Option.some(encodeReceipt(verdict.receipt)) : Option.none(),
  error:
    verdict._tag === "Failed"
      ? Option.some({ _tag: verdict.error._tag, message: verdict.error.message })
      : Option.none()
})

const rowsOf = <Order, E extends Failure>({ store }: Work<Order, E>, of: ReadonlyArray<{ item: Item<Order> }>) =>
  Effect.map(
    store.getAll(
      table,
      of.map(({ item }) => item.intent.id)
    ),
    byId
  )

const settle = <Order, E extends Failure>(work: Work<Order, E>, verdicts: Verdicts<Order, E>) =>
  Effect.gen(function* () {
    const now = yield* DateTime.now
    const current = yield* rowsOf(work, verdicts)
    const counting = verdicts.filter(
      ({ _tag, item: { intent } }) => _tag === "Again" || _tag === "Done" || isOurs(current.get(intent.id), intent)
    )
    const changed = counting.flatMap((verdict) => {
      const row = current.get(verdict.item.intent.id) ?? verdict.item.intent
      return verdict._tag === "Again" || row.state === "done" ? [] : [{ verdict, row: settledRow(row, verdict, now) }]
    })
    yield* work.store.put(
      table,
      changed.map(({ row }) => row)
    )
    const done = changed.flatMap(({ row, verdict }) =>
      verdict._tag === "Done" ? [{ intent: row, order: verdict.item.order, receipt: verdict.receipt }] : []
    )
    if (done.length > 0) yield* work.kind.apply(done)
    return counting
  })

/**
 * Writes down what is settled, with what it means here, in one transaction. Answers the verdicts that count: that
 * something was done always does; anything else only as long as nobody else has taken it.
 */
export const record = <Order, E extends Failure>(
  work: Work<Order, E>,
  verdicts: Verdicts<Order, E>
): Effect.Effect<Verdicts<Order, E>, StoreError> =>
  verdicts.every(({ _tag }) => _tag === "Again")
    ? Effect.succeed(verdicts)
    : work.store.transaction(settle(work, verdicts))

/** What stays pending keeps the error it was given up for. */
export const note = <Order, E extends Failure>(
  work: Work<Order, E>,
  again: ReadonlyArray<Again<Order>>
): Effect.Effect<void, StoreError> =>
  work.store.transaction(
    Effect.gen(function* () {
      const rows = yield* rowsOf(work, again)
      yield* work.store.put(
        table,
        again.flatMap(({ error: { _tag, message }, item: { intent } }) => {
          const row = rows.get(intent.id)
          return row !== undefined && isOurs(row, intent) ? [{ ...row, error: Option.some({ _tag, message }) }] : []
        })
      )
    })
  )

/** Marks them done. */
export const confirm = <Order, E extends Failure>(
  work: Work<Order, E>,
  items: ReadonlyArray<Item<Order>>,
  receipt: Receipt
): Effect.Effect<void, StoreError> =>
  record(
    work,
    items.map((item) => ({ _tag: "Done", item, receipt }))
  )
