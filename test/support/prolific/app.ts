/** What participants see of Prolific: the button that opens a study, and the address that ends it. */
import { people } from "./people.js"
import { Refused } from "./refusals.js"
import { studyOf } from "./studies.js"
import { submissionOf } from "./submissions.js"
import type { World } from "./world.js"

export interface Page {
  readonly status: number
  readonly html: string
  readonly headers?: Readonly<Record<string, string>>
}

const page = (status: number, title: string, text: string): Page => ({
  status,
  html: `<!doctype html><html lang="en"><meta charset="utf-8"><title>${title}</title><main><h1>${title}</h1><p>${text}</p></main></html>`
})

const submissionIn = (cookies: string): string | undefined => /(?:^|;\s*)submission=([0-9a-f]{24})/.exec(cookies)?.[1]

/** A new participant takes a place, or the one that is named. */
const open = (world: World, id: string, participant: string | null): Page => {
  const acts = people(world)
  const tester = [...world.participants.values()].find(({ isTest }) => isTest)?.id
  const who = participant ?? (studyOf(world, id).isTest ? tester : undefined)
  const { link, submission } = acts.arrive(id, who)
  return {
    ...page(302, "Opening the study", "One moment."),
    headers: { location: link, "set-cookie": `submission=${submission}; Path=/; HttpOnly; SameSite=Lax` }
  }
}

const complete = (world: World, code: string, cookies: string): Page => {
  const id = submissionIn(cookies)
  if (id === undefined) return page(400, "No submission", "You are not taking part in a study.")
  people(world).submit(id, code)
  return page(200, "Submission received", `Your submission is ${submissionOf(world, id).status}.`)
}

/** None: not an address of the app. */
export const appPage = (world: World, url: URL, cookies: string): Page | undefined => {
  const [, study] = /^\/studies\/([0-9a-f]{24})$/.exec(url.pathname) ?? []
  try {
    if (study !== undefined) return open(world, study, url.searchParams.get("participant"))
    if (url.pathname !== "/submissions/complete") return undefined
    return complete(world, url.searchParams.get("cc") ?? "NOCODE", cookies)
  } catch (error) {
    if (error instanceof Refused) return page(error.status, "Not possible", String(error.detail))
    throw error
  }
}
