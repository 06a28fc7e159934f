/** The Mock's people, who work as long as the command does. */
import * as Effect from "effect/Effect"
import * as Mock from "../Mock.js"
import * as People from "../mock/People.js"
import { type TaskRun, TaskRuns } from "../TaskRuns.js"
import { CrowdGone } from "./failure.js"

export const attend = (run: TaskRun) =>
  Effect.gen(function* () {
    const runs = yield* TaskRuns
    const people = People.fillForms(run, yield* runs.template(run.id))
    yield* Mock.work(run.id, { ...people, patience: "50 millis" })
    const { units } = yield* runs.summary(run.id)
    const left = units.created + units.launched
    return left === 0 ? yield* Effect.never : yield* new CrowdGone({ run: run.id, units: left })
  })
