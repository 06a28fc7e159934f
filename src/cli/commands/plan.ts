/** The command plan: what a batch would cost. */
import * as Command from "@effect/cli/Command"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Crowd from "../../Crowd.js"
import * as Money from "../../Money.js"
import { batchArg, checked, where } from "../batchArgument.js"
import * as format from "../format.js"
import { globalOptions } from "../globalOptions.js"
import * as Session from "../Session.js"
import * as summary from "../summary.js"
import * as warnings from "../warnings.js"

const encodePlan = Schema.encodeSync(Crowd.Plan)

const planText = (plan: Crowd.Plan): string => {
  const rows: ReadonlyArray<readonly [string, string]> = [
    ["assignments", format.number(plan.assignments)],
    ["units", format.number(plan.units)],
    ["", ""],
    ["reward", `${Money.format(plan.reward)} a unit`],
    ["fee", `${Money.format(plan.fee)} a unit`],
    ["rewards", Money.format(plan.rewards)],
    ["fees", Money.format(plan.fees)],
    ["total", Money.format(plan.total)],
    ...Option.match(plan.available, {
      onNone: () => [],
      onSome: (money) => [["balance", Money.format(money)] as const]
    })
  ]
  const isShort = Option.exists(plan.available, ({ minor }) => minor < plan.total.minor)
  const title = `${format.plain(plan.name)}  ${plan.provider}, ${plan.mode}`
  const end = isShort ? "The balance does not pay for all of it. Nothing was sent." : "Nothing was sent."
  return [title, "", format.table(rows, 11), "", ...warnings.lines(plan), end].join("\n")
}

export const plan = Command.make(
  "plan",
  { batch: batchArg, strict: warnings.strict, ...where, ...globalOptions },
  (given) =>
    Session.withBatch(given, (read) =>
      Effect.gen(function* () {
        const batch = yield* checked(read, given)
        const { provider } = yield* Session.Session
        const planned = Effect.flatMap(provider.requester, ({ id }) => Crowd.plan(batch, id))
        const plan = yield* Session.overDatabase("pretend", planned)
        yield* summary.answer(encodePlan(plan), () => planText(plan))
      })
    )
).pipe(Command.withDescription("What a batch would cost; sends nothing"))
