/** The submissions of a run in one status, more of them as they are needed. */
import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks"
import * as api from "./api.js"
import { everythingOf, listed, useHeld } from "./pendingDecisions.js"

/** With fewer at hand, the next page is asked for. */
const fewest = 8

const askAgainAfter = 3_000

/** Those of one worker stand together, workers in the order of their first. */
const byWorker = (submissions: ReadonlyArray<api.Submission>): ReadonlyArray<api.Submission> => {
  const groups = new Map<string, Array<api.Submission>>()
  for (const submission of submissions) {
    const group = groups.get(submission.worker)
    if (group === undefined) groups.set(submission.worker, [submission])
    else group.push(submission)
  }
  return [...groups.values()].flat()
}

export interface Submissions {
  /** In their order; none before the first page is there. */
  readonly all: ReadonlyArray<api.Submission> | undefined
  readonly problem: api.Problem | undefined
}

/** `waiting` is how many there are on the server: when it grows, what is new is asked for. */
export const useSubmissions = (run: string, status: api.SubmissionStatus, waiting: number): Submissions => {
  const [loaded, setLoaded] = useState<ReadonlyArray<api.Submission>>()
  const [next, setNext] = useState<string | null>(null)
  const [problem, setProblem] = useState<api.Problem>()
  const { done } = useHeld()
  const busy = useRef(false)
  const last = useRef<string | null>(null)

  const load = useCallback(
    async (after: string | null) => {
      if (busy.current) return
      busy.current = true
      const reply = await api.submissions(run, status, after)
      busy.current = false
      if (!reply.ok) return setProblem(reply.problem)
      const { next, submissions } = reply.value
      setProblem(undefined)
      last.current = submissions.at(-1)?.agent ?? last.current
      setNext(next)
      setLoaded((before = []) => {
        const known = new Set(before.map(({ agent }) => agent))
        return [...before, ...submissions.filter(({ agent }) => !known.has(agent))]
      })
    },
    [run, status]
  )

  const ordered = useMemo(() => loaded && byWorker(loaded), [loaded])
  const all = useMemo(() => {
    const isDone = (what: string) => done.has(listed(status, what))
    return ordered?.filter(({ agent, worker }) => !isDone(agent) && !isDone(everythingOf(run, worker)))
  }, [ordered, done, run, status])
  const count = all?.length ?? 0

  useEffect(() => void load(null), [load])
  useEffect(() => {
    if (next !== null && count < fewest) void load(next)
  }, [load, next, count])
  useEffect(() => {
    if (status === "completed" && next === null && waiting > count) void load(last.current)
  }, [waiting])

  useEffect(() => {
    if (problem === undefined) return
    const timer = setTimeout(() => load(last.current), askAgainAfter)
    return () => clearTimeout(timer)
  }, [problem, load])

  return { all, problem }
}
