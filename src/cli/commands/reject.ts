/** The command reject: submissions that are not paid. */
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { Agents } from "../../Agents.js"
import * as decisions from "../decisions.js"
import { globalOptions } from "../globalOptions.js"
import { runArg } from "../runArgument.js"
import * as Session from "../Session.js"

const category = Options.text("category").pipe(
  Options.withPseudoName("NAME"),
  Options.withDescription("Why, in a word; some crowds want one of their own"),
  Options.optional
)

export const reject = Command.make(
  "reject",
  {
    run: runArg,
    ...decisions.submissions,
    feedback: decisions.feedback.pipe(Options.withDescription("Why; shown to the worker")),
    category,
    ...globalOptions
  },
  (given) =>
    Session.withCrowd(
      given,
      Effect.gen(function* () {
        const whose = yield* decisions.whoseWork(given, "reject")
        const agents = yield* Agents
        const rejected = yield* decisions.decide(given.run, whose, (id) =>
          agents.reject(id, given.feedback, { category: Option.getOrUndefined(given.category) })
        )
        yield* decisions.tell(given.run, "rejected", rejected)
      })
    )
).pipe(Command.withDescription("Refuse to pay for a submission, or for all of a worker"))
