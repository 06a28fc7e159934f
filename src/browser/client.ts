/** Asking the server. Nothing here throws: what went wrong is a value. */

export type Reply<A, Problem> =
  | { readonly ok: true; readonly value: A }
  | { readonly ok: false; readonly problem: Problem }

export interface Problems<Problem> {
  /** No answer came. */
  readonly offline: Problem
  /** What an answer says of what went wrong; `body` is undefined where it is no JSON. */
  readonly read: (status: number, body: unknown) => Problem
  /** Told of every answer. */
  readonly onAnswer?: (answer: Response) => void
}

export type Client<Problem> = <A>(path: string, init?: RequestInit) => Promise<Reply<A, Problem>>

export const makeClient =
  <Problem>({ offline, onAnswer, read }: Problems<Problem>): Client<Problem> =>
  async (path, init) => {
    try {
      const response = await fetch(path, init)
      onAnswer?.(response)
      if (response.ok) return { ok: true, value: response.status === 204 ? undefined : await response.json() }
      const body: unknown = await response.json().catch(() => undefined)
      return { ok: false, problem: read(response.status, body) }
    } catch {
      return { ok: false, problem: offline }
    }
  }

export const posting = (body: unknown, init: RequestInit = {}): RequestInit => ({
  ...init,
  method: "POST",
  headers: { ...init.headers, "content-type": "application/json" },
  body: JSON.stringify(body)
})

/** The tag of an error of the API. */
export const tagOf = (body: unknown): string | undefined =>
  typeof body === "object" && body !== null && "_tag" in body && typeof body._tag === "string" ? body._tag : undefined
