/**
 * Your own people in a browser: the server knows who they are, and has their answers.
 *
 * @since 0.1.0
 */
import type { Answers } from "./answers.js"
import { assignmentId } from "./parameters.js"

export * from "./answers.js"
export * from "./problems.js"

/**
 * Only the server knows.
 *
 * @since 0.1.0
 * @category getters
 */
export const getWorkerName = (): string | null => null

/**
 * The agent, in a task's page that somebody works on.
 *
 * @since 0.1.0
 * @category getters
 */
export const getAssignmentId = assignmentId

/**
 * Nobody has accepted anything yet.
 *
 * @since 0.1.0
 * @category predicates
 */
export const isPreview = (): boolean => getAssignmentId() === null

/**
 * Returns what the page adds to an arrival: nothing, for the server knows who asks.
 *
 * @since 0.1.0
 * @category getters
 */
export const getAgentRegistration = (): { readonly [name: string]: never } => ({})

/**
 * Nothing more to do: our server has the answers.
 *
 * @since 0.1.0
 * @category effects
 */
export const handleSubmitToProvider = async (_answers: Answers): Promise<void> => {}
