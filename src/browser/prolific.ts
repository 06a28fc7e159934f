/**
 * Prolific in a browser: a study's link tells who came, from which study, and for which submission.
 *
 * @since 0.1.0
 */
import type { Answers } from "./answers.js"
import { parameter } from "./parameters.js"

export * from "./answers.js"
export * from "./problems.js"

/**
 * What `Agents.register` takes of this crowd. `token` is what Prolific signs, where the workspace has it.
 *
 * @since 0.1.0
 * @category models
 */
export interface Registration {
  readonly participant: string
  readonly study: string
  readonly submission: string
  readonly token?: string
}

/** Null where the link has not been filled in, as `{{%PROLIFIC_PID%}}`, or by nothing that could be an id. */
const id = (name: string): string | null => {
  const value = parameter(name)
  return value !== null && /^[0-9a-zA-Z]{8,64}$/.test(value) ? value : null
}

/**
 * Returns the participant's id of the page's address; null where it is missing or not filled in.
 *
 * @since 0.1.0
 * @category getters
 */
export const getWorkerName = (): string | null => id("PROLIFIC_PID")

/**
 * Returns the submission's id of the page's address; null where it is missing or not filled in.
 *
 * @since 0.1.0
 * @category getters
 */
export const getAssignmentId = (): string | null => id("SESSION_ID")

/**
 * Nobody came by a study's link: an id is missing, or not filled in.
 *
 * @since 0.1.0
 * @category predicates
 */
export const isPreview = (): boolean => [getWorkerName(), getAssignmentId(), id("STUDY_ID")].includes(null)

/**
 * Returns what `Agents.register` takes of this crowd, read from the page's address.
 *
 * @since 0.1.0
 * @category getters
 */
export const getAgentRegistration = (): Registration => {
  const token = parameter("prolific_token")
  return {
    participant: getWorkerName() ?? "",
    study: id("STUDY_ID") ?? "",
    submission: getAssignmentId() ?? "",
    ...(token !== null && { token })
  }
}

/**
 * Nothing more to do: our server has the answers, and only then says where the participant goes.
 *
 * @since 0.1.0
 * @category effects
 */
export const handleSubmitToProvider = async (_answers: Answers): Promise<void> => {}
