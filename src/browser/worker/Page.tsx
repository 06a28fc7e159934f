/** What every view has around it. */
import type { ComponentChildren } from "preact"
import { Link } from "../navigation.js"
import type { Problem } from "./api.js"
import { problemWords, type Words } from "./words.js"

interface PageProps {
  readonly worker?: string | null
  readonly children: ComponentChildren
}

export const Page = ({ children, worker }: PageProps) => (
  <>
    <header class="bar">
      <Link to="/" class="home">
        Tasks
      </Link>
      {worker !== undefined && worker !== null && (
        <span class="muted small">
          You are <strong>{worker}</strong>
        </span>
      )}
    </header>
    <main>{children}</main>
  </>
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
const isNormal = ({ _tag }: Problem): boolean => _tag === "NotEligible" || _tag === "NameNeeded"

export const ProblemNotice = ({ problem }: { readonly problem: Problem }) => (
  <Notice tone={isNormal(problem) ? undefined : "bad"} words={problemWords(problem)} />
)
