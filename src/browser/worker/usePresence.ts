/** Tells the server whether the worker is there. */
import { useEffect } from "preact/hooks"
import * as api from "./api.js"

const beat = 30_000

/**
 * Beginning, staying and coming back are the same word; what the server says against it is handed over. A page behind
 * others goes on saying it: tasks send people to look things up.
 */
export const usePresence = (work: api.Work, open: boolean, onProblem: (problem: api.Problem) => unknown): void =>
  useEffect(() => {
    if (!open) return
    const come = async () => {
      const reply = await api.heartbeat(work)
      if (!reply.ok) onProblem(reply.problem)
    }
    const see = () => document.visibilityState === "visible" && void come()
    const leave = () => void api.disconnect(work)
    void come()
    const timer = setInterval(come, beat)
    document.addEventListener("visibilitychange", see)
    addEventListener("pageshow", come)
    addEventListener("pagehide", leave)
    return () => {
      clearInterval(timer)
      document.removeEventListener("visibilitychange", see)
      removeEventListener("pageshow", come)
      removeEventListener("pagehide", leave)
    }
  }, [work, open, onProblem])
