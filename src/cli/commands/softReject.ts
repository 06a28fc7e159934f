/** The command soft-reject: submissions that are paid, and kept out of the results. */
import * as Command from "@effect/cli/Command"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { Agents } from "../../Agents.js"
import * as decisions from "../decisions.js"
import * as drafts from "../drafts.js"
import { globalOptions } from "../globalOptions.js"
import { runArg } from "../runArgument.js"
import * as Session from "../Session.js"

export const softReject = Command.make(
  "soft-reject",
  { run: runArg, ...decisions.submissions, feedback: decisions.maybeFeedback, ...globalOptions },
  (given) =>
    Session.withCrowd(
      given,
      Effect.gen(function* () {
        const whose = yield* decisions.whoseWork(given, "soft-reject")
        yield* drafts.checkPayingAsked
        const agents = yield* Agents
        const feedback = Option.getOrUndefined(given.feedback)
        const kept = yield* decisions.decide(given.run, whose, (id) => agents.softReject(id, feedback))
        yield* decisions.tell(given.run, "softRejected", kept)
      })
    )
).pipe(Command.withDescription("Pay for a submission, or for all of a worker, but keep it out of the results"))
