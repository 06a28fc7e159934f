/** What was submitted: to review, or to look back at. */
import { useState } from "preact/hooks"
import * as format from "../format.js"
import type { RunView, SubmissionStatus } from "./api.js"
import { Review } from "./Review.js"
import { statusNames } from "./words.js"

const statuses: ReadonlyArray<SubmissionStatus> = ["completed", "approved", "soft_rejected", "rejected"]

const countOf = ({ summary: { units } }: RunView, status: SubmissionStatus): number =>
  status === "approved" ? units.accepted : units[status]

export const Submissions = ({ view }: { readonly view: RunView }) => {
  const [status, setStatus] = useState<SubmissionStatus>("completed")
  return (
    <section class="stack" aria-label="Submissions">
      <fieldset class="row choices">
        <legend class="hidden">Which submissions</legend>
        {statuses.map((one) => (
          <button key={one} type="button" class="choice" aria-pressed={one === status} onClick={() => setStatus(one)}>
            {statusNames[one]} <span class="numbers">{format.number(countOf(view, one))}</span>
          </button>
        ))}
      </fieldset>
      <p class="hidden" role="status">
        {view.summary.units.completed > 0 ? "There are submissions to review" : "There is nothing to review"}
      </p>
      <Review key={status} view={view} status={status} waiting={countOf(view, status)} />
    </section>
  )
}
