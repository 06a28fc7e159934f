/** The command block: keeps a worker from all your work. */
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as Effect from "effect/Effect"
import { type Worker, Workers } from "../../Workers.js"
import * as format from "../format.js"
import { globalOptions } from "../globalOptions.js"
import * as Session from "../Session.js"
import * as summary from "../summary.js"
import { find, workerArg } from "../workerArgument.js"

const reason = Options.text("reason").pipe(
  Options.withPseudoName("TEXT"),
  Options.withDescription("Why; some crowds show it to the worker"),
  Options.withDefault("blocked by the requester")
)

/** Tells whether the worker is blocked now. */
export const tell = (worker: Worker, blocked: boolean) =>
  summary.answer({ worker: worker.id, name: worker.name, blocked }, () => {
    const name = format.plain(worker.name)
    return blocked ? `${name} is blocked and gets no more work from you.` : `${name} may work for you again.`
  })

export const block = Command.make("block", { worker: workerArg, reason, ...globalOptions }, (given) =>
  Session.withCrowdOf(
    given,
    Effect.gen(function* () {
      const requester = yield* (yield* Session.Session).provider.requester
      const found = yield* find(given.worker)
      yield* (yield* Workers).block(found.id, { requester: requester.id }, given.reason)
      yield* tell(found, true)
    })
  )
).pipe(Command.withDescription("Keep a worker from all your work"))
