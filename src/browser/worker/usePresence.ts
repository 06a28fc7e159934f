/** Tells the server whether the worker is there. */
import { useEffect } from "preact/hooks"
import * as api from "./api.js"

const beat = 30_000

/** Beginning, and coming back, are the same word; what the server says against it is handed over. */
export const usePresence = (work: api.Work, open: boolean, onProblem: (problem: api.Problem) => void): void =>
  useEffect(() => {
    if (!open) return
    const come = async () => {
      if (document.visibilityState !== "visible") return
      const reply = await api.start(work)
      if (!reply.ok) onProblem(reply.problem)
    }
    const leave = () => void api.disconnect(work)
    void come()
    const timer = setInterval(come, beat)
    document.addEventListener("visibilitychange", come)
    addEventListener("pageshow", come)
    addEventListener("pagehide", leave)
    return () => {
      clearInterval(timer)
      document.removeEventListener("visibilitychange", come)
      removeEventListener("pageshow", come)
      removeEventListener("pagehide", leave)
    }
  }, [work, open, onProblem])
