/** The command free-name: gives back a name of Local. */
import * as Args from "@effect/cli/Args"
import * as Command from "@effect/cli/Command"
import * as Effect from "effect/Effect"
import * as Local from "../../Local.js"
import { globalOptions } from "../globalOptions.js"
import * as providers from "../providers.js"
import * as Session from "../Session.js"
import * as summary from "../summary.js"

const name = Args.text({ name: "name" }).pipe(Args.withDescription("The name a worker of Local chose"))

export const freeName = Command.make("free-name", { name, ...globalOptions }, (given) =>
  Session.withSession(
    given,
    Session.overStore(
      "miss",
      Effect.gen(function* () {
        const freed = yield* (yield* Local.Local).release(given.name)
        yield* summary.answer(
          { name: freed },
          () => `${freed} is free: whoever chooses the name next goes on as this worker.`
        )
      }).pipe(Effect.provide(Local.layer()))
    ),
    providers.local
  )
).pipe(Command.withDescription("Give back a name that a worker of Local chose and lost the cookie of"))
