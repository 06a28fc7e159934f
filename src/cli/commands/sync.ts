/** The command sync: the records of a run, in step with the crowd's. */
import * as Command from "@effect/cli/Command"
import * as Effect from "effect/Effect"
import { Units } from "../../Units.js"
import * as format from "../format.js"
import { globalOptions } from "../globalOptions.js"
import { runArg } from "../runArgument.js"
import * as Session from "../Session.js"
import * as summary from "../summary.js"

export const sync = Command.make("sync", { run: runArg, ...globalOptions }, (given) =>
  Session.withCrowd(
    given,
    Effect.gen(function* () {
      const changed = yield* (yield* Units).sync(given.run)
      yield* summary.answer(
        { run: given.run, changed },
        () => `${given.run} is in step with the crowd; ${format.count(changed, "record")} changed.`
      )
    })
  )
).pipe(Command.withDescription("Bring the records of a run in step with the crowd's"))
