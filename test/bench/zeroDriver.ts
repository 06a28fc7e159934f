import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Driver from "../../src/Driver.js"
import { Provider } from "../../src/index.js"
import * as QuietCrowd from "../support/quietCrowd.js"

const instant = <Order>(): Driver.Outward<Order, never> => ({
  pageSize: 100,
  concurrency: 4,
  repeatableFor: Duration.infinity,
  lookUp: Option.none(),
  send: (orders) => Effect.succeed(orders.map(({ token }) => Either.right(Driver.receipt({ remoteId: token }))))
})

/** A crowd that does everything at once, so that what is measured is ours. */
const driver = Driver.make({
  ...QuietCrowd.make("zero"),
  launch: instant(),
  expire: instant(),
  approve: instant(),
  reject: instant(),
  bonus: instant(),
  block: instant(),
  unblock: instant()
})

export const layer = Provider.layer({ driver })
