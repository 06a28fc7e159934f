/** Submissions of which the crowd knows and the answers never came to our pages: a person decides on them. */
import * as Option from "effect/Option"
import type { Agent } from "../Agents.js"
import type { Driver } from "../Driver.js"

/** Whether the submission may be approved without a person having named it. */
export const isApprovedByItself = ({ carriesPages }: Driver, { answers }: Agent): boolean =>
  carriesPages === true || Option.isSome(answers)
