/**
 * What is asked of a crowd outside: the options of all commands that only one crowd has a use for, a record for each.
 */
import type * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { fromConfig, text } from "./environment.js"
import type { UsageError } from "./failure.js"

export const options = {
  questionUrl: Options.text("question-url").pipe(
    Options.withPseudoName("URL"),
    Options.withDescription(
      "mturk: the https address of your own page that serves the tasks (or CROWD_QUESTION_URL); by default each page is sent along"
    ),
    Options.optional
  ),
  fees: Options.choice("fees", ["amazon", "none"]).pipe(
    Options.withDescription("mturk: what the service takes on top of each payment (or CROWD_FEES); amazon by default"),
    Options.optional
  ),
  workspace: Options.text("workspace").pipe(
    Options.withPseudoName("NAME"),
    Options.withDescription(
      "prolific: the workspace that pays, by name or id (or PROLIFIC_WORKSPACE); by default the only one there is"
    ),
    Options.optional
  ),
  project: Options.text("project").pipe(
    Options.withPseudoName("NAME"),
    Options.withDescription(
      "prolific: the project that studies are in, by name or id (or PROLIFIC_PROJECT); by default the only one there is"
    ),
    Options.optional
  )
}

export type Given = Command.Command.ParseConfig<typeof options>

/** What was said later counts. */
export const merge = (before: Given, after: Given): Given => ({
  questionUrl: Option.orElse(after.questionUrl, () => before.questionUrl),
  fees: Option.orElse(after.fees, () => before.fees),
  workspace: Option.orElse(after.workspace, () => before.workspace),
  project: Option.orElse(after.project, () => before.project)
})

export interface Terms {
  /** Real money. */
  readonly live: boolean
  readonly mturk: {
    /** Where your own page serves the tasks; without one, the crowd is sent each page. */
    readonly questionUrl: Option.Option<string>
    /** What the crowd takes on top of a payment. */
    readonly fees: "amazon" | "none"
  }
  /** Which of what the token may use; the crowd itself reads the variables of these. */
  readonly prolific: {
    readonly workspace: Option.Option<string>
    readonly project: Option.Option<string>
  }
}

const variables = Config.all({
  questionUrl: text("CROWD_QUESTION_URL"),
  fees: Config.literal("amazon", "none")("CROWD_FEES").pipe(Config.withDefault("amazon" as const))
})

/** With variables where there is no option. */
export const settle = (given: Given): Effect.Effect<Omit<Terms, "live">, UsageError> =>
  Effect.map(fromConfig(variables), (standIn) => ({
    mturk: {
      questionUrl: Option.orElse(given.questionUrl, () => standIn.questionUrl),
      fees: Option.getOrElse(given.fees, () => standIn.fees)
    },
    prolific: { workspace: given.workspace, project: given.project }
  }))
