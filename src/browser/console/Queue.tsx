/** What is at hand, by worker. */
import { useEffect, useRef } from "preact/hooks"
import * as format from "../format.js"
import type { Submission } from "./api.js"

interface Props {
  readonly submissions: ReadonlyArray<Submission>
  readonly current: Submission
  readonly onChoose: (agent: string) => void
}

interface Group {
  readonly worker: string
  readonly name: string
  readonly submissions: ReadonlyArray<Submission>
}

const groupsOf = (submissions: ReadonlyArray<Submission>): ReadonlyArray<Group> =>
  [...new Set(submissions.map(({ worker }) => worker))].map((worker) => {
    const own = submissions.filter((submission) => submission.worker === worker)
    return { worker, name: own[0]?.workerName ?? "", submissions: own }
  })

/** None after a clock that was set back in between. */
export const timeTaken = ({ acceptedAt, submittedAt }: Submission): number =>
  Math.max(0, (submittedAt ?? acceptedAt) - acceptedAt)

/** Scrolls the list, and not the page. */
const showWithin = (item: HTMLElement | null): void => {
  const list = item?.closest("nav")
  if (item === null || list === null || list === undefined) return
  const { bottom, top } = item.getBoundingClientRect()
  const seen = list.getBoundingClientRect()
  if (top < seen.top) list.scrollTop += top - seen.top - list.clientHeight / 3
  if (bottom > seen.bottom) list.scrollTop += bottom - seen.bottom + list.clientHeight / 3
}

export const Queue = ({ current, onChoose, submissions }: Props) => {
  const chosen = useRef<HTMLButtonElement>(null)
  useEffect(() => showWithin(chosen.current), [current.agent])
  return (
    <nav class="queue card" aria-label="Submissions by worker">
      {groupsOf(submissions).map(({ name, submissions, worker }) => (
        <section key={worker} aria-label={name}>
          <h3>
            {name} <span class="tag">{submissions.length}</span>
          </h3>
          <ul>
            {submissions.map((submission) => (
              <li key={submission.agent}>
                <button
                  type="button"
                  ref={submission === current ? chosen : null}
                  aria-current={submission === current ? "true" : undefined}
                  onClick={() => onChoose(submission.agent)}
                >
                  <span>{format.moment(submission.submittedAt ?? submission.acceptedAt)}</span>
                  {submission.answered ? (
                    <span class="muted">{format.duration(timeTaken(submission))}</span>
                  ) : (
                    <span class="tag warn">no answers</span>
                  )}
                </button>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </nav>
  )
}
