/** What is asked before something is done to a worker or their work. */
import { useId, useState } from "preact/hooks"
import * as api from "./api.js"
import { Question, TextField } from "./Dialog.js"

interface RejectProps {
  readonly what: string
  readonly onReject: (feedback: string) => void
  readonly onClose: () => void
}

/** What was said last is likely to be said again. */
let lastFeedback = ""

export const RejectQuestion = ({ onClose, onReject, what }: RejectProps) => {
  const [feedback, setFeedback] = useState(lastFeedback)
  const reject = async (): Promise<api.Reply<void>> => {
    lastFeedback = feedback.trim()
    onReject(lastFeedback)
    return { ok: true, value: undefined }
  }
  return (
    <Question title={`Reject ${what}?`} action="Reject" dangerous onAnswer={reject} onClose={onClose}>
      <TextField label="Why? The worker reads this." value={feedback} onValue={setFeedback} />
    </Question>
  )
}

interface BonusProps {
  readonly view: api.RunView
  readonly to: api.Bonus["to"]
  readonly name: string
  readonly onPaid?: (words: string) => void
  readonly onClose: () => void
}

export const BonusQuestion = ({ name, onClose, onPaid, to, view }: BonusProps) => {
  const [amount, setAmount] = useState("")
  const [reason, setReason] = useState("")
  /** However often the button is pressed, this question pays once. */
  const [key] = useState(() => crypto.randomUUID())
  const id = useId()
  const { currency } = view.reward
  const pay = async () => {
    const reply = await api.bonus(view.summary.run, { to, amount: amount.trim(), reason: reason.trim(), key })
    if (reply.ok) onPaid?.(`${amount.trim()} ${currency} paid to ${name}`)
    return reply
  }
  return (
    <Question title={`Bonus for ${name}`} action="Pay" onAnswer={pay} onClose={onClose}>
      <div class="field">
        <label for={id}>Amount in {currency}</label>
        <input
          id={id}
          inputMode="decimal"
          autocomplete="off"
          placeholder="0.50"
          required
          maxLength={20}
          value={amount}
          onInput={(event) => setAmount(event.currentTarget.value)}
        />
      </div>
      <TextField label="Why? The worker reads this." value={reason} onValue={setReason} />
    </Question>
  )
}

interface BlockProps {
  readonly run: string
  readonly worker: string
  readonly name: string
  readonly onBlocked?: (words: string) => void
  readonly onClose: () => void
}

export const BlockQuestion = ({ name, onBlocked, onClose, run, worker }: BlockProps) => {
  const [reason, setReason] = useState("")
  const block = async () => {
    const reply = await api.block(run, worker, reason.trim())
    if (reply.ok) onBlocked?.(`${name} is blocked`)
    return reply
  }
  return (
    <Question title={`Block ${name}?`} action="Block" dangerous onAnswer={block} onClose={onClose}>
      <p>They can take no more of your work, in this run or another, until you unblock them.</p>
      <TextField label="Why?" value={reason} onValue={setReason} />
    </Question>
  )
}
