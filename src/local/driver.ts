/** The driver of a crowd that is wholly in our own Store: there is nobody to call. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as Driver from "../Driver.js"
import * as Money from "../Money.js"

export const ProviderData = Schema.Struct({ worker: Schema.NonEmptyTrimmedString })

const provider = "local"

/** All there is of an effect is in our own Store, so each is `settled`. */
export const driver = Driver.make({
  provider,
  mode: "live",
  timeout: Duration.seconds(5),
  fee: ({ amount }) => Money.zero(amount.currency),
  registration: Driver.registration({
    provider,
    args: Schema.Struct({}),
    check: () => Effect.void,
    isRegistered: () => Effect.succeed(true)
  }),
  arrivals: Driver.arrivals({
    provider,
    schema: ProviderData,
    arrival: ({ worker }) => ({ workerName: worker, offer: Option.none(), remoteAgent: Option.none() })
  }),
  setup: () => Effect.succeed(null),
  observe: () => Stream.empty,
  news: Stream.never,
  ...Driver.allSettled
})
