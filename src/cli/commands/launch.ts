/** The command launch: a batch goes to its crowd, and nobody waits for it. */
import * as Command from "@effect/cli/Command"
import * as HelpDoc from "@effect/cli/HelpDoc"
import * as Options from "@effect/cli/Options"
import * as ValidationError from "@effect/cli/ValidationError"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { batchArg, checked, where } from "../batchArgument.js"
import * as drafts from "../drafts.js"
import { globalOptions } from "../globalOptions.js"
import * as launching from "../launching.js"
import * as pageAddresses from "../pageAddresses.js"
import * as Session from "../Session.js"
import * as warnings from "../warnings.js"

const limit = Options.integer("limit").pipe(
  Options.withPseudoName("N"),
  Options.withDescription(
    "Launch at most N units now, not N rows: one unit of each row first, then the next of each; row by row on mturk"
  ),
  Options.mapEffect((n) =>
    n > 0 ? Effect.succeed(n) : Effect.fail(ValidationError.invalidValue(HelpDoc.p(`--limit ${n} is not 1 or more`)))
  ),
  Options.optional
)

export const launch = Command.make(
  "launch",
  { batch: batchArg, limit, new: launching.fresh, strict: warnings.strict, ...where, ...globalOptions },
  (given) =>
    Session.withBatch(given, (read) =>
      Effect.gen(function* () {
        const batch = yield* checked(read, given)
        const url = yield* pageAddresses.urlOf(given)
        const words = drafts.words("launch", given.batch, url)
        const launched = launching.launchAndShow(batch, {
          fresh: given.new,
          limit: Option.getOrUndefined(given.limit),
          url,
          words
        })
        yield* Session.overDatabase("make", launching.stoppableBatch(words, launched), { url })
      })
    )
).pipe(Command.withDescription("Launch a batch; again to continue where it stopped"))
