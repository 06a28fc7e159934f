/** What every view has around it. */
import type { ComponentChildren } from "preact"
import { Link } from "../navigation.js"
import type { Lobby, Problem } from "./api.js"
import { problemWords, type Words } from "./words.js"

interface PageProps {
  /** Not set before it is known. */
  readonly lobby?: Lobby | undefined
  readonly children: ComponentChildren
}

/** Whoever comes by a crowd's link has this one task, and no list of others to go to. */
const Home = ({ lobby }: Pick<PageProps, "lobby">) =>
  lobby?.exits === true ? (
    <span class="home">Task</span>
  ) : (
    <Link to="/" class="home">
      Tasks
    </Link>
  )

export const Page = ({ children, lobby }: PageProps) => (
  <>
    <header class="bar">
      <Home lobby={lobby} />
      {lobby !== undefined && lobby.worker !== null && (
        <span class="muted small">
          You are <strong>{lobby.worker}</strong>
        </span>
      )}
    </header>
    <main>{children}</main>
  </>
)

/** To the list of tasks, where there is one. */
export const AllTasks = ({ lobby, quiet }: { readonly lobby: Lobby; readonly quiet?: boolean }) =>
  lobby.exits ? null : (
    <Link to="/" class={quiet === true ? "button quiet" : "button"}>
      See all tasks
    </Link>
  )

interface NoticeProps {
  readonly words: Words
  /** Not set for what is in order. */
  readonly tone?: "warn" | "bad" | undefined
}

export const Notice = ({ tone, words: { text, title } }: NoticeProps) => (
  <div class={`notice ${tone ?? ""}`} role={tone === "bad" ? "alert" : "status"}>
    <strong>{title}.</strong> {text}
  </div>
)

/** No fault of anybody's: nothing to be alarmed about. */
const isNormal = (problem: Problem): boolean =>
  problem._tag === "NotEligible" ||
  problem._tag === "NameNeeded" ||
  (problem._tag === "InvalidProviderData" && problem.fault === "preview")

interface ProblemProps {
  readonly problem: Problem
  /** Where a crowd has words of its own. */
  readonly words?: Words | undefined
}

export const ProblemNotice = ({ problem, words = problemWords(problem) }: ProblemProps) => (
  <Notice tone={isNormal(problem) ? undefined : "bad"} words={words} />
)
