/** Runs as the page has just asked for them, told to whatever shows them. */
import type { RunView } from "./api.js"

type Listener = (view: RunView) => void

const listeners = new Set<Listener>()

export const tellView: Listener = (view) => {
  for (const listener of listeners) listener(view)
}

/** Answers how to stop. */
export const onViews = (listener: Listener): (() => void) => {
  listeners.add(listener)
  return () => {
    listeners.delete(listener)
  }
}
