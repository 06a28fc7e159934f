/** What every view has around it. */
import type { ComponentChildren } from "preact"
import { Link } from "../navigation.js"
import * as api from "./api.js"

const signOut = async () => {
  await api.signOut()
  api.tellSignedOut("left")
}

export const Page = ({ children }: { readonly children: ComponentChildren }) => (
  <>
    <header class="bar">
      <Link to="/console" class="home">
        Console
      </Link>
      <button type="button" class="button quiet slim" onClick={signOut}>
        Sign out
      </button>
    </header>
    <main>{children}</main>
  </>
)

export const ProblemNotice = ({ problem }: { readonly problem: api.Problem }) => (
  <p class="notice bad" role="alert">
    {problem._tag === "TaskRunNotFound" ? (
      <>
        There is no such run here. <Link to="/console">See all runs</Link>
      </>
    ) : (
      problem.message
    )}
  </p>
)
