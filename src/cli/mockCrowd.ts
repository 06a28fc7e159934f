/** The Mock's workers, who fill in the form of the task. */
import * as Effect from "effect/Effect"
import * as Hash from "effect/Hash"
import { PCGRandom } from "effect/Utils"
import * as FormFields from "../batch/FormFields.js"
import * as Template from "../batch/Template.js"
import * as Mock from "../Mock.js"
import { type TaskRun, TaskRuns } from "../TaskRuns.js"
import { CrowdGone } from "./failure.js"

const leastWorkers = 5

/** The same worker answers the same row in the same way, whenever and in whichever run. */
const answering =
  (template: Template.Template) =>
  ({ agent, inputs }: Mock.Visit): Mock.Behaviour => {
    const random = new PCGRandom(Hash.string(JSON.stringify([agent.workerName, inputs])))
    const fields = FormFields.fromHtml(Template.fill(template, inputs))
    return { _tag: "Answer", answers: FormFields.answersFor(fields, () => random.number()) }
  }

export const attend = (run: TaskRun) =>
  Effect.gen(function* () {
    const runs = yield* TaskRuns
    const template = Template.compile(yield* runs.template(run.id), run.task)
    yield* Mock.work(run.id, {
      workers: Math.max(leastWorkers, run.task.unitsPerAssignment),
      patience: "50 millis",
      behave: answering(template)
    })
    const { units } = yield* runs.summary(run.id)
    const left = units.created + units.launched
    return left === 0 ? yield* Effect.never : yield* new CrowdGone({ run: run.id, units: left })
  })
