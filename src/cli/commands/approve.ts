/** The command approve: one submission, a worker's, or all. */
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { Agents } from "../../Agents.js"
import type { AgentId, RunId } from "../../Ids.js"
import { TaskRuns } from "../../TaskRuns.js"
import { type Named, type Whose, whose } from "../agentOrWorker.js"
import * as decisions from "../decisions.js"
import * as drafts from "../drafts.js"
import { UsageError } from "../failure.js"
import { globalOptions } from "../globalOptions.js"
import * as Progress from "../Progress.js"
import { runArg } from "../runArgument.js"
import * as Session from "../Session.js"

const approveAll = (run: RunId) =>
  Effect.gen(function* () {
    const agents = yield* Agents
    const { units } = yield* (yield* TaskRuns).summary(run)
    const progress = yield* Progress.make("approving", { total: units.completed, done: 0 })
    return yield* agents.approveAll(run).pipe(
      Stream.runFoldEffect(0, (sum, page) => Effect.as(progress.at(sum + page.length), sum + page.length)),
      Effect.map((done): decisions.Counts => ({ done, repeated: 0 })),
      Effect.ensuring(progress.clear)
    )
  })

const all = Options.boolean("all").pipe(Options.withDescription("Everything that is submitted and not decided"))

const override = Options.boolean("override-rejection").pipe(
  Options.withDescription("Approve work that was rejected before; with --agent")
)

const approveUsage =
  "Say what to approve: --agent ID for one submission, or --all for every one, or --worker NAME for all of one worker."

/** None where everybody's is. */
const whoseOrAll = (given: Named & { readonly all: boolean }): Effect.Effect<Option.Option<Whose>, UsageError> => {
  if (!given.all) return Effect.asSome(whose(given, approveUsage))
  return Option.isNone(given.agent) && Option.isNone(given.worker)
    ? Effect.succeedNone
    : new UsageError({ message: approveUsage })
}

export const approve = Command.make(
  "approve",
  { run: runArg, ...decisions.submissions, all, feedback: decisions.maybeFeedback, override, ...globalOptions },
  (given) =>
    Session.withCrowd(
      given,
      Effect.gen(function* () {
        const { all, override, run } = given
        const feedback = Option.getOrUndefined(given.feedback)
        const whose = yield* whoseOrAll(given)
        if (all && feedback !== undefined) {
          return yield* new UsageError({ message: "--feedback does not go with --all." })
        }
        if (override && Option.isNone(given.agent)) {
          return yield* new UsageError({ message: "--override-rejection goes with --agent only." })
        }
        yield* drafts.checkPayingAsked
        const agents = yield* Agents
        const approveOne = (id: AgentId) => agents.approve(id, { feedback, overrideRejection: override })
        const approved = yield* Option.match(whose, {
          onNone: () => approveAll(run),
          onSome: (whose) => decisions.decide(run, whose, approveOne)
        })
        yield* decisions.tell(run, "approved", approved)
      })
    )
).pipe(Command.withDescription("Pay for what was submitted"))
