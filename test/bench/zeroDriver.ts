import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as Driver from "../../src/Driver.js"
import { Money, Provider } from "../../src/index.js"

const instant = <Order>(): Driver.Outward<Order, never> => ({
  pageSize: 100,
  concurrency: 4,
  repeatableFor: Duration.infinity,
  lookUp: Option.none(),
  send: (orders) => Effect.succeed(orders.map(({ token }) => Either.right(Driver.receipt({ remoteId: token }))))
})

/** A crowd that does everything at once, so that what is measured is ours. */
const driver: Driver.Driver = {
  provider: "zero",
  mode: "test",
  timeout: Duration.seconds(30),
  fee: ({ amount }) => Money.zero(amount.currency),
  registration: Driver.registration({
    provider: "zero",
    args: Schema.Struct({}),
    check: () => Effect.void,
    isRegistered: () => Effect.succeed(true)
  }),
  arrivals: Driver.arrivals({
    provider: "zero",
    schema: Schema.Struct({ worker: Schema.String }),
    arrival: ({ worker }) => ({ workerName: worker, remoteUnit: Option.none(), remoteAgent: Option.none() })
  }),
  setup: () => Effect.succeed(null),
  cleanup: () => Effect.void,
  observe: () => Stream.empty,
  unitStatus: () => Effect.succeedNone,
  agentStatus: () => Effect.succeedNone,
  markDone: () => Effect.void,
  launch: instant(),
  expire: instant(),
  approve: instant(),
  reject: instant(),
  bonus: instant(),
  block: instant(),
  unblock: instant()
}

export const layer = Provider.layer(driver, Layer.empty)
