/** Who took part in a run, a page after the other. */
import { useCallback, useEffect, useState } from "preact/hooks"
import * as api from "./api.js"

/** That a worker is silent or there again shows in no unit. */
const refreshEvery = 10_000

interface Loaded {
  readonly workers: ReadonlyArray<api.Part>
  readonly next: string | null
}

export const useWorkers = ({ run, units }: api.RunView["summary"]) => {
  const [pages, setPages] = useState<ReadonlyArray<Loaded>>([])
  const [problem, setProblem] = useState<api.Problem>()
  const [unread, setUnread] = useState<api.Problem>()

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
  const counts = JSON.stringify(units)
  useEffect(() => void take(null), [take, counts])
  const isWorkedOn = units.assigned > 0
  useEffect(() => {
    if (!isWorkedOn) return
    const look = () => document.visibilityState === "visible" && void take(null)
    const timer = setInterval(look, refreshEvery)
    return () => clearInterval(timer)
  }, [take, isWorkedOn])

  const setBlocked = (part: api.Part, blocked: boolean) => {
    const change = (other: api.Part) => (other.worker.id === part.worker.id ? { ...other, blocked } : other)
    setPages((before) => before.map(({ next, workers }) => ({ next, workers: workers.map(change) })))
  }

  return {
    /** None before the first page is there. */
    parts: pages.length === 0 ? undefined : pages.flatMap(({ workers }) => workers),
    next: pages.at(-1)?.next ?? null,
    problem,
    /** Why the first page could not be read again. */
    unread,
    setBlocked,
    setProblem,
    take
  }
}
