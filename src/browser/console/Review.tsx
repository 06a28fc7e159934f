/** One submission after the other, by mouse and by key. */
import { useLayoutEffect, useRef, useState } from "preact/hooks"
import type * as api from "./api.js"
import { serverNow } from "./api.js"
import { DecisionBar, Help, UndoBar } from "./bars.js"
import { ProblemNotice } from "./Page.js"
import { dismissProblem, hold, undo, useHeld } from "./pendingDecisions.js"
import { Queue } from "./Queue.js"
import { BlockQuestion, BonusQuestion, RejectQuestion } from "./questions.js"
import { SubmissionView } from "./SubmissionView.js"
import { type Keys, useKeys } from "./useKeys.js"
import { useSubmissions } from "./useSubmissions.js"

/** One submission, or everything of its worker. */
export type Scope = "one" | "worker"

type Question = { readonly what: "reject"; readonly scope: Scope } | { readonly what: "bonus" | "block" | "help" }

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

const FailureNotice = ({ problem }: { readonly problem: api.Problem }) => (
  <div class="notice bad row" role="alert">
    <span>{problem.message}</span>
    <button type="button" class="button quiet slim" onClick={dismissProblem}>
      Dismiss
    </button>
  </div>
)

export const Review = ({ status, view, waiting }: Props) => {
  const { run } = view.summary
  const { all, problem } = useSubmissions(run, status, waiting)
  const { held, problem: failure } = useHeld()
  const [chosen, setChosen] = useState<string>()
  const [question, setQuestion] = useState<Question>()
  const [said, setSaid] = useState("")
  const heading = useRef<HTMLHeadingElement>(null)
  const moved = useRef(false)
  const everMoved = useRef(false)

  const index = Math.max(0, all?.findIndex(({ agent }) => agent === chosen) ?? 0)
  const current = all?.[index]

  /** What is shown next takes the focus, so that it is read out, keys go on from there, and no focus is lost. */
  useLayoutEffect(() => {
    everMoved.current ||= moved.current
    if (moved.current || (everMoved.current && document.activeElement === document.body)) {
      heading.current?.focus({ preventScroll: true })
      heading.current?.scrollIntoView({ block: "nearest" })
    }
    moved.current = false
  }, [current?.agent, held.length])

  const go = (agent: string | undefined) => {
    moved.current = true
    setChosen(agent)
  }
  const step = (by: number) => go((all?.[index + by] ?? current)?.agent)

  const decide = (scope: Scope, decision: api.Decision) => {
    if (current === undefined || all === undefined) return
    const ofWorker = all.filter(({ worker }) => worker === current.worker)
    const agents = scope === "one" ? [current.agent] : ofWorker.map(({ agent }) => agent)
    const what = scope === "one" ? `a submission of ${current.workerName}` : `all of ${current.workerName}`
    setSaid("")
    go(following(all, index, agents)?.agent)
    hold({
      run,
      from: status,
      decision,
      agents,
      words: `${done[decision._tag]} ${what}`,
      ...(scope === "worker" && { everything: everythingSeen(all, current.worker) })
    })
  }

  const takeBack = () => {
    const [first] = undo()
    if (first !== undefined) go(first)
  }

  const toReview: Keys = {
    a: () => decide("one", { _tag: "Approve" }),
    A: () => decide("worker", { _tag: "Approve" }),
    s: () => decide("one", { _tag: "SoftReject" }),
    S: () => decide("worker", { _tag: "SoftReject" }),
    r: () => setQuestion({ what: "reject", scope: "one" }),
    R: () => setQuestion({ what: "reject", scope: "worker" })
  }
  const rejected: Keys = {
    a: () => decide("one", { _tag: "Override" }),
    A: () => decide("worker", { _tag: "Override" })
  }
  const decisions = status === "completed" ? toReview : status === "rejected" ? rejected : {}
  const others: Keys = {
    b: () => setQuestion({ what: "bonus" }),
    x: () => setQuestion({ what: "block" }),
    j: () => step(1),
    ArrowRight: () => step(1),
    k: () => step(-1),
    ArrowLeft: () => step(-1)
  }
  const keys: Keys = {
    u: takeBack,
    "?": () => setQuestion({ what: "help" }),
    ...(current === undefined ? {} : { ...decisions, ...others })
  }
  useKeys(question === undefined ? keys : {})

  /** The browser tells of a closed dialog a little later: another question may have come meanwhile. */
  const close = () => {
    setQuestion((now) => (now === question ? undefined : now))
    moved.current = true
  }
  if (all === undefined) return problem === undefined ? null : <ProblemNotice problem={problem} />
  return (
    <div class="stack">
      {problem !== undefined && <ProblemNotice problem={problem} />}
      {failure !== undefined && <FailureNotice problem={failure} />}
      {current === undefined ? (
        <div class="card empty">
          <h2 ref={heading} tabIndex={-1}>
            {status === "completed" ? "Nothing to review" : "Nothing here"}
          </h2>
          {status === "completed" && <p class="muted">What is submitted appears here by itself.</p>}
        </div>
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
      {question?.what === "help" && <Help onClose={close} />}
      {question?.what === "reject" && current !== undefined && (
        <RejectQuestion
          what={question.scope === "one" ? "this submission" : `all of ${current.workerName}`}
          onReject={(why) => decide(question.scope, { _tag: "Reject", ...why })}
          onClose={close}
        />
      )}
      {question?.what === "bonus" && current !== undefined && (
        <BonusQuestion
          view={view}
          to={{ agent: current.agent }}
          name={current.workerName}
          onSaid={setSaid}
          onClose={close}
        />
      )}
      {question?.what === "block" && current !== undefined && (
        <BlockQuestion
          run={run}
          worker={current.worker}
          name={current.workerName}
          onBlocked={setSaid}
          onClose={close}
        />
      )}
    </div>
  )
}
