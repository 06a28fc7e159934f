/** The run that a command is about: the one named, or the newest. */
import * as Args from "@effect/cli/Args"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { RunId } from "../Ids.js"
import { TaskRuns } from "../TaskRuns.js"
import { nameOf } from "./Database.js"
import { NoRunYet } from "./failure.js"
import { decodeRun } from "./ids.js"
import * as Session from "./Session.js"

export const runArg = Args.text({ name: "run" }).pipe(
  Args.withDescription("The id of a run, as crowd runs shows it"),
  Args.mapEffect(decodeRun)
)

/** The newest run of the crowd of the session. */
export const newestRun = Effect.gen(function* () {
  const { database, provider } = yield* Session.Session
  const newest = yield* (yield* TaskRuns).newest
  return yield* Option.match(newest, {
    onNone: () => new NoRunYet({ path: nameOf(database), provider: provider.name }),
    onSome: Effect.succeed
  })
})

export const runOrNewest = (id: Option.Option<RunId>) =>
  Option.match(id, {
    onNone: () => newestRun,
    onSome: (id) => Effect.flatMap(TaskRuns, (runs) => runs.get(id))
  })
