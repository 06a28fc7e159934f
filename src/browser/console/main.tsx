import { render } from "preact"
import { useCallback, useEffect, useState } from "preact/hooks"
import { usePath } from "../navigation.js"
import * as api from "./api.js"
import { RunPage } from "./RunPage.js"
import { Runs } from "./Runs.js"
import { SignIn, signInByAddress } from "./SignIn.js"

type Session = "unknown" | "in" | "out"

const Views = () => {
  const [, run, show] = /^\/console\/runs\/(\w+)(\/workers)?$/.exec(usePath()) ?? []
  return run === undefined ? (
    <Runs />
  ) : (
    <RunPage key={run} run={run} show={show === undefined ? "submissions" : "workers"} />
  )
}

const App = () => {
  const [session, setSession] = useState<Session>("unknown")
  const enter = useCallback(async () => {
    await signInByAddress()
    const reply = await api.runs()
    setSession(!reply.ok && reply.problem._tag === "NotSignedIn" ? "out" : "in")
  }, [])
  useEffect(() => {
    const leave = () => setSession("out")
    addEventListener(api.signedOut, leave)
    addEventListener("hashchange", enter)
    void enter()
    return () => {
      removeEventListener(api.signedOut, leave)
      removeEventListener("hashchange", enter)
    }
  }, [enter])
  if (session === "unknown") return null
  return session === "out" ? <SignIn onSignedIn={() => setSession("in")} /> : <Views />
}

const root = document.getElementById("app")
if (root !== null) render(<App />, root)
