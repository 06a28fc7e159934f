/** Who took part in a run, and how they did. */
import { useCallback, useEffect, useState } from "preact/hooks"
import * as format from "../format.js"
import * as api from "./api.js"
import { ProblemNotice } from "./Page.js"
import { BlockQuestion, BonusQuestion } from "./questions.js"

type Asked = { readonly what: "bonus" | "block"; readonly part: api.Part } | undefined

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

/** That a worker is silent or there again shows in no unit. */
const refreshEvery = 10_000

interface Loaded {
  readonly workers: ReadonlyArray<api.Part>
  readonly next: string | null
}

export const Workers = ({ view }: { readonly view: api.RunView }) => {
  const { run, units } = view.summary
  const [pages, setPages] = useState<ReadonlyArray<Loaded>>([])
  const [problem, setProblem] = useState<api.Problem>()
  const [unread, setUnread] = useState<api.Problem>()
  const [asked, setAsked] = useState<Asked>()
  const [said, setSaid] = useState("")

  /** The first page again, or one more; pages after the first stay as they were read. */
  const take = useCallback(
    async (after: string | null) => {
      const reply = await api.workers(run, after)
      const tell = after === null ? setUnread : setProblem
      tell(reply.ok ? undefined : reply.problem)
      if (!reply.ok) return
      setPages((before) => (after === null ? [reply.value, ...before.slice(1)] : [...before, reply.value]))
    },
    [run]
  )
  const next = pages.at(-1)?.next ?? null
  const parts = pages.flatMap(({ workers }) => workers)
  const counts = JSON.stringify(units)
  useEffect(() => void take(null), [take, counts])
  const isWorkedOn = units.assigned > 0
  useEffect(() => {
    if (!isWorkedOn) return
    const look = () => document.visibilityState === "visible" && void take(null)
    const timer = setInterval(look, refreshEvery)
    return () => clearInterval(timer)
  }, [take, isWorkedOn])

  const setBlocked = (part: api.Part, blocked: boolean, words: string) => {
    setSaid(words)
    const change = (other: api.Part) => (other.worker.id === part.worker.id ? { ...other, blocked } : other)
    setPages((before) => before.map(({ next, workers }) => ({ next, workers: workers.map(change) })))
  }
  const unblock = async (part: api.Part) => {
    const reply = await api.unblock(run, part.worker.id)
    if (reply.ok) setBlocked(part, false, `${part.worker.name} is let in again`)
    else setProblem(reply.problem)
  }
  return (
    <section class="stack" aria-label="Workers">
      {problem !== undefined && <ProblemNotice problem={problem} />}
      {unread !== undefined && <ProblemNotice problem={unread} />}
      <p class={said === "" ? "hidden" : "small muted"} role="status">
        {said}
      </p>
      {pages.length > 0 && parts.length === 0 && <p class="card muted">Nobody has taken a unit yet.</p>}
      {parts.length > 0 && (
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
                <Row key={part.worker.id} part={part} onAsk={setAsked} onUnblock={unblock} />
              ))}
            </tbody>
          </table>
        </section>
      )}
      {next !== null && (
        <button type="button" class="button quiet" onClick={() => take(next)}>
          More workers
        </button>
      )}
      {asked?.what === "bonus" && (
        <BonusQuestion
          view={view}
          to={{ worker: asked.part.worker.id }}
          name={asked.part.worker.name}
          onSaid={(words) => {
            setSaid(words)
            void take(null)
          }}
          onClose={() => setAsked(undefined)}
        />
      )}
      {asked?.what === "block" && (
        <BlockQuestion
          run={run}
          worker={asked.part.worker.id}
          name={asked.part.worker.name}
          onBlocked={(words) => setBlocked(asked.part, true, words)}
          onClose={() => setAsked(undefined)}
        />
      )}
    </section>
  )
}
