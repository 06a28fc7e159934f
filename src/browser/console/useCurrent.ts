/** Which submission is shown, and the focus that goes with it. */
import { useLayoutEffect, useRef, useState } from "preact/hooks"
import type * as api from "./api.js"

/** `heldCount` is how many decisions are not sent yet. */
export const useCurrent = (all: ReadonlyArray<api.Submission> | undefined, heldCount: number) => {
  const [chosen, setChosen] = useState<string>()
  const heading = useRef<HTMLHeadingElement>(null)
  const moved = useRef(false)
  const everMoved = useRef(false)
  const index = Math.max(0, all?.findIndex(({ agent }) => agent === chosen) ?? 0)
  const current = all?.[index]

  /** What is shown next takes the focus, so that it is read out, keys go on from there, and no focus is lost. */
  useLayoutEffect(() => {
    everMoved.current ||= moved.current
    if (moved.current || (everMoved.current && document.activeElement === document.body)) {
      heading.current?.focus({ preventScroll: true })
      heading.current?.scrollIntoView({ block: "nearest" })
    }
    moved.current = false
  }, [current?.agent, heldCount])

  const focusNext = () => {
    moved.current = true
  }
  const go = (agent: string | undefined) => {
    focusNext()
    setChosen(agent)
  }
  const step = (by: number) => go((all?.[index + by] ?? current)?.agent)

  return { current, focusNext, go, heading, index, step }
}
