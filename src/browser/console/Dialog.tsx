/** What the console asks before it does something. */
import type { JSX } from "preact"
import { useId, useState } from "preact/hooks"
import { Dialog, type DialogProps } from "../Dialog.js"
import type { Problem, Reply } from "./api.js"

interface QuestionProps extends DialogProps {
  readonly action: string
  readonly dangerous?: boolean
  /** Closes the dialog when it went well, and says here what did not. */
  readonly onAnswer: () => Promise<Reply<unknown>>
}

/** Ctrl+Enter sends the form from any of its fields: in some, Enter begins a new line. */
const sendByKey = (event: JSX.TargetedKeyboardEvent<HTMLFormElement>) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) event.currentTarget.requestSubmit()
}

/** A dialog with one thing to do. */
export const Question = ({ action, children, dangerous = false, onAnswer, onClose, title }: QuestionProps) => {
  const [problem, setProblem] = useState<Problem>()
  const [busy, setBusy] = useState(false)
  const answer = async (event: Event) => {
    event.preventDefault()
    if (busy) return
    setBusy(true)
    const reply = await onAnswer()
    setBusy(false)
    if (reply.ok) onClose()
    else setProblem(reply.problem)
  }
  return (
    <Dialog title={title} onClose={onClose}>
      <form class="stack" onSubmit={answer} onKeyDown={sendByKey}>
        {children}
        {problem !== undefined && (
          <p class="notice bad" role="alert">
            {problem.message}
          </p>
        )}
        <div class="row">
          <button type="submit" class={dangerous ? "button dangerous" : "button"} disabled={busy}>
            {action}
          </button>
          <button type="button" class="button quiet" onClick={onClose}>
            Cancel
          </button>
        </div>
      </form>
    </Dialog>
  )
}

interface TextFieldProps {
  readonly label: string
  /** What it has to be, and how far it is. */
  readonly hint?: string | undefined
  readonly value: string
  readonly onValue: (value: string) => void
  readonly longest?: number
  readonly readOnly?: boolean
}

export const TextField = ({ hint, label, longest = 1000, onValue, readOnly = false, value }: TextFieldProps) => {
  const id = useId()
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <textarea
        id={id}
        rows={3}
        required
        maxLength={longest}
        readOnly={readOnly}
        value={value}
        aria-describedby={hint === undefined ? undefined : `${id}-hint`}
        onInput={(event) => onValue(event.currentTarget.value)}
      />
      {hint !== undefined && (
        <p id={`${id}-hint`} class="muted small numbers">
          {hint}
        </p>
      )}
    </div>
  )
}
