import { useState } from "preact/hooks"
import * as api from "./api.js"
import { ProblemNotice } from "./Page.js"

export const ChooseName = ({ onChosen }: { readonly onChosen: () => Promise<void> }) => {
  const [name, setName] = useState("")
  const [sending, setSending] = useState(false)
  const [problem, setProblem] = useState<api.Problem | null>(null)
  const choose = async (event: Event) => {
    event.preventDefault()
    if (sending) return
    setSending(true)
    const reply = await api.chooseName(name)
    setSending(false)
    setProblem(reply.ok ? null : reply.problem)
    if (reply.ok) await onChosen()
  }
  return (
    <form class="card stack" onSubmit={choose}>
      <div class="field">
        <label for="name">What shall we call you?</label>
        <input
          id="name"
          name="name"
          autocomplete="nickname"
          required
          maxLength={100}
          value={name}
          aria-describedby="name-hint"
          aria-invalid={problem !== null}
          onInput={(event) => setName(event.currentTarget.value)}
        />
        <p id="name-hint" class="muted small">
          Your work is kept under this name, in this browser. You choose it once.
        </p>
      </div>
      {problem !== null && <ProblemNotice problem={problem} />}
      <div>
        <button type="submit" class="button" disabled={sending}>
          Use this name
        </button>
      </div>
    </form>
  )
}
