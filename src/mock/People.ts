/**
 * People for the Mock who read what they are shown, for `Mock.layer({ people })` and `Mock.work`.
 *
 * @since 0.1.0
 */
import * as Hash from "effect/Hash"
import { PCGRandom } from "effect/Utils"
import * as FormFields from "../batch/FormFields.js"
import * as Template from "../batch/Template.js"
import type { Behaviour, People, Visit } from "./options.js"

const leastWorkers = 5

/**
 * People who fill in the form of their row with plausible answers. The same worker answers the same row in the same way,
 * whenever and in whichever run.
 *
 * @example
 * import * as Mock from "effect-crowd/Mock"
 * import * as People from "effect-crowd/mock/People"
 *
 * export const crowd = Mock.layer({ people: People.fillForms })
 *
 * @since 0.1.0
 * @category people
 */
export const fillForms: People = ({ task }, template) => {
  const page = Template.compile(template, task)
  return {
    workers: Math.max(leastWorkers, task.unitsPerAssignment),
    behave: ({ agent, inputs }: Visit): Behaviour => {
      const random = new PCGRandom(Hash.string(JSON.stringify([agent.workerName, inputs])))
      const fields = FormFields.fromHtml(Template.fill(page, inputs))
      return { _tag: "Answer", answers: FormFields.answersFor(fields, () => random.number()) }
    }
  }
}
