/**
 * A marketplace that speaks Amazon Mechanical Turk's protocol, in a browser: it tells everything in the page's address.
 *
 * @since 0.1.0
 */
import { type Answers, toFields } from "./answers.js"
import { assignmentId, parameter } from "./parameters.js"

export * from "./answers.js"
export * from "./problems.js"

/**
 * What `Agents.register` takes of this crowd.
 *
 * @since 0.1.0
 * @category models
 */
export interface Registration {
  readonly workerId: string
  readonly assignmentId: string
  readonly hitId: string
}

/**
 * Returns the WorkerId of the page's address; null where it is missing.
 *
 * @since 0.1.0
 * @category getters
 */
export const getWorkerName = (): string | null => parameter("workerId")

/**
 * Returns the AssignmentId of the page's address; null in a preview.
 *
 * @since 0.1.0
 * @category getters
 */
export const getAssignmentId = assignmentId

/**
 * The worker is only looking: nothing is accepted and nothing can be submitted.
 *
 * @since 0.1.0
 * @category predicates
 */
export const isPreview = (): boolean => getAssignmentId() === null

/**
 * Returns what `Agents.register` takes of this crowd, read from the page's address.
 *
 * @since 0.1.0
 * @category getters
 */
export const getAgentRegistration = (): Registration => ({
  workerId: getWorkerName() ?? "",
  assignmentId: getAssignmentId() ?? "",
  hitId: parameter("hitId") ?? ""
})

/** Where answers go; a page's address could name anything, so only a web address will do. */
const submitAddress = (): string => {
  const to = parameter("turkSubmitTo") ?? ""
  if (!/^https?:\/\/[^/]/i.test(to)) throw new Error(`turkSubmitTo is no web address: "${to}"`)
  return `${to.replace(/\/+$/, "")}/mturk/externalSubmit`
}

const fieldOf = ([name, value]: readonly [string, string]): HTMLElement => {
  const field = document.createElement("textarea")
  field.name = name
  field.defaultValue = value
  return field
}

/**
 * Sends the answers to the marketplace as a form, which leaves this page. Answers that are no texts go as JSON. Throws in
 * a preview, and where the page's address does not say where to.
 *
 * @since 0.1.0
 * @category effects
 */
export const handleSubmitToProvider = async (answers: Answers): Promise<void> => {
  const assignment = getAssignmentId()
  if (assignment === null) throw new Error("This is a preview: accept the task before you submit it.")
  const fields = toFields(answers).filter(([name]) => name !== "assignmentId")
  // The marketplace refuses a form with no other field.
  const all = [
    ["assignmentId", assignment] as const,
    ...(fields.length > 0 ? fields : [["submitted", "true"] as const])
  ]
  const form = document.createElement("form")
  form.method = "post"
  form.acceptCharset = "utf-8"
  form.action = submitAddress()
  form.hidden = true
  // In one call: a field named like a property of the form hides that property.
  form.append(...all.map(fieldOf))
  document.body.append(form)
  HTMLFormElement.prototype.submit.call(form)
}
