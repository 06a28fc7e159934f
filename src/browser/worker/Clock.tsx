/** How long is left, by the server's clock. */
import { useEffect, useMemo, useState } from "preact/hooks"
import * as format from "../format.js"
import type { Work } from "./api.js"

const warnings: ReadonlyArray<{ readonly at: number; readonly text: string }> = [
  { at: 60_000, text: "Less than one minute left." },
  { at: 300_000, text: "Less than five minutes left." }
]

/** Milliseconds left until the deadline, looked at every second. */
const useLeft = ({ deadline, now }: Work): number => {
  const ahead = useMemo(() => now - Date.now(), [now])
  const [left, setLeft] = useState(deadline - now)
  useEffect(() => {
    const tick = () => setLeft(deadline - (Date.now() + ahead))
    tick()
    const timer = setInterval(tick, 1000)
    document.addEventListener("visibilitychange", tick)
    return () => {
      clearInterval(timer)
      document.removeEventListener("visibilitychange", tick)
    }
  }, [deadline, ahead])
  return left
}

interface Props {
  readonly work: Work
  /** The time is over, now or when this is first shown. */
  readonly onOver: () => void
}

export const Clock = ({ onOver, work }: Props) => {
  const left = useLeft(work)
  const over = left <= 0
  useEffect(() => {
    if (over) onOver()
  }, [over, onOver])
  const whole = work.deadline - work.acceptedAt
  const warning = warnings.find(({ at }) => left <= at && at <= whole / 2)
  return (
    <div class="clock">
      <span role="timer" class={warning === undefined ? "time numbers" : "time numbers near"}>
        <span class="hidden">Time left: </span>
        {format.clock(left)}
      </span>
      <span class={warning === undefined ? "hidden" : "small near"} aria-live={left <= 60_000 ? "assertive" : "polite"}>
        {warning?.text ?? ""}
      </span>
    </div>
  )
}
