/** The workers' API, as this page asks it. Nothing here throws: what went wrong is a value. */
import type { CrowdError } from "../../CrowdError.js"
import type * as WorkApi from "../../server/WorkApi.js"
import type { Answers, Json } from "../answers.js"

export type Lobby = typeof WorkApi.Lobby.Encoded
export type Offer = typeof WorkApi.Offer.Encoded
export type Work = typeof WorkApi.Work.Encoded
export type Past = typeof WorkApi.Past.Encoded

export type Problem =
  | typeof CrowdError.Encoded
  /** No answer came, or none from a server that is well. */
  | { readonly _tag: "Offline" }
  /** An answer that is none of the API's, such as a proxy's. */
  | { readonly _tag: "Unexpected" }

export type Reply<A> = { readonly ok: true; readonly value: A } | { readonly ok: false; readonly problem: Problem }

const failed = (problem: Problem): Reply<never> => ({ ok: false, problem })

interface Call {
  readonly path: string
  readonly method?: "POST"
  readonly key?: string
  readonly body?: { readonly [name: string]: Json }
  /** Goes on even where the page goes away. */
  readonly keepalive?: boolean
}

const keyHeader = "x-crowd-key"

const send = ({ body, keepalive = false, key, method, path }: Call): Promise<Response> =>
  fetch(`/api/work${path}`, {
    method: method ?? "GET",
    keepalive,
    headers: {
      ...(body !== undefined && { "content-type": "application/json" }),
      ...(key !== undefined && { [keyHeader]: key })
    },
    ...(body !== undefined && { body: JSON.stringify(body) })
  })

const problemOf = async (response: Response): Promise<Problem> => {
  try {
    const problem: Problem = await response.json()
    return typeof problem._tag === "string" ? problem : { _tag: "Unexpected" }
  } catch {
    return { _tag: response.status >= 500 ? "Offline" : "Unexpected" }
  }
}

const call = async <A>(options: Call): Promise<Reply<A>> => {
  try {
    const response = await send(options)
    if (!response.ok) return failed(await problemOf(response))
    const value: A = await response.json()
    return { ok: true, value }
  } catch {
    return failed({ _tag: "Offline" })
  }
}

const post = <A>(path: string, options: Omit<Call, "path" | "method">): Promise<Reply<A>> =>
  call({ path, method: "POST", ...options })

export const lobby = () => call<Lobby>({ path: "/lobby" })

export const history = () => call<ReadonlyArray<Past>>({ path: "/history" })

export const chooseName = (name: string) => post<{ readonly worker: string }>("/name", { body: { name } })

export const accept = (run: string, data: Json) =>
  post<Work>(`/runs/${encodeURIComponent(run)}/agents`, { body: { data } })

export const submit = ({ agent, key }: Work, answers: Answers) =>
  post<unknown>(`/agents/${agent}/answers`, { key, body: { answers } })

export const start = ({ agent, key }: Work) => post<unknown>(`/agents/${agent}/start`, { key })

export const giveBack = ({ agent, key }: Work) => post<unknown>(`/agents/${agent}/return`, { key })

export const disconnect = ({ agent, key }: Work) =>
  post<unknown>(`/agents/${agent}/disconnect`, { key, keepalive: true })

/** Whether the same call may well succeed a little later. */
export const isPassing = ({ _tag }: Problem): boolean => _tag === "Offline" || _tag === "StoreError"

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
