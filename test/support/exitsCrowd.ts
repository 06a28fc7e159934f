/** A crowd in this process that sends people by a link, and to which they go on: what it confirms, says and answers. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type { Exit } from "../../src/Agents.js"
import { InvalidProviderData, ProviderError } from "../../src/CrowdError.js"
import * as Driver from "../../src/Driver.js"
import * as Provider from "../../src/Provider.js"
import * as QuietCrowd from "./quietCrowd.js"

/** Its people come as the Mock's do, so that the Mock's shim says who they are. */
const provider = "mock"

const Data = Schema.Struct({ worker: Schema.String, agent: Schema.String })

/** What a test changes of it. */
export interface Says {
  /** Whoever is not confirmed comes by a link that it does not stand by. */
  readonly strangers: Set<string>
  /** Does not answer. */
  isDown: boolean
  /** Whom it does not send here again. */
  readonly seen: Array<Driver.Observation>
  readonly exits: Map<Driver.Outcome, Exit>
  /** Everybody whom it was asked to confirm, by the name of their visit. */
  readonly confirmed: Array<string>
}

const unreachable = (method: string) =>
  new ProviderError({ reason: "Malformed", provider, method, description: "the crowd is down" })

const driverOf = (says: Says, feedback: Driver.FeedbackRules | undefined): Driver.Driver =>
  Driver.make({
    ...QuietCrowd.make(provider),
    title: "Acme",
    returns: true,
    offers: { holds: "run" },
    feedback,
    arrivals: Driver.arrivals({
      provider,
      schema: Data,
      arrival: ({ agent, worker }) => ({
        workerName: worker,
        offer: Option.none(),
        remoteAgent: Option.some(agent)
      }),
      confirm: (_, __, { agent }) =>
        Effect.suspend((): Effect.Effect<void, InvalidProviderData | ProviderError> => {
          says.confirmed.push(agent)
          if (says.isDown) return unreachable("arrivals")
          return says.strangers.has(agent)
            ? new InvalidProviderData({ provider, description: "there is no such visit" })
            : Effect.void
        })
    }),
    exit: ({ outcome }) =>
      Effect.suspend(() =>
        says.isDown ? unreachable("exit") : Effect.succeed(Option.fromNullable(says.exits.get(outcome)))
      ),
    observe: () => Stream.suspend(() => Stream.fromIterable([...says.seen])),
    ...Driver.allSettled
  })

/** One crowd, and what it says from now on. */
export const make = ({ feedback }: { readonly feedback?: Driver.FeedbackRules } = {}) => {
  const says: Says = { strangers: new Set(), isDown: false, seen: [], exits: new Map(), confirmed: [] }
  return { says, layer: Provider.layer({ driver: driverOf(says, feedback) }) }
}
