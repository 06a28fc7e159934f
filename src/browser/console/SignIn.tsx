/** The door: the token that was printed when the server started. */
import { useEffect, useId, useRef, useState } from "preact/hooks"
import * as api from "./api.js"

/** Takes the token out of the address, where it must not stay: `/console#<token>`. */
const tokenFromAddress = (): string => {
  const token = location.hash.slice(1)
  if (token !== "") history.replaceState(null, "", location.pathname + location.search)
  try {
    return decodeURIComponent(token)
  } catch {
    return ""
  }
}

/** What is wrong, in words, of the token in an address or in the field. */
const wordsFor = ({ _tag, message }: api.Problem, where: string): string =>
  _tag === "NotSignedIn" ? `${where} is not the token of this server. It prints the right one when it starts.` : message

/** Signs in by the address, if it has a token. Answers what is wrong with it. */
export const signInByAddress = async (): Promise<string | undefined> => {
  const token = tokenFromAddress()
  if (token === "") return undefined
  const reply = await api.signIn(token)
  return reply.ok ? undefined : wordsFor(reply.problem, "What the address has after #")
}

interface Props {
  /** Why it is asked for. */
  readonly why: string | undefined
  readonly onSignedIn: () => void
}

export const SignIn = ({ onSignedIn, why }: Props) => {
  const [token, setToken] = useState("")
  const [problem, setProblem] = useState(why)
  const input = useRef<HTMLInputElement>(null)
  const id = useId()
  useEffect(() => input.current?.focus(), [])
  useEffect(() => setProblem(why), [why])
  const submit = async (event: Event) => {
    event.preventDefault()
    const reply = await api.signIn(token.trim())
    if (reply.ok) return onSignedIn()
    setProblem(wordsFor(reply.problem, "This"))
    input.current?.select()
  }
  return (
    <main class="sign-in">
      <form class="card stack" onSubmit={submit}>
        <h1>Console</h1>
        <p class="muted">
          The server printed a token when it started. Open the address it printed, or paste the token.
        </p>
        <div class="field">
          <label for={id}>Token</label>
          <input
            id={id}
            ref={input}
            type="password"
            autocomplete="current-password"
            required
            value={token}
            onInput={(event) => setToken(event.currentTarget.value)}
          />
        </div>
        {problem !== undefined && (
          <p class="notice bad" role="alert">
            {problem}
          </p>
        )}
        <button type="submit" class="button">
          Sign in
        </button>
      </form>
    </main>
  )
}
