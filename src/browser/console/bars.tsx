/** What can be done with a submission, and taken back. */
import { Dialog } from "../Dialog.js"
import type { SubmissionStatus } from "./api.js"
import type { Held } from "./pendingDecisions.js"
import type { Keys } from "./useKeys.js"

/** Screen readers are told of it by the button's `aria-keyshortcuts`. */
const Key = ({ children }: { readonly children: string }) => (
  <span class="key" aria-hidden="true">
    {children}
  </span>
)

interface ActionProps {
  readonly keys: Keys
  readonly press: string
  readonly words: string
  readonly tone?: string
}

const shortcutOf = (press: string): string => (/^[A-Z]$/.test(press) ? `Shift+${press}` : press)

const Action = ({ keys, press, tone = "quiet", words }: ActionProps) => {
  const action = keys[press]
  if (action === undefined) return null
  return (
    <button type="button" class={`button slim ${tone}`} aria-keyshortcuts={shortcutOf(press)} onClick={action}>
      {words} <Key>{press}</Key>
    </button>
  )
}

interface BarProps {
  readonly keys: Keys
  readonly status: SubmissionStatus
  readonly worker: string
}

export const DecisionBar = ({ keys, status, worker }: BarProps) => (
  <section class="decisions card" aria-label="Decide">
    <div class="row">
      <Action keys={keys} press="a" words={status === "rejected" ? "Approve after all" : "Approve"} tone="" />
      <Action keys={keys} press="r" words="Reject…" />
      <Action keys={keys} press="s" words="Soft-reject" />
      <Action keys={keys} press="b" words="Bonus…" />
    </div>
    <details>
      <summary>All of {worker}</summary>
      <div class="row">
        <Action keys={keys} press="A" words={status === "rejected" ? "Approve all after all" : "Approve all"} />
        <Action keys={keys} press="R" words="Reject all…" />
        <Action keys={keys} press="S" words="Soft-reject all" />
        <Action keys={keys} press="x" words="Block…" />
      </div>
    </details>
    <div class="row">
      <Action keys={keys} press="k" words="Previous" />
      <Action keys={keys} press="j" words="Next" />
      <Action keys={keys} press="?" words="Keys" />
    </div>
  </section>
)

interface UndoProps {
  readonly held: ReadonlyArray<Held>
  /** What was done last that cannot be taken back. */
  readonly said: string
  readonly onUndo: () => void
}

export const UndoBar = ({ held, onUndo, said }: UndoProps) => {
  const last = held.at(-1)
  return (
    <div class={last === undefined && said === "" ? "undo idle" : "undo"}>
      <span role="status">{[said, last?.words ?? ""].filter((words) => words !== "").join(". ")}</span>
      {held.length > 1 && <span class="small muted">{held.length} not sent yet</span>}
      {last !== undefined && (
        <button type="button" class="button quiet slim" aria-keyshortcuts="u" onClick={onUndo}>
          Undo <Key>u</Key>
        </button>
      )}
    </div>
  )
}

const keysInWords: ReadonlyArray<readonly [keys: string, words: string]> = [
  ["a", "approve"],
  ["r", "reject, with feedback"],
  ["s", "soft-reject: pay, but keep it out of the results"],
  ["A, R, S", "the same for all of this worker"],
  ["b", "pay a bonus"],
  ["x", "block the worker"],
  ["j, right", "next"],
  ["k, left", "previous"],
  ["u", "undo what was decided last, until it is sent"],
  ["?", "this help"]
]

export const Help = ({ onClose }: { readonly onClose: () => void }) => (
  <Dialog title="Keys" onClose={onClose}>
    <dl class="keys">
      {keysInWords.map(([keys, words]) => (
        <div key={keys}>
          <dt>
            <kbd class="key">{keys}</kbd>
          </dt>
          <dd>{words}</dd>
        </div>
      ))}
    </dl>
    <p class="small muted">
      A decision waits six seconds before it is sent, and is sent at once when you leave the page.
    </p>
    <form method="dialog">
      <button type="submit" class="button quiet">
        Close
      </button>
    </form>
  </Dialog>
)
