/** What is filled in so far, kept in this tab so that a page loaded again has it still. */
import type { Answers } from "../answers.js"

const keyOf = (agent: string) => `crowd:draft:${agent}`

/** The browser may refuse to keep anything; the work itself goes on. */
const attempt = <A>(use: () => A): A | undefined => {
  try {
    return use()
  } catch {
    return undefined
  }
}

export const keep = (agent: string, answers: Answers): void =>
  attempt(() => sessionStorage.setItem(keyOf(agent), JSON.stringify(answers)))

export const forget = (agent: string): void => attempt(() => sessionStorage.removeItem(keyOf(agent)))

export const find = (agent: string): Answers | undefined =>
  attempt(() => {
    const text = sessionStorage.getItem(keyOf(agent))
    if (text === null) return undefined
    const answers: Answers = JSON.parse(text)
    return answers
  })
