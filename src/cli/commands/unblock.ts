/** The command unblock: lets a blocked worker work for you again. */
import * as Command from "@effect/cli/Command"
import * as Effect from "effect/Effect"
import { Workers } from "../../Workers.js"
import { globalOptions } from "../globalOptions.js"
import * as Session from "../Session.js"
import { find, workerArg } from "../workerArgument.js"
import { tell } from "./block.js"

export const unblock = Command.make("unblock", { worker: workerArg, ...globalOptions }, (given) =>
  Session.withCrowdOf(
    given,
    Effect.gen(function* () {
      const requester = yield* (yield* Session.Session).provider.requester
      const found = yield* find(given.worker)
      yield* (yield* Workers).unblock(found.id, { requester: requester.id })
      yield* tell(found, false)
    })
  )
).pipe(Command.withDescription("Let a blocked worker work for you again"))
