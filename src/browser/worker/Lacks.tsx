/** Qualifications that somebody lacks for a task, to be asked for. */
import { useState } from "preact/hooks"
import { Accept } from "./Accept.js"
import * as api from "./api.js"
import { ProblemNotice } from "./Page.js"
import { lackText } from "./words.js"

interface LackProps {
  readonly lack: api.Lack
  readonly onAsked: () => Promise<void>
}

const One = ({ lack, onAsked }: LackProps) => {
  const [problem, setProblem] = useState<api.Problem>()
  const ask = async () => {
    const reply = await api.askFor(lack)
    setProblem(reply.ok ? undefined : reply.problem)
    if (reply.ok) await onAsked()
  }
  return (
    <li>
      {lack.status === "open" ? (
        <Accept label={`Ask for “${lack.name}”`} onAccept={ask} />
      ) : (
        <p class="small" role="status">
          {lackText(lack)}
        </p>
      )}
      {lack.description !== "" && <p class="muted small">{lack.description}</p>}
      {problem !== undefined && <ProblemNotice problem={problem} />}
    </li>
  )
}

export const Lacks = ({
  lacks,
  onAsked
}: {
  readonly lacks: ReadonlyArray<api.Lack>
  readonly onAsked: () => Promise<void>
}) =>
  lacks.length === 0 ? null : (
    <ul class="stack lacks">
      {lacks.map((lack) => (
        <One key={lack.qualification} lack={lack} onAsked={onAsked} />
      ))}
    </ul>
  )
