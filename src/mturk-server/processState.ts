/** What a process has in mind from one round to the next. None of it has to last. */
import type { AgentOutline } from "../Agents.js"
import type { RunId } from "../Ids.js"
import { type BoundedMap, boundedMap } from "../internal/boundedMap.js"
import type { Question } from "./hits/questions.js"

export interface ProcessState {
  /** Overdue submissions of which the log says already that they cannot be paid. */
  readonly warned: BoundedMap<true>
  /** The questions that were shown last, by their HITs: a HIT's question never changes. */
  readonly questions: BoundedMap<Question>
  /** After which overdue submission of a HITType to go on. */
  readonly overdue: Map<RunId, AgentOutline>
  /** Of each kind of request tokens, after which to look on for old ones, and not before when. */
  readonly tidied: Map<string, { readonly after: string; readonly from: number }>
}

export const make = (): ProcessState => ({
  warned: boundedMap(100_000),
  questions: boundedMap(64),
  overdue: new Map(),
  tidied: new Map()
})
