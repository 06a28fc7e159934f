/**
 * Any panel in a browser: the link that somebody came by goes to the server as it is, for only the task's settings tell
 * what its parameters mean.
 *
 * @since 0.1.0
 */
import type { Answers } from "./answers.js"
import { assignmentId, notAvailable, parameter } from "./parameters.js"

export * from "./answers.js"
export * from "./problems.js"

/**
 * What `Agents.register` takes of this crowd: the query of the link, not decoded, so that a proof over it can be checked.
 *
 * @since 0.1.0
 * @category models
 */
export interface Registration {
  readonly query: string
}

/** So many characters are taken, the `?` among them. */
const longest = 8_192

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
 * Nobody came by a panel's link: there are no parameters, or those of a preview.
 *
 * @since 0.1.0
 * @category predicates
 */
export const isPreview = (): boolean => location.search.length < 2 || parameter("assignmentId") === notAvailable

/**
 * Returns what `Agents.register` takes of this crowd. A link that is too long is sent with one character more than is
 * taken, so that it is refused and not read without its end.
 *
 * @since 0.1.0
 * @category getters
 */
export const getAgentRegistration = (): Registration => ({ query: location.search.slice(0, longest + 1) })

/**
 * Nothing more to do: our server has the answers, and only then says where people go.
 *
 * @since 0.1.0
 * @category effects
 */
export const handleSubmitToProvider = async (_answers: Answers): Promise<void> => {}
