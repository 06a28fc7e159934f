import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as Driver from "../../src/Driver.js"
import * as Money from "../../src/Money.js"

type Effects = "launch" | "expire" | "approve" | "reject" | "bonus" | "block"

/** All of a driver but its outward effects, for a crowd that takes anyone, costs nothing and has nothing to tell. */
export const make = (provider: string): Omit<Driver.Options, Effects> => ({
  provider,
  mode: "test",
  timeout: Duration.seconds(30),
  fee: ({ amount }) => Money.zero(amount.currency),
  registration: Driver.registration({
    provider,
    args: Schema.Struct({}),
    check: () => Effect.void,
    isRegistered: () => Effect.succeed(true)
  }),
  arrivals: Driver.arrivals({
    provider,
    schema: Schema.Struct({ worker: Schema.String }),
    arrival: ({ worker }) => ({ workerName: worker, offer: Option.none(), remoteAgent: Option.none() })
  }),
  setup: () => Effect.succeed(null),
  observe: () => Stream.empty
})
