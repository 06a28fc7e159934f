/** The workers' API, as this page asks it. */
import type { CrowdError } from "../../CrowdError.js"
import type * as WorkApi from "../../server/WorkApi.js"
import type { Answers, Json } from "../answers.js"
import { makeClient, posting, type Reply as Replied, tagOf } from "../client.js"

export type Lobby = typeof WorkApi.Lobby.Encoded
export type Offer = typeof WorkApi.Offer.Encoded
export type Lack = typeof WorkApi.Lack.Encoded
export type Work = typeof WorkApi.Work.Encoded
export type PaidBonus = typeof WorkApi.PaidBonus.Encoded
export type Past = typeof WorkApi.Past.Encoded
export type Piece = typeof WorkApi.Piece.Encoded
export type Refusal = typeof WorkApi.Refusal.Encoded
export type Departure = typeof WorkApi.Departure.Encoded
export type Exit = NonNullable<Departure["exit"]>
export type Account = Pick<Past, keyof typeof WorkApi.Account.Encoded>

export type Problem =
  | typeof CrowdError.Encoded
  | typeof WorkApi.TurnedAway.Encoded
  /** The server takes nothing just now, or not this. */
  | { readonly _tag: "TimedOut" | "Busy" | "Stopping" | "TooLarge" | "Foreign" }
  /** No answer came, or none from a server that is well. */
  | { readonly _tag: "Offline" }
  /** An answer that is none of the API's, such as a proxy's. */
  | { readonly _tag: "Unexpected" }

export type Reply<A> = Replied<A, Problem>

const isProblem = (body: unknown): body is Problem => tagOf(body) !== undefined

const ask = makeClient<Problem>({
  offline: { _tag: "Offline" },
  read: (status, body) => {
    if (isProblem(body)) return body
    return { _tag: status >= 500 ? "Offline" : "Unexpected" }
  }
})

const base = "/api/work"

const withKey = ({ key }: Work): RequestInit => ({ headers: { "x-crowd-key": key } })

const asWorker = (work: Work): RequestInit => ({ method: "POST", ...withKey(work) })

export const lobby = () => ask<Lobby>(`${base}/lobby`)

export const history = () => ask<ReadonlyArray<Past>>(`${base}/history`)

export const bonuses = () => ask<ReadonlyArray<PaidBonus>>(`${base}/bonuses`)

export const chooseName = (name: string) => ask<{ readonly worker: string }>(`${base}/name`, posting({ name }))

/** Asks for a qualification. */
export const askFor = ({ qualification }: Lack) =>
  ask<unknown>(`${base}/qualifications/${encodeURIComponent(qualification)}`, { method: "POST" })

const agentsOf = (run: string) => `${base}/runs/${encodeURIComponent(run)}/agents`

export const accept = (run: string, data: Json) => ask<Work>(agentsOf(run), posting({ data }))

/** Goes on in this browser with what the visitor's address holds. */
export const mine = (run: string) => ask<Work>(`${agentsOf(run)}/mine`, { method: "POST" })

/** Puts the unit back for another one. */
export const skip = (work: Work) => ask<Work>(`${base}/agents/${work.agent}/skip`, asWorker(work))

export const submit = (work: Work, answers: Answers) =>
  ask<unknown>(`${base}/agents/${work.agent}/answers`, posting({ answers }, asWorker(work)))

/** The worker is there: the server notices when this is no longer said. */
export const heartbeat = (work: Work) => ask<unknown>(`${base}/agents/${work.agent}/heartbeat`, asWorker(work))

export const giveBack = (work: Work) => ask<unknown>(`${base}/agents/${work.agent}/return`, asWorker(work))

/** Goes on even where the page goes away. */
export const disconnect = (work: Work) =>
  ask<unknown>(`${base}/agents/${work.agent}/disconnect`, { ...asWorker(work), keepalive: true })

/** How it ended, and where the worker goes from here. */
export const exit = (work: Work) => ask<Departure>(`${base}/agents/${work.agent}/exit`, withKey(work))

const passing: ReadonlySet<Problem["_tag"]> = new Set(["Offline", "StoreError", "TimedOut", "Stopping"])

/** Whether the same call may well succeed a little later. */
export const isPassing = (problem: Problem): boolean =>
  passing.has(problem._tag) || (problem._tag === "ProviderError" && problem.reason !== "Rejected")

/** Told of how many attempts failed so far. */
type OnWaiting = (attempts: number) => void

const longestWait = 15_000

/** Until the time has passed, or the network is back. */
const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer)
      removeEventListener("online", done)
      resolve()
    }
    const timer = setTimeout(done, milliseconds)
    addEventListener("online", done)
  })

/** Asks again until there is an answer. */
export const insistently = async <A>(ask: () => Promise<Reply<A>>, onWaiting: OnWaiting): Promise<Reply<A>> => {
  for (let attempts = 1; ; attempts++) {
    const reply = await ask()
    if (reply.ok || !isPassing(reply.problem)) return reply
    onWaiting(attempts)
    await pause(Math.min(longestWait, 500 * 2 ** attempts))
  }
}
