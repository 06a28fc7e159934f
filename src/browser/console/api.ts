/** The console's API, as this page asks it. */
import type { SubmissionStatus } from "../../States.js"
import type * as ConsoleApi from "../../server/ConsoleApi.js"
import type { BonusReceipt, Participation } from "../../Workers.js"
import { makeClient, posting, type Reply as Replied, tagOf } from "../client.js"
import { meetTrouble } from "./storeTrouble.js"

/**
 * Of the server's clock to this page's, as far as answers tell: never ahead of it, and at most a second or two behind.
 */
let offset: number | undefined

/** Answers carry the second in which they were made; of several, the one that came the soonest after it is best. */
const readServerTime = (answer: Response): void => {
  const made = Date.parse(answer.headers.get("date") ?? "")
  if (Number.isNaN(made)) return
  offset = Math.max(offset ?? Number.NEGATIVE_INFINITY, made - performance.now())
}

/** In milliseconds since 1970. */
export const serverNow = (): number => (offset === undefined ? Date.now() : Math.floor(performance.now() + offset))

export type RunView = typeof ConsoleApi.RunView.Encoded
export type Submission = typeof ConsoleApi.Submission.Encoded
export type { SubmissionStatus }
export type Decision = typeof ConsoleApi.Decision.Encoded
export type Outcome = typeof ConsoleApi.Outcome.Encoded
export type Part = typeof Participation.Encoded

export interface Problem {
  readonly _tag: string
  /** In the server's words. */
  readonly message: string
}

export type Reply<A> = Replied<A, Problem>

/**
 * Why the server wants the token: nothing was shown, what was shown counts no more, or the requester has signed out.
 */
export type SignedOut = "nothing shown" | "ended" | "left"

/** The page hears this when the server wants the token, with why. */
export const signedOut = "crowd:signed-out"

export const tellSignedOut = (detail: SignedOut): void => {
  dispatchEvent(new CustomEvent(signedOut, { detail }))
}

const hasEnded = (body: unknown): boolean =>
  typeof body === "object" && body !== null && "ended" in body && body.ended === true

const ask = makeClient<Problem>({
  onAnswer: readServerTime,
  offline: { _tag: "Offline", message: "The server does not answer. Check that it is running." },
  read: (status, body) => {
    if (status === 401) tellSignedOut(hasEnded(body) ? "ended" : "nothing shown")
    const given = typeof body === "object" && body !== null && "message" in body ? String(body.message) : undefined
    const message = given ?? `The server answered ${status}.`
    const tag = tagOf(body) ?? "Unexpected"
    if (tag === "StoreError") meetTrouble({ since: serverNow(), message })
    return { _tag: tag, message }
  }
})

const post = <A>(path: string, body: unknown, init?: RequestInit): Promise<Reply<A>> => ask(path, posting(body, init))

const base = "/api/console"

const query = (parameters: { readonly [name: string]: string | null | undefined }): string => {
  const there = new URLSearchParams()
  for (const [name, value] of Object.entries(parameters)) if (value) there.set(name, value)
  return there.size === 0 ? "" : `?${there}`
}

export const signIn = (token: string) => post<void>("/api/session/", { token })

export const signOut = () => ask<void>("/api/session/", { method: "DELETE" })

export const runs = (after?: string | null) =>
  ask<{ readonly runs: ReadonlyArray<RunView>; readonly next: string | null }>(`${base}/runs${query({ after })}`)

export const run = (id: string) => ask<RunView>(`${base}/runs/${id}`)

export const submissions = (run: string, status: SubmissionStatus, after?: string | null) =>
  ask<{ readonly submissions: ReadonlyArray<Submission>; readonly next: string | null }>(
    `${base}/runs/${run}/submissions${query({ status, after })}`
  )

export const workers = (run: string, after?: string | null) =>
  ask<{ readonly workers: ReadonlyArray<Part>; readonly next: string | null }>(
    `${base}/runs/${run}/workers${query({ after })}`
  )

interface Outcomes {
  readonly outcomes: ReadonlyArray<Outcome>
  readonly next?: string | null
}

/** Goes on where the page goes away. */
const keepalive = true

export const decide = (run: string, agents: ReadonlyArray<string>, decision: Decision) =>
  post<Outcomes>(`${base}/runs/${run}/decisions`, { decision, agents }, { keepalive })

export interface Everything {
  readonly of: string
  /** By the server's clock: what the requester cannot have seen is not decided on. */
  readonly submittedBefore: number
}

export const decideWorker = (run: string, everything: Everything, decision: Decision, after: string | undefined) => {
  const { of, submittedBefore } = everything
  return post<Outcomes>(
    `${base}/runs/${run}/workers/${of}/decisions`,
    { decision, submittedBefore, after },
    { keepalive }
  )
}

export interface Bonus {
  readonly to: { readonly agent: string } | { readonly worker: string }
  readonly amount: string
  readonly reason: string
  readonly key: string
}

export const bonus = (run: string, bonus: Bonus) =>
  post<typeof BonusReceipt.Encoded>(`${base}/runs/${run}/bonuses`, bonus)

export const block = (run: string, worker: string, reason: string) =>
  post<unknown>(`${base}/runs/${run}/workers/${worker}/block`, { reason })

export const unblock = (run: string, worker: string) =>
  post<unknown>(`${base}/runs/${run}/workers/${worker}/unblock`, {})

export const expire = (run: string) => post<{ readonly wait: number }>(`${base}/runs/${run}/expire`, {})

export const resultsPath = (run: string, format: "csv" | "jsonl"): string => `${base}/runs/${run}/results/${format}`

export const eventsPath = (run?: string): string => `${base}/events${query({ run })}`
