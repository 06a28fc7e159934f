/** The command serve: the pages of all runs, which go on by themselves. */
import * as Command from "@effect/cli/Command"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as cluster from "../cluster.js"
import { Extras } from "../Extras.js"
import { globalOptions } from "../globalOptions.js"
import * as providers from "../providers.js"
import { print } from "../Screen.js"
import * as Session from "../Session.js"
import * as serverSettings from "../serverSettings.js"
import { servable } from "../stopping.js"

const serveFor = (settings: serverSettings.Settings, given: cluster.Given) =>
  Effect.scoped(
    Effect.gen(function* () {
      const { json } = yield* Session.Session
      const pages = yield* Effect.promise(() => import("../pages.js"))
      const owners = yield* cluster.join(given)
      const { console, description, workers } = yield* cluster.within(owners, pages.open(settings, yield* Extras))
      const member = Option.map(owners, ({ address }) => address)
      yield* print(
        json
          ? JSON.stringify({ workers, console, cluster: Option.getOrUndefined(member) })
          : [description, ...cluster.describe(owners)].join("\n")
      )
      return yield* cluster.conductRuns(owners)
    })
  )

export const serve = Command.make(
  "serve",
  { ...serverSettings.options, ...cluster.options, ...globalOptions },
  (given) =>
    Session.withSession(
      given,
      Session.overStore(
        "make",
        Effect.flatMap(serverSettings.settle(given), (settings) =>
          Session.overCrowd(servable("serve", serveFor(settings, given)), settings)
        )
      ),
      providers.local
    )
).pipe(Command.withDescription("Serve the pages of all runs, and let them go on by themselves, until Ctrl-C"))
