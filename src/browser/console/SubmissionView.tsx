/** The task as the worker saw it, and what they answered. */
import type { Ref } from "preact"
import { useEffect, useState } from "preact/hooks"
import type { Json } from "../answers.js"
import * as format from "../format.js"
import { TaskFrame } from "../TaskFrame.js"
import type { Submission } from "./api.js"
import { timeTaken } from "./Queue.js"

const textOf = (value: Json): string => (typeof value === "string" ? value : JSON.stringify(value, null, 2))

interface ValuesProps {
  readonly title: string
  readonly values: { readonly [name: string]: Json }
}

const Values = ({ title, values }: ValuesProps) => (
  <section class="card values" aria-label={title}>
    <h3>{title}</h3>
    {Object.keys(values).length === 0 && <p class="muted small">None.</p>}
    <dl>
      {Object.entries(values).map(([name, value]) => (
        <div key={name} class="value">
          <dt class="small muted">{name}</dt>
          <dd>{textOf(value) === "" ? <span class="muted">(empty)</span> : textOf(value)}</dd>
        </div>
      ))}
    </dl>
  </section>
)

/** What only the crowd heard of: the worker told it that they were done, and nothing came to our pages. */
const Unanswered = () => (
  <section class="card values" aria-label="Answers">
    <h3>Answers</h3>
    <p class="notice warn">
      <strong>No answers came.</strong> The worker told the crowd that they were done, and submitted nothing here. It is
      not approved unless you do it.
    </p>
  </section>
)

/** Whether keys go to the task in the frame, and not to this page. */
const useInFrame = (): boolean => {
  const [inFrame, setInFrame] = useState(false)
  useEffect(() => {
    const look = () => setInFrame(document.activeElement instanceof HTMLIFrameElement)
    addEventListener("blur", look)
    addEventListener("focus", look)
    return () => {
      removeEventListener("blur", look)
      removeEventListener("focus", look)
    }
  }, [])
  return inFrame
}

interface Props {
  readonly submission: Submission
  readonly position: string
  readonly heading: Ref<HTMLHeadingElement>
}

export const SubmissionView = ({ heading, position, submission }: Props) => {
  const { agent, answered, answers, feedback, frame, inputs, submittedAt, workerName } = submission
  const inFrame = useInFrame()
  return (
    <article class="submission">
      <header>
        <h2 ref={heading} tabIndex={-1}>
          {workerName} <span class="muted">· {position}</span>
        </h2>
        <p class="small muted numbers">
          {submittedAt !== null && `Submitted ${format.moment(submittedAt)}, after `}
          {format.duration(timeTaken(submission))} · {agent}
        </p>
        {feedback !== null && <p class="small">Feedback: {feedback}</p>}
      </header>
      <div class="sides">
        <section aria-label="The task as the worker saw it">
          <TaskFrame src={frame} title="The task as the worker saw it" />
          {inFrame && <p class="small muted">Keys go to the task now. Press Tab or click outside it to come back.</p>}
        </section>
        <div class="stack">
          {answered ? <Values title="Answers" values={answers} /> : <Unanswered />}
          <Values title="Data" values={inputs} />
        </div>
      </div>
    </article>
  )
}
