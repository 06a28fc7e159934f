/** What is asked before a submission is rejected, or something is done to its worker. */
import type * as api from "./api.js"
import { Help } from "./bars.js"
import { BlockQuestion, BonusQuestion, RejectQuestion } from "./questions.js"

/** One submission, or everything of its worker. */
export type Scope = "one" | "worker"

export type Question =
  | { readonly what: "reject"; readonly scope: Scope }
  | { readonly what: "bonus" | "block" | "help" }

interface Props {
  readonly question: Question
  readonly view: api.RunView
  readonly current: api.Submission | undefined
  readonly onDecide: (scope: Scope, decision: api.Decision) => void
  readonly onSaid: (words: string) => void
  readonly onClose: () => void
}

export const ReviewQuestion = ({ current, onClose, onDecide, onSaid, question, view }: Props) => {
  if (question.what === "help") return <Help onClose={onClose} />
  if (current === undefined) return null
  const { agent, worker, workerName } = current
  switch (question.what) {
    case "reject":
      return (
        <RejectQuestion
          what={question.scope === "one" ? "this submission" : `all of ${workerName}`}
          rules={view.feedback}
          onReject={(why) => onDecide(question.scope, { _tag: "Reject", ...why })}
          onClose={onClose}
        />
      )
    case "bonus":
      return <BonusQuestion view={view} to={{ agent }} name={workerName} onSaid={onSaid} onClose={onClose} />
    case "block":
      return (
        <BlockQuestion run={view.summary.run} worker={worker} name={workerName} onBlocked={onSaid} onClose={onClose} />
      )
  }
}
