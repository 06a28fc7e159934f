/** The commands panel …: what can be asked of a panel's codes. */
import * as Args from "@effect/cli/Args"
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as ValidationError from "@effect/cli/ValidationError"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { Agents } from "../../Agents.js"
import type { RunId } from "../../Ids.js"
import * as Panel from "../../Panel.js"
import * as codes from "../../panel/codes.js"
import { TaskRuns } from "../../TaskRuns.js"
import { NoCode, UsageError } from "../failure.js"
import * as format from "../format.js"
import { globalOptions } from "../globalOptions.js"
import { decodeRun } from "../ids.js"
import * as panels from "../panel.js"
import * as providers from "../providers.js"
import { newestRun } from "../runArgument.js"
import * as Session from "../Session.js"
import * as summary from "../summary.js"

const code = Args.text({ name: "code" }).pipe(
  Args.withDescription("What somebody handed in: in any case, O for 0 and I for 1, with hyphens, blanks or neither"),
  Args.atLeast(1),
  Args.map((parts) => parts.join(" "))
)

const run = Options.text("run").pipe(
  Options.withPseudoName("RUN"),
  Options.withDescription("The run that it has to be of; the newest on a panel by default"),
  Options.mapEffect((text) => Effect.mapError(decodeRun(text), ValidationError.invalidValue)),
  Options.optional
)

/** What the database says beside, if it is there: the secret alone tells whether it is a code, and what of. */
const known = <A, E, R>(look: Effect.Effect<Option.Option<A>, E, R>) =>
  Effect.map(Effect.option(Session.overDatabase("pretend", look)), Option.flatten)

/** Whose code begins so. */
const whose = (run: RunId, { agent: beginning, outcome }: Panel.Verified) =>
  Effect.gen(function* () {
    const panel = yield* panels.ofCrowd
    const found = yield* (yield* TaskRuns).get(run)
    const has = (code: Option.Option<string>) => Option.exists(code, (code) => code.startsWith(beginning))
    return yield* (yield* Agents).list(run).pipe(
      Stream.filterEffect((agent) => Effect.map(panel.code(found, agent, outcome), has)),
      Stream.runHead
    )
  })

/** Another run that it is a code of. */
const elsewhere = (code: string) =>
  Effect.gen(function* () {
    const panel = yield* panels.ofCrowd
    return yield* (yield* TaskRuns).list.pipe(
      Stream.map(({ id }) => id),
      Stream.filterEffect((id) => Effect.map(panel.verify(id, code), Option.isSome)),
      Stream.runHead
    )
  })

/** Fails with what is wrong with it. */
const refuse = (run: RunId, typed: string) =>
  Effect.gen(function* () {
    const code = format.plain(typed)
    const fault = codes.formFault(typed)
    if (fault !== undefined) return yield* new NoCode({ code, run, description: fault })
    const description = Option.match(yield* known(elsewhere(typed)), {
      onNone: () => "it is mistyped, of another run, or was made with another PANEL_SECRET",
      onSome: (other) => `it is one of ${other}`
    })
    return yield* new NoCode({ code, run, description })
  })

const checkProvider = Effect.flatMap(Session.Session, ({ provider }) =>
  provider === providers.panel
    ? Effect.void
    : new UsageError({ message: `${provider.name} gives out no such codes. Leave --provider out.` })
)

const verify = Command.make("verify", { run, code, ...globalOptions }, (given) =>
  Session.withSession(
    given,
    Effect.gen(function* () {
      yield* checkProvider
      const secret = yield* panels.secret
      const run = Option.isSome(given.run) ? given.run.value : (yield* Session.overDatabase("miss", newestRun)).id
      const verified = Option.getOrUndefined(Panel.verify({ secret, run, code: given.code }))
      if (verified === undefined) return yield* refuse(run, given.code)
      const code = codes.canonical(given.code)
      const agent = Option.getOrUndefined(yield* known(whose(run, verified)))
      const who =
        agent === undefined
          ? `by whoever has the codes that begin with ${verified.agent}`
          : `by ${format.plain(agent.workerName)} (${agent.id}, ${agent.status})`
      yield* summary.answer(
        {
          run,
          code,
          outcome: verified.outcome,
          beginning: verified.agent,
          ...(agent === undefined ? {} : { worker: agent.workerName, agent: agent.id, status: agent.status })
        },
        () => `${code} is a code of ${run}: ${verified.outcome}, ${who}.`
      )
    }),
    providers.panel
  )
).pipe(
  Command.withDescription("Whether a code is of a run, how that visit ended, and whose it is; exit 1 if it is none")
)

export const panel = Command.make(
  "panel",
  {},
  () => new UsageError({ message: "Say what: crowd panel verify CODE says whether a code is one." })
).pipe(Command.withDescription("What can be asked of a panel's codes"), Command.withSubcommands([verify]))
