/** Runs as they change: asked once, then told by the server for as long as the page is looked at. */
import { useEffect, useState } from "preact/hooks"
import * as api from "./api.js"

const viewOf = (event: MessageEvent<string>): api.RunView => JSON.parse(event.data)

/** Of one run, or of the newest. A hidden page does not listen: browsers keep few connections to one server. */
export const useEvents = (run: string | undefined, onView: (view: api.RunView) => void): void =>
  useEffect(() => {
    let source: EventSource | undefined
    const follow = () => {
      const seen = document.visibilityState === "visible"
      if (seen && source === undefined) {
        source = new EventSource(api.eventsPath(run))
        source.addEventListener("run", (event) => onView(viewOf(event)))
      } else if (!seen) {
        source?.close()
        source = undefined
      }
    }
    follow()
    document.addEventListener("visibilitychange", follow)
    return () => {
      document.removeEventListener("visibilitychange", follow)
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
