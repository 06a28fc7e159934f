/** All runs, the newest first, as they go. */
import { useCallback, useEffect, useState } from "preact/hooks"
import * as format from "../format.js"
import { Link, Title } from "../navigation.js"
import * as api from "./api.js"
import { Page, ProblemNotice } from "./Page.js"
import { Bar, Counts, Figures, Surplus, total } from "./Progress.js"
import { withDecisions } from "./pendingCounts.js"
import { useHeld } from "./pendingDecisions.js"
import { askAgainAfter, useEvents } from "./useRuns.js"
import { counted, origin } from "./words.js"

const RunCard = ({ view }: { readonly view: api.RunView }) => {
  const { assignments, mode, run, units } = view.summary
  return (
    <li class="card run">
      <div class="run-head">
        <h2>
          <Link to={`/console/runs/${run}`}>{view.title}</Link>
        </h2>
        {mode === "test" && <span class="tag">test</span>}
        {units.completed > 0 && <span class="tag warn">{counted(units.completed, "submission")} to review</span>}
      </div>
      <p class="small muted">{origin(view)}</p>
      <p class="small muted numbers">
        {counted(assignments, "assignment")}, {counted(total(view), "unit")}, {format.money(view.reward)} each · begun{" "}
        {format.moment(view.createdAt)}
      </p>
      <Bar view={view} />
      <Counts view={view} />
      <Surplus view={view} />
      <Figures view={view} />
    </li>
  )
}

/** The run as it is now, in its place; one that is new comes first. */
const placed = (views: ReadonlyArray<api.RunView>, view: api.RunView): ReadonlyArray<api.RunView> =>
  views.some(({ summary }) => summary.run === view.summary.run)
    ? views.map((other) => (other.summary.run === view.summary.run ? view : other))
    : [view, ...views].toSorted((left, right) => right.createdAt - left.createdAt)

export const Runs = () => {
  const [views, setViews] = useState<ReadonlyArray<api.RunView>>()
  const [next, setNext] = useState<string | null>(null)
  const [problem, setProblem] = useState<api.Problem>()
  const { moved } = useHeld()
  const load = useCallback(async (after: string | null) => {
    const reply = await api.runs(after)
    if (!reply.ok) return setProblem(reply.problem)
    setProblem(undefined)
    setViews((before = []) => reply.value.runs.reduce(placed, before))
    setNext(reply.value.next)
  }, [])
  useEffect(() => void load(null), [load])
  useEffect(() => {
    if (problem === undefined || views !== undefined) return
    const timer = setTimeout(() => load(null), askAgainAfter)
    return () => clearTimeout(timer)
  }, [problem, views, load])
  useEvents(
    undefined,
    useCallback((view: api.RunView) => setViews((before) => before && placed(before, view)), [])
  )
  return (
    <Page>
      <Title>Runs</Title>
      {problem !== undefined && <ProblemNotice problem={problem} />}
      {views?.length === 0 && (
        <p class="card muted">There is no run yet. It is shown here as soon as one is launched.</p>
      )}
      <ul class="runs">
        {views?.map((view) => (
          <RunCard key={view.summary.run} view={withDecisions(view, moved)} />
        ))}
      </ul>
      {next !== null && (
        <button type="button" class="button quiet" onClick={() => load(next)}>
          Older runs
        </button>
      )}
    </Page>
  )
}
