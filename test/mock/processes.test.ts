/** The Mock's account where several processes pay from it. */
import { expect, it } from "@effect/vitest"
import * as Array from "effect/Array"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { InsufficientFunds } from "../../src/CrowdError.js"
import { Token } from "../../src/Ids.js"
import * as Money from "../../src/Money.js"
import * as ledger from "../../src/mock/ledger.js"
import * as Store from "../../src/Store.js"
import * as postgres from "../support/postgres.js"
import { storeAt } from "../support/postgresStore.js"

const opening = Money.make(1_000)
const price = Money.make(5)

const charge = {
  of: () => price,
  unpaid: (needed: Money.Money, available: Money.Money) => new InsufficientFunds({ needed, available })
}

const sent = (n: number) => [{ order: n, token: Token.make(`token_${n}`), prepared: Option.none() }]

it.scopedLive("nothing is lost of what several processes pay at once, be it the first that is paid", () =>
  Effect.gen(function* () {
    const url = yield* postgres.url
    const process = Effect.map(Layer.build(Layer.fresh(storeAt(url, 2))), (context) =>
      ledger.make(Context.get(context, Store.Store), opening)
    )
    const first = yield* process
    const all = [first, ...(yield* Effect.replicateEffect(process, 5))]
    yield* Effect.forEach(all, ({ perform }, n) => perform("bonus", sent(n), String, charge), {
      concurrency: "unbounded"
    })
    expect(yield* first.balance).toEqual(Money.make(opening.minor - all.length * price.minor))
    const again = Array.map(all, ({ perform }) => perform("bonus", sent(9), String, charge))
    yield* Effect.all(again, { concurrency: "unbounded" })
    expect(yield* first.balance).toEqual(Money.make(opening.minor - (all.length + 1) * price.minor))
  })
)
