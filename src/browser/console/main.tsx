import { render } from "preact"
import { useCallback, useEffect, useState } from "preact/hooks"
import { usePath } from "../navigation.js"
import * as api from "./api.js"
import { RunPage } from "./RunPage.js"
import { Runs } from "./Runs.js"
import { SignIn, signInByAddress } from "./SignIn.js"

type Session =
  | { readonly _tag: "Unknown" | "In" }
  /** With why the token is asked for, where that needs to be said. */
  | { readonly _tag: "Out"; readonly why: string | undefined }

const unknown: Session = { _tag: "Unknown" }
const signedIn: Session = { _tag: "In" }

const ended =
  "You are signed in no more: the server has another token by now, or it was too long ago. Paste the token that it printed last, or open the address with it."

/** What is shown once the server wants the token. */
const after = (now: Session, why: unknown): Session => {
  if (why === "left") return { _tag: "Out", why: undefined }
  if (now._tag === "Out") return now
  return { _tag: "Out", why: why === "ended" || now._tag === "In" ? ended : undefined }
}

const Views = () => {
  const [, run, show] = /^\/console\/runs\/(\w+)(\/workers)?$/.exec(usePath()) ?? []
  return run === undefined ? (
    <Runs />
  ) : (
    <RunPage key={run} run={run} show={show === undefined ? "submissions" : "workers"} />
  )
}

const App = () => {
  const [session, setSession] = useState<Session>(unknown)
  const enter = useCallback(async () => {
    const wrong = await signInByAddress()
    if (wrong !== undefined) return setSession({ _tag: "Out", why: wrong })
    const reply = await api.runs()
    if (reply.ok || reply.problem._tag !== "NotSignedIn") setSession(signedIn)
  }, [])
  useEffect(() => {
    const leave = (event: Event) =>
      setSession((now) => after(now, event instanceof CustomEvent ? event.detail : undefined))
    addEventListener(api.signedOut, leave)
    addEventListener("hashchange", enter)
    void enter()
    return () => {
      removeEventListener(api.signedOut, leave)
      removeEventListener("hashchange", enter)
    }
  }, [enter])
  switch (session._tag) {
    case "Unknown":
      return null
    case "Out":
      return <SignIn why={session.why} onSignedIn={() => setSession(signedIn)} />
    case "In":
      return <Views />
  }
}

const root = document.getElementById("app")
if (root !== null) render(<App />, root)
