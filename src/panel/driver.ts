/** Puts the driver together. There is nobody to call: what is decided here is told to the panel by a file. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as Driver from "../Driver.js"
import * as Money from "../Money.js"
import type { PanelSettings } from "../PanelSettings.js"
import * as arrivals from "./arrivals.js"
import * as codes from "./codes.js"
import { codeOf, exit, outcomeOf } from "./exits.js"
import type { Service } from "./options.js"
import { type Panel, provider, secretOf, settingsOf, setup } from "./panel.js"

export const make = (panel: Panel, title: string | undefined): Driver.Driver =>
  Driver.make({
    provider,
    title,
    mode: "live",
    timeout: Duration.seconds(5),
    offers: { holds: "run" },
    oneVisit: true,
    fee: ({ amount }) => Money.zero(amount.currency),
    registration: Driver.registration({
      provider,
      args: Schema.Struct({}),
      check: () => Effect.void,
      isRegistered: () => Effect.succeed(true)
    }),
    arrivals: arrivals.make(panel),
    outcomeOf: outcomeOf(panel),
    exit: (leaving) => exit(panel, leaving),
    setup: (run) => setup(panel, run),
    observe: () => Stream.empty,
    news: Stream.never,
    ...Driver.allSettled
  })

/** What stands behind the address; whoever gives it to the panel puts its own placeholder for each `…`. */
const queryOf = ({ id, keep, link, proof, session, study }: PanelSettings): string =>
  link ??
  [id, session, study, ...keep, proof?.parameter].flatMap((name) => (name === undefined ? [] : [`${name}=…`])).join("&")

export const service = (panel: Panel): Service => ({
  settings: (run) => settingsOf(panel, run),
  link: (run, pages) =>
    Option.map(settingsOf(panel, run), (settings) => {
      const query = queryOf(settings)
      return `${pages.replace(/\/+$/, "")}/task/${run.id}${query === "" ? "" : `?${query}`}`
    }),
  code: (run, agent, outcome) => codeOf(panel, { run, agent: Option.some(agent), arrival: Option.none(), outcome }),
  verify: (run, code) => Effect.map(secretOf(panel, "verify"), (secret) => codes.verify(secret, run, code))
})
