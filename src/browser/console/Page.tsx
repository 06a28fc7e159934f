/** What every view has around it. */
import type { ComponentChildren } from "preact"
import * as format from "../format.js"
import { Link } from "../navigation.js"
import * as api from "./api.js"
import { dismissTrouble, useTrouble } from "./storeTrouble.js"

const signOut = async () => {
  await api.signOut()
  api.tellSignedOut("left")
}

/** Also of what only workers have met. */
const TroubleNotice = () => {
  const trouble = useTrouble()
  if (trouble === null) return null
  return (
    <div class="notice bad trouble" role="alert">
      <p>
        <strong>Since {format.moment(trouble.since)}, not everything can be read or kept.</strong> Workers are asked to
        wait.
      </p>
      <p>{trouble.message}</p>
      <button type="button" class="button quiet slim" onClick={dismissTrouble}>
        Dismiss
      </button>
    </div>
  )
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
    <main>
      <TroubleNotice />
      {children}
    </main>
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
