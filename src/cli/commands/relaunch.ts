/** The command that launches again what brought no answer. */
import * as Args from "@effect/cli/Args"
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Crowd from "../../Crowd.js"
import type { AgentId } from "../../Ids.js"
import * as Money from "../../Money.js"
import { type RelaunchOptions, TaskRuns } from "../../TaskRuns.js"
import { agentOption } from "../agentOrWorker.js"
import * as drafts from "../drafts.js"
import * as format from "../format.js"
import { globalOptions } from "../globalOptions.js"
import { runArg, runOrNewest } from "../runArgument.js"
import { say } from "../Screen.js"
import * as Session from "../Session.js"
import { stoppable } from "../stopping.js"
import * as summary from "../summary.js"

const expired = Options.boolean("expired").pipe(Options.withDescription("Only what ran out or was taken back"))

const rejected = Options.boolean("rejected").pipe(Options.withDescription("Only what was rejected"))

const agent = agentOption.pipe(Options.optional)

/** `3 rows lack an answer: 5 units, at most 0.25 USD of 100.00 USD`. */
const planLine = ({ available, rows, total, units }: Crowd.RelaunchPlan): string => {
  const balance = Option.match(available, { onNone: () => "", onSome: (money) => ` of ${Money.format(money)}` })
  return `${summary.lackingInWords(rows)}: ${format.count(units, "unit")} to launch, at most ${Money.format(total)}${balance}`
}

interface Narrowed {
  readonly agent: Option.Option<AgentId>
  readonly expired: boolean
  readonly rejected: boolean
}

const optionsOf = ({ agent, expired, rejected }: Narrowed): RelaunchOptions => ({
  agent: Option.getOrUndefined(agent),
  only:
    expired || rejected
      ? [...(expired ? (["expired"] as const) : []), ...(rejected ? (["rejected"] as const) : [])]
      : undefined
})

export const relaunch = Command.make(
  "relaunch",
  { run: Args.optional(runArg), expired, rejected, agent, ...globalOptions },
  (given) =>
    Session.withCrowd(
      given,
      Effect.gen(function* () {
        const { id } = yield* runOrNewest(given.run)
        const options = optionsOf(given)
        const relaunched = Effect.gen(function* () {
          yield* say(planLine(yield* Crowd.relaunchPlan(id, options)))
          const { rows, units } = yield* Crowd.relaunch(id, options)
          const relaunched = yield* (yield* TaskRuns).summary(id)
          const drafted = yield* drafts.ofRun(relaunched, `relaunch ${id}`)
          yield* summary.show(relaunched, { relaunched: { rows, units }, drafted })
        })
        yield* stoppable(`relaunch ${id}`, "sends what was not sent yet, and nothing twice.", relaunched)
      })
    )
).pipe(
  Command.withDescription("Launch rows that lack accepted answers again, in new units with a lifetime of their own")
)
