/** The command serve: the pages of all runs, which go on by themselves. */
import * as Command from "@effect/cli/Command"
import * as Effect from "effect/Effect"
import * as conducting from "../conducting.js"
import * as providers from "../providers.js"
import { print } from "../Screen.js"
import * as Session from "../Session.js"
import * as serving from "../serving.js"
import { servable } from "../stopping.js"

const serveFor = (settings: serving.Settings) =>
  Effect.scoped(
    Effect.gen(function* () {
      const { json } = yield* Session.Session
      const pages = yield* Effect.promise(() => import("../pages.js"))
      const { console, description, workers } = yield* pages.open(settings)
      yield* print(json ? JSON.stringify({ workers, console }) : description)
      return yield* conducting.everyRun()
    })
  )

export const serve = Command.make("serve", { ...serving.options, ...Session.options }, (given) =>
  Session.withSession(
    given,
    Session.overStore(
      "make",
      Effect.flatMap(serving.settle(given), (settings) =>
        Session.overCrowd(servable("serve", serveFor(settings)), settings.people)
      )
    ),
    providers.local
  )
).pipe(Command.withDescription("Serve the pages of all runs, and let them go on by themselves, until Ctrl-C"))
