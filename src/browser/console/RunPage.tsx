/** One run: how it goes, and its submissions or its workers. */
import { useState } from "preact/hooks"
import * as format from "../format.js"
import { Link, Title } from "../navigation.js"
import * as api from "./api.js"
import { Question } from "./Dialog.js"
import { Page, ProblemNotice } from "./Page.js"
import { Bar, Counts, Figures, Surplus } from "./Progress.js"
import { withDecisions } from "./pendingCounts.js"
import { useHeld } from "./pendingDecisions.js"
import { Submissions } from "./Submissions.js"
import { useRun } from "./useRuns.js"
import { Workers } from "./Workers.js"
import { origin } from "./words.js"

const ExpireQuestion = ({ run, onClose }: { readonly run: string; readonly onClose: () => void }) => (
  <Question
    title="Take back what nobody has?"
    action="Take back"
    dangerous
    onAnswer={() => api.expire(run)}
    onClose={onClose}
  >
    <p>Units on offer expire and can be taken no more. Who is at work may finish. What was submitted stays.</p>
  </Question>
)

const Actions = ({ view }: { readonly view: api.RunView }) => {
  const [asking, setAsking] = useState(false)
  const { run, units } = view.summary
  const open = units.created + units.launched + units.assigned
  return (
    <div class="row actions">
      <a class="button quiet slim" href={api.resultsPath(run, "csv")} download>
        Results as CSV
      </a>
      <a class="button quiet slim" href={api.resultsPath(run, "jsonl")} download>
        as JSONL
      </a>
      {open > 0 && (
        <button type="button" class="button quiet slim" onClick={() => setAsking(true)}>
          Expire…
        </button>
      )}
      {asking && <ExpireQuestion run={run} onClose={() => setAsking(false)} />}
    </div>
  )
}

const lifetime = ({ createdAt, endsAt }: api.RunView): string =>
  [`Begun ${format.moment(createdAt)}`, ...(endsAt === null ? [] : [`on offer until ${format.moment(endsAt)}`])].join(
    ", "
  )

interface Props {
  readonly run: string
  readonly show: "submissions" | "workers"
}

export const RunPage = ({ run, show }: Props) => {
  const reply = useRun(run)
  const { moved } = useHeld()
  if (reply === undefined) return <Page>{null}</Page>
  if (!reply.ok) {
    return (
      <Page>
        <Title>Run</Title>
        <ProblemNotice problem={reply.problem} />
      </Page>
    )
  }
  const view = withDecisions(reply.value, moved)
  const here = (name: Props["show"]) => (name === show ? { "aria-current": "page" as const } : {})
  return (
    <Page>
      <section class="run" aria-label="Run">
        <div class="run-head">
          <Title>{view.title}</Title>
          {view.summary.mode === "test" && <span class="tag">test</span>}
          <Actions view={view} />
        </div>
        <p class="small muted">{origin(view)}</p>
        <p class="small muted numbers">{lifetime(view)}</p>
        <Bar view={view} />
        <Counts view={view} />
        <Surplus view={view} />
        <Figures view={view} />
      </section>
      <nav class="tabs" aria-label="Of this run">
        <Link to={`/console/runs/${run}`} {...here("submissions")}>
          Submissions
        </Link>
        <Link to={`/console/runs/${run}/workers`} {...here("workers")}>
          Workers
        </Link>
      </nav>
      {show === "submissions" ? <Submissions view={view} /> : <Workers view={view} />}
    </Page>
  )
}
