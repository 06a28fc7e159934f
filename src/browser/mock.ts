/**
 * The Mock crowd in a browser: who works on what stands in the page's address, `?worker=ada&unit=unit_1&agent=a1`.
 *
 * @since 0.1.0
 */
import type { Answers } from "./answers.js"
import { parameter } from "./parameters.js"

export * from "./answers.js"
export * from "./problems.js"

/**
 * What the Mock's `ProviderData` takes.
 *
 * @since 0.1.0
 * @category models
 */
export interface Registration {
  readonly worker: string
  readonly unit?: string
  readonly agent?: string
}

/**
 * Returns `worker` of the page's address; null where it is missing.
 *
 * @since 0.1.0
 * @category getters
 */
export const getWorkerName = (): string | null => parameter("worker")

/**
 * Returns the agent that the page's address names; null before anything is accepted.
 *
 * @since 0.1.0
 * @category getters
 */
export const getAssignmentId = (): string | null => parameter("agent")

/**
 * Nobody has accepted anything yet.
 *
 * @since 0.1.0
 * @category predicates
 */
export const isPreview = (): boolean => getWorkerName() === null

/**
 * Returns what `Agents.register` takes of this crowd, read from the page's address.
 *
 * @since 0.1.0
 * @category getters
 */
export const getAgentRegistration = (): Registration => {
  const unit = parameter("unit")
  const agent = getAssignmentId()
  return { worker: getWorkerName() ?? "", ...(unit !== null && { unit }), ...(agent !== null && { agent }) }
}

/**
 * Nothing more to do: our server has the answers.
 *
 * @since 0.1.0
 * @category effects
 */
export const handleSubmitToProvider = async (_answers: Answers): Promise<void> => {}
