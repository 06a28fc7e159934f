/** One submission after the other, by mouse and by key. */
import type { RefObject } from "preact"
import { useState } from "preact/hooks"
import type * as api from "./api.js"
import { serverNow } from "./api.js"
import { DecisionBar, UndoBar } from "./bars.js"
import { ProblemNotice } from "./Page.js"
import { dismissProblem, type Held, hold, undo, useHeld } from "./pendingDecisions.js"
import { Queue } from "./Queue.js"
import { type Question, ReviewQuestion, type Scope } from "./ReviewQuestion.js"
import { SubmissionView } from "./SubmissionView.js"
import { useCurrent } from "./useCurrent.js"
import { type Keys, useKeys } from "./useKeys.js"
import { useSubmissions } from "./useSubmissions.js"

const done: { readonly [Tag in api.Decision["_tag"]]: string } = {
  Approve: "Approved",
  Override: "Approved after all",
  SoftReject: "Soft-rejected",
  Reject: "Rejected"
}

interface Props {
  readonly view: api.RunView
  readonly status: api.SubmissionStatus
  /** How many there are on the server. */
  readonly waiting: number
}

/** Whatever stands after the current one and is not decided with it; else before it. */
const following = (all: ReadonlyArray<api.Submission>, index: number, decided: ReadonlyArray<string>) => {
  const isLeft = ({ agent }: api.Submission) => !decided.includes(agent)
  return all.slice(index).find(isLeft) ?? all.slice(0, index).findLast(isLeft)
}

/** What the page shows was submitted by now, even where the server's clock is known to a second only. */
const everythingSeen = (all: ReadonlyArray<api.Submission>, worker: string): api.Everything => {
  const submitted = all.map(({ submittedAt }) => submittedAt ?? 0)
  return { of: worker, submittedBefore: Math.max(serverNow(), ...submitted) }
}

interface Listed {
  readonly run: string
  readonly status: api.SubmissionStatus
  readonly all: ReadonlyArray<api.Submission>
}

/** A decision on the current submission, or on everything of its worker. */
const decisionOn = (
  current: api.Submission,
  { all, run, status }: Listed,
  scope: Scope,
  decision: api.Decision
): Held => {
  const { agent, worker, workerName } = current
  const is = done[decision._tag]
  const common = { run, from: status, decision }
  if (scope === "one") return { ...common, agents: [agent], words: `${is} a submission of ${workerName}` }
  const agents = all.filter((other) => other.worker === worker).map(({ agent }) => agent)
  return { ...common, agents, words: `${is} all of ${workerName}`, everything: everythingSeen(all, worker) }
}

type Decide = (scope: Scope, decision: api.Decision) => void

/** What a submission in this status can become. */
const decisionKeys = (status: api.SubmissionStatus, decide: Decide, ask: (question: Question) => void): Keys => {
  switch (status) {
    case "completed":
      return {
        a: () => decide("one", { _tag: "Approve" }),
        A: () => decide("worker", { _tag: "Approve" }),
        s: () => decide("one", { _tag: "SoftReject" }),
        S: () => decide("worker", { _tag: "SoftReject" }),
        r: () => ask({ what: "reject", scope: "one" }),
        R: () => ask({ what: "reject", scope: "worker" })
      }
    case "rejected":
      return {
        a: () => decide("one", { _tag: "Override" }),
        A: () => decide("worker", { _tag: "Override" })
      }
    default:
      return {}
  }
}

/** What can be done with any submission. */
const otherKeys = (step: (by: number) => void, ask: (question: Question) => void): Keys => ({
  b: () => ask({ what: "bonus" }),
  x: () => ask({ what: "block" }),
  j: () => step(1),
  ArrowRight: () => step(1),
  k: () => step(-1),
  ArrowLeft: () => step(-1)
})

const FailureNotice = ({ problem }: { readonly problem: api.Problem }) => (
  <div class="notice bad row" role="alert">
    <span>{problem.message}</span>
    <button type="button" class="button quiet slim" onClick={dismissProblem}>
      Dismiss
    </button>
  </div>
)

interface NothingProps {
  readonly status: api.SubmissionStatus
  readonly heading: RefObject<HTMLHeadingElement>
}

const Nothing = ({ heading, status }: NothingProps) => (
  <div class="card empty">
    <h2 ref={heading} tabIndex={-1}>
      {status === "completed" ? "Nothing to review" : "Nothing here"}
    </h2>
    {status === "completed" && <p class="muted">What is submitted appears here by itself.</p>}
  </div>
)

export const Review = ({ status, view, waiting }: Props) => {
  const { run } = view.summary
  const { all, problem } = useSubmissions(run, status, waiting)
  const { held, problem: failure } = useHeld()
  const { current, focusNext, go, heading, index, step } = useCurrent(all, held.length)
  const [question, setQuestion] = useState<Question>()
  const [said, setSaid] = useState("")

  const decide: Decide = (scope, decision) => {
    if (current === undefined || all === undefined) return
    const held = decisionOn(current, { run, status, all }, scope, decision)
    setSaid("")
    go(following(all, index, held.agents)?.agent)
    hold(held)
  }

  const takeBack = () => {
    const [first] = undo()
    if (first !== undefined) go(first)
  }

  const keys: Keys = {
    u: takeBack,
    "?": () => setQuestion({ what: "help" }),
    ...(current !== undefined && { ...decisionKeys(status, decide, setQuestion), ...otherKeys(step, setQuestion) })
  }
  useKeys(question === undefined ? keys : {})

  /** The browser tells of a closed dialog a little later: another question may have come meanwhile. */
  const close = () => {
    setQuestion((now) => (now === question ? undefined : now))
    focusNext()
  }
  if (all === undefined) return problem === undefined ? null : <ProblemNotice problem={problem} />
  return (
    <div class="stack">
      {problem !== undefined && <ProblemNotice problem={problem} />}
      {failure !== undefined && <FailureNotice problem={failure} />}
      {current === undefined ? (
        <Nothing status={status} heading={heading} />
      ) : (
        <div class="review">
          <Queue submissions={all} current={current} onChoose={go} />
          <SubmissionView
            key={current.agent}
            submission={current}
            position={`${index + 1} of ${Math.max(all.length, waiting)}`}
            heading={heading}
          />
        </div>
      )}
      <div class="dock">
        <UndoBar held={held} said={said} onUndo={takeBack} />
        {current !== undefined && <DecisionBar keys={keys} status={status} worker={current.workerName} />}
      </div>
      {question !== undefined && (
        <ReviewQuestion
          question={question}
          view={view}
          current={current}
          onDecide={decide}
          onSaid={setSaid}
          onClose={close}
        />
      )}
    </div>
  )
}
