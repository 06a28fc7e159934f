/** Runs as they change: asked once, then told by the server for as long as the page is looked at. */
import { useEffect, useState } from "preact/hooks"
import type { RunView } from "./api.js"
import * as api from "./api.js"
import { type Trouble, tellTrouble } from "./storeTrouble.js"

type Listener = (view: RunView) => void

const listeners = new Set<Listener>()

export const tellView: Listener = (view) => {
  for (const listener of listeners) listener(view)
}

/** Answers how to stop. */
const onViews = (listener: Listener): (() => void) => {
  listeners.add(listener)
  return () => {
    listeners.delete(listener)
  }
}

const viewOf = (event: MessageEvent<string>): api.RunView => JSON.parse(event.data)

const troubleOf = (event: MessageEvent<string>): Trouble | null => JSON.parse(event.data)

export const askAgainAfter = 3_000

/** Of one run, or of the newest. A hidden page does not listen: browsers keep few connections to one server. */
export const useEvents = (run: string | undefined, onView: (view: api.RunView) => void): void =>
  useEffect(() => {
    let source: EventSource | undefined
    let timer = 0
    /**
     * Browsers go on by themselves, except where the server refuses; asking tells why, and whoever is signed out hears
     * it.
     */
    const askWhy = async () => {
      if (source?.readyState !== EventSource.CLOSED) return
      source = undefined
      const reply = await api.runs()
      if (reply.ok || reply.problem._tag !== "NotSignedIn") timer = setTimeout(follow, askAgainAfter)
    }
    const follow = () => {
      clearTimeout(timer)
      const seen = document.visibilityState === "visible"
      if (seen && source === undefined) {
        source = new EventSource(api.eventsPath(run))
        source.addEventListener("run", (event) => onView(viewOf(event)))
        source.addEventListener("trouble", (event) => tellTrouble(troubleOf(event)))
        source.addEventListener("error", askWhy)
      } else if (!seen) {
        source?.close()
        source = undefined
      }
    }
    follow()
    const stop = onViews((view) => (run === undefined || view.summary.run === run) && onView(view))
    document.addEventListener("visibilitychange", follow)
    return () => {
      stop()
      document.removeEventListener("visibilitychange", follow)
      clearTimeout(timer)
      source?.close()
    }
  }, [run, onView])

export const useRun = (id: string): api.Reply<api.RunView> | undefined => {
  const [reply, setReply] = useState<api.Reply<api.RunView>>()
  useEffect(() => {
    void api.run(id).then(setReply)
  }, [id])
  const [onView] = useState(() => (value: api.RunView) => setReply({ ok: true, value }))
  useEvents(id, onView)
  return reply
}
