/** Who took part in a run, and how they did. */
import { useState } from "preact/hooks"
import * as format from "../format.js"
import * as api from "./api.js"
import { ProblemNotice } from "./Page.js"
import { BlockQuestion, BonusQuestion } from "./questions.js"
import { useWorkers } from "./useWorkers.js"

interface Asked {
  readonly what: "bonus" | "block"
  readonly part: api.Part
}

interface RowProps {
  readonly part: api.Part
  readonly onAsk: (asked: Asked) => void
  readonly onUnblock: (part: api.Part) => void
}

const submittedBy = ({ agents }: api.Part): number =>
  agents.completed + agents.approved + agents.soft_rejected + agents.rejected

/** How many units the worker has in work, and of how many their page has fallen silent. */
const InWork = ({ agents }: api.Part) => {
  const held = agents.accepted + agents.in_task + agents.disconnected
  const silent = agents.disconnected === held ? "disconnected" : `${format.number(agents.disconnected)} disconnected`
  return (
    <>
      {agents.disconnected > 0 && <span class="tag warn">{silent}</span>} {format.number(held)}
    </>
  )
}

const Row = ({ onAsk, onUnblock, part }: RowProps) => {
  const { agents, blocked, bonuses, medianTime, taken, worker } = part
  return (
    <tr>
      <th scope="row">
        {worker.name} {blocked && <span class="tag bad">blocked</span>}
      </th>
      <td data-label="Taken">{format.number(taken)}</td>
      <td data-label="In work">
        <InWork {...part} />
      </td>
      <td data-label="Submitted">{format.number(submittedBy(part))}</td>
      <td data-label="To review">{format.number(agents.completed)}</td>
      <td data-label="Approved">{format.number(agents.approved)}</td>
      <td data-label="Soft-rej.">{format.number(agents.soft_rejected)}</td>
      <td data-label="Rejected">{format.number(agents.rejected)}</td>
      <td data-label="Median">{medianTime === null ? "–" : format.duration(medianTime)}</td>
      <td data-label="Bonuses">{bonuses.minor === 0 ? "–" : format.money(bonuses)}</td>
      <td>
        <div class="row">
          <button type="button" class="button quiet slim" onClick={() => onAsk({ what: "bonus", part })}>
            Bonus…<span class="hidden"> for {worker.name}</span>
          </button>
          {blocked ? (
            <button type="button" class="button quiet slim" onClick={() => onUnblock(part)}>
              Unblock<span class="hidden"> {worker.name}</span>
            </button>
          ) : (
            <button type="button" class="button quiet slim" onClick={() => onAsk({ what: "block", part })}>
              Block…<span class="hidden"> {worker.name}</span>
            </button>
          )}
        </div>
      </td>
    </tr>
  )
}

const columns = [
  "Worker",
  "Taken",
  "In work",
  "Submitted",
  "To review",
  "Approved",
  "Soft-rej.",
  "Rejected",
  "Median",
  "Bonuses"
]

interface TableProps extends Omit<RowProps, "part"> {
  readonly parts: ReadonlyArray<api.Part>
}

const Table = ({ onAsk, onUnblock, parts }: TableProps) => (
  // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by key
  <section class="card table" aria-label="Workers of this run" tabIndex={0}>
    <table class="numbers">
      <thead>
        <tr>
          {columns.map((name) => (
            <th key={name} scope="col">
              {name}
            </th>
          ))}
          <th scope="col">
            <span class="hidden">Actions</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {parts.map((part) => (
          <Row key={part.worker.id} part={part} onAsk={onAsk} onUnblock={onUnblock} />
        ))}
      </tbody>
    </table>
  </section>
)

interface QuestionProps {
  readonly asked: Asked
  readonly view: api.RunView
  readonly onPaid: (words: string) => void
  readonly onBlocked: (words: string) => void
  readonly onClose: () => void
}

const WorkerQuestion = ({ asked, onBlocked, onClose, onPaid, view }: QuestionProps) => {
  const { id, name } = asked.part.worker
  return asked.what === "bonus" ? (
    <BonusQuestion view={view} to={{ worker: id }} name={name} onSaid={onPaid} onClose={onClose} />
  ) : (
    <BlockQuestion run={view.summary.run} worker={id} name={name} onBlocked={onBlocked} onClose={onClose} />
  )
}

export const Workers = ({ view }: { readonly view: api.RunView }) => {
  const { next, parts, problem, setBlocked, setProblem, take, unread } = useWorkers(view.summary)
  const [asked, setAsked] = useState<Asked>()
  const [said, setSaid] = useState("")

  const block = (part: api.Part, words: string) => {
    setSaid(words)
    setBlocked(part, true)
  }
  const unblock = async (part: api.Part) => {
    const reply = await api.unblock(view.summary.run, part.worker.id)
    if (!reply.ok) return setProblem(reply.problem)
    setSaid(`${part.worker.name} is let in again`)
    setBlocked(part, false)
  }
  return (
    <section class="stack" aria-label="Workers">
      {problem !== undefined && <ProblemNotice problem={problem} />}
      {unread !== undefined && <ProblemNotice problem={unread} />}
      <p class={said === "" ? "hidden" : "small muted"} role="status">
        {said}
      </p>
      {parts?.length === 0 && <p class="card muted">Nobody has taken a unit yet.</p>}
      {parts !== undefined && parts.length > 0 && <Table parts={parts} onAsk={setAsked} onUnblock={unblock} />}
      {next !== null && (
        <button type="button" class="button quiet" onClick={() => take(next)}>
          More workers
        </button>
      )}
      {asked !== undefined && (
        <WorkerQuestion
          asked={asked}
          view={view}
          onPaid={(words) => {
            setSaid(words)
            void take(null)
          }}
          onBlocked={(words) => block(asked.part, words)}
          onClose={() => setAsked(undefined)}
        />
      )}
    </section>
  )
}
