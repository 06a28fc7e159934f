/** Puts the driver together. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Driver from "../Driver.js"
import * as Money from "../Money.js"
import { register } from "./account.js"
import * as arrivals from "./arrivals.js"
import { bonus } from "./bonuses.js"
import { cleanup } from "./cleanup.js"
import { draft, estimate } from "./cost.js"
import type { Crowd } from "./crowd.js"
import { failure, provider } from "./errors.js"
import { exit } from "./exits.js"
import { expire } from "./expire.js"
import { enforces } from "./filters.js"
import { block, isBlocked, unblock } from "./groups.js"
import type { Hooks } from "./hooks.js"
import { launch } from "./launch.js"
import { agentStatus, observe } from "./observe.js"
import { fee } from "./rates.js"
import { approve, feedback, reject } from "./reviews.js"
import { setup } from "./study.js"

/** What pays real money is done only where that was asked for. */
const paying = <Order, E>({ live }: Crowd, outward: Driver.Outward<Order, E>): Driver.Outward<Order, E> => {
  const send = () => failure("Rejected", "pay", "this pays real money, which was not asked for: say `live`")
  return live ? outward : { ...outward, prepare: undefined, send }
}

export const make = (crowd: Crowd, hooks: Option.Option<Hooks>): Effect.Effect<Driver.Driver> =>
  Effect.map(arrivals.make(crowd), (arrivals) =>
    Driver.make({
      provider,
      title: "Prolific",
      mode: crowd.live ? "live" : "test",
      timeout: crowd.timeout,
      currencies: [Money.USD, Money.Currency.make("GBP")],
      offers: { holds: "run", rejected: "offered" },
      fee,
      estimate: estimate(crowd),
      draft: draft(crowd),
      enforces,
      feedback,
      registration: register(crowd.client),
      arrivals,
      exit: exit(crowd),
      returns: true,
      setup: setup(crowd),
      cleanup: cleanup(crowd),
      observe: observe(crowd),
      news: Option.getOrUndefined(Option.map(hooks, ({ news }) => news)),
      agentStatus: agentStatus(crowd),
      launch: launch(crowd),
      expire: expire(crowd),
      approve: paying(crowd, approve(crowd)),
      reject: reject(crowd),
      bonus: paying(crowd, bonus(crowd)),
      block: block(crowd),
      unblock: unblock(crowd),
      isBlocked: isBlocked(crowd)
    })
  )
