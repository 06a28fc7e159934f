/** What is filled in so far, kept in this browser until it is submitted or given back, also after the tab was closed. */
import type { Answers } from "../answers.js"
import { isAnswers } from "../messages.js"
import { attempt } from "../storage.js"
import type { Work } from "./api.js"

interface Draft {
  /** Until when it can be submitted, by the server's clock. */
  readonly deadline: number
  readonly answers: Answers
}

const prefix = "crowd:draft:"

/** In UTF-16 units, of which browsers keep some five million for all that is ours. */
const longest = 262_144

const draftsAtMost = 12

/** Clocks differ; after so long nobody can have the unit still. */
const keptAfterDeadline = 86_400_000

const isDraft = (value: unknown): value is Draft =>
  typeof value === "object" &&
  value !== null &&
  "deadline" in value &&
  typeof value.deadline === "number" &&
  "answers" in value &&
  isAnswers(value.answers)

const read = (key: string): Draft | undefined =>
  attempt(() => {
    const value: unknown = JSON.parse(localStorage.getItem(key) ?? "null")
    return isDraft(value) ? value : undefined
  })

/** Those that are over go, and of the others the oldest, until there are few enough. */
const tidy = (): void =>
  attempt(() => {
    const kept = Object.keys(localStorage)
      .filter((key) => key.startsWith(prefix))
      .map((key) => ({ key, deadline: read(key)?.deadline ?? 0 }))
      .toSorted((left, right) => right.deadline - left.deadline)
    const isOver = (deadline: number) => deadline + keptAfterDeadline < Date.now()
    for (const [index, { deadline, key }] of kept.entries()) {
      if (index >= draftsAtMost || isOver(deadline)) localStorage.removeItem(key)
    }
  })

/** What is too large to be kept leaves what was kept before. */
export const keep = ({ agent, deadline }: Work, answers: Answers): void => {
  const draft: Draft = { deadline, answers }
  const text = JSON.stringify(draft)
  if (text.length <= longest) attempt(() => localStorage.setItem(prefix + agent, text))
}

export const forget = ({ agent }: Work): void => attempt(() => localStorage.removeItem(prefix + agent))

export const find = ({ agent }: Work): Answers | undefined => {
  tidy()
  return read(prefix + agent)?.answers
}
