/** The command serve: the pages of all runs, which go on by themselves. */
import * as Command from "@effect/cli/Command"
import * as Effect from "effect/Effect"
import { conductEveryRun } from "../conductEveryRun.js"
import { Extras } from "../Extras.js"
import { globalOptions } from "../globalOptions.js"
import * as providers from "../providers.js"
import { print } from "../Screen.js"
import * as Session from "../Session.js"
import * as serverSettings from "../serverSettings.js"
import { servable } from "../stopping.js"

const serveFor = (settings: serverSettings.Settings) =>
  Effect.scoped(
    Effect.gen(function* () {
      const { json } = yield* Session.Session
      const pages = yield* Effect.promise(() => import("../pages.js"))
      const { console, description, workers } = yield* pages.open(settings, yield* Extras)
      yield* print(json ? JSON.stringify({ workers, console }) : description)
      return yield* conductEveryRun()
    })
  )

export const serve = Command.make("serve", { ...serverSettings.options, ...globalOptions }, (given) =>
  Session.withSession(
    given,
    Session.overStore(
      "make",
      Effect.flatMap(serverSettings.settle(given), (settings) =>
        Session.overCrowd(servable("serve", serveFor(settings)), settings)
      )
    ),
    providers.local
  )
).pipe(Command.withDescription("Serve the pages of all runs, and let them go on by themselves, until Ctrl-C"))
