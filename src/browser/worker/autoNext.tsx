/** Whether the next task comes at once after one is submitted, as each worker wants it in this browser. */
import { useState } from "preact/hooks"
import { attempt } from "../storage.js"

const keyOf = (worker: string) => `crowd:goes-on:${worker}`

/** Where the browser keeps nothing, for as long as the page is open. */
const said = new Map<string, boolean>()

export const goesOn = (worker: string | null): boolean => {
  if (worker === null) return false
  return said.get(worker) ?? attempt(() => localStorage.getItem(keyOf(worker)) === "yes") ?? false
}

const setGoesOn = (worker: string, on: boolean): void => {
  said.set(worker, on)
  attempt(() => (on ? localStorage.setItem(keyOf(worker), "yes") : localStorage.removeItem(keyOf(worker))))
}

export const GoOnSwitch = ({ worker }: { readonly worker: string | null }) => {
  const [on, setOn] = useState(() => goesOn(worker))
  if (worker === null) return null
  return (
    <label class="switch">
      <input
        type="checkbox"
        role="switch"
        aria-checked={on}
        checked={on}
        onChange={({ currentTarget: { checked } }) => {
          setOn(checked)
          setGoesOn(worker, checked)
        }}
      />
      Go on to the next one by itself
    </label>
  )
}
