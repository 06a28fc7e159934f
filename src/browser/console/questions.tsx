/** What is asked before something is done to a worker or their work. */
import { useId, useRef, useState } from "preact/hooks"
import * as format from "../format.js"
import * as api from "./api.js"
import { Question, TextField } from "./Dialog.js"
import { categoryName, counted } from "./words.js"

interface RejectProps {
  readonly what: string
  /** What this crowd wants to be told. */
  readonly rules: api.RunView["feedback"]
  readonly onReject: (why: Why) => void
  readonly onClose: () => void
}

interface Why {
  readonly feedback: string
  readonly category?: string
}

/** What was said last is likely to be said again. */
let last: Why = { feedback: "" }

/** As the server counts them. */
const lengthOf = (text: string): number => [...text.trim()].length

interface CategoryProps {
  readonly categories: ReadonlyArray<string>
  readonly value: string
  readonly onValue: (value: string) => void
}

const Category = ({ categories, onValue, value }: CategoryProps) => {
  const id = useId()
  const isOpen = categories.length === 0
  return (
    <div class="field">
      <label for={id}>{isOpen ? "Category, if this crowd wants one" : "Category"}</label>
      {isOpen ? (
        <input
          id={id}
          autocomplete="off"
          maxLength={100}
          value={value}
          onInput={(event) => onValue(event.currentTarget.value)}
        />
      ) : (
        <select id={id} required value={value} onInput={(event) => onValue(event.currentTarget.value)}>
          <option value="">Choose one</option>
          {categories.map((category) => (
            <option key={category} value={category}>
              {categoryName(category)}
            </option>
          ))}
        </select>
      )}
    </div>
  )
}

const tooShort = (minLength: number): api.Problem => ({
  _tag: "TooShort",
  message: `This crowd wants at least ${counted(minLength, "character")}.`
})

export const RejectQuestion = ({ onClose, onReject, rules: { categories, minLength }, what }: RejectProps) => {
  const [feedback, setFeedback] = useState(last.feedback)
  const [category, setCategory] = useState(last.category ?? "")
  const isNamed = categories.length === 0 || categories.includes(category)
  const length = lengthOf(feedback)
  const reject = async (): Promise<api.Reply<void>> => {
    if (length < minLength) return { ok: false, problem: tooShort(minLength) }
    const named = category.trim()
    last = { feedback: feedback.trim(), ...(named !== "" && { category: named }) }
    onReject(last)
    return { ok: true, value: undefined }
  }
  return (
    <Question title={`Reject ${what}?`} action="Reject" dangerous onAnswer={reject} onClose={onClose}>
      <TextField
        label="Why? The worker reads this."
        hint={
          minLength > 1 ? `${counted(minLength, "character")} at least; ${format.number(length)} so far` : undefined
        }
        value={feedback}
        onValue={setFeedback}
      />
      <Category categories={categories} value={isNamed ? category : ""} onValue={setCategory} />
    </Question>
  )
}

interface BonusProps {
  readonly view: api.RunView
  readonly to: api.Bonus["to"]
  readonly name: string
  /** Told what became of it, also where nobody knows. */
  readonly onSaid: (words: string) => void
  readonly onClose: () => void
}

/** With these, nothing was paid. After any other problem, it may have been. */
const refusals: ReadonlySet<string> = new Set([
  "InvalidAmount",
  "InvalidInput",
  "CurrencyNotPaid",
  "InsufficientFunds",
  "BonusNeedsUnit",
  "TaskRunNotFound",
  "AgentNotFound",
  "WorkerNotFound",
  "UnitNotFound",
  "HttpApiDecodeError",
  "NotSignedIn"
])

const paidInWords = (amount: string, name: string, repeated: boolean): string =>
  repeated ? `${amount} was paid to ${name} before; nothing was paid now` : `${amount} paid to ${name}`

/** As of `crypto.randomUUID`, which pages over plain HTTP do not have. */
const randomKey = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("")

/**
 * The same key with the same amount and reason is the same bonus; with another amount or reason it is another one. So
 * nothing can be changed from the first attempt on, unless the server refused it.
 */
export const BonusQuestion = ({ name, onClose, onSaid, to, view }: BonusProps) => {
  const [amount, setAmount] = useState("")
  const [reason, setReason] = useState("")
  const [key] = useState(randomKey)
  const [state, setState] = useState<"open" | "asked" | "unclear">("open")
  const settled = useRef(false)
  const id = useId()
  const { currency } = view.reward
  const locked = state !== "open"
  const pay = async () => {
    setState(state === "open" ? "asked" : state)
    const reply = await api.bonus(view.summary.run, { to, amount: amount.trim(), reason: reason.trim(), key })
    settled.current = reply.ok
    if (reply.ok) onSaid(paidInWords(`${amount.trim()} ${currency}`, name, reply.value.repeated))
    else setState(state === "open" && refusals.has(reply.problem._tag) ? "open" : "unclear")
    return reply
  }
  const leave = () => {
    if (locked && !settled.current) onSaid(`The bonus for ${name} may have been paid: look under Workers`)
    onClose()
  }
  return (
    <Question
      title={`Bonus for ${name}`}
      action={state === "unclear" ? "Try again" : "Pay"}
      onAnswer={pay}
      onClose={leave}
    >
      <div class="field">
        <label for={id}>Amount in {currency}</label>
        <input
          id={id}
          inputMode="decimal"
          autocomplete="off"
          placeholder="0.50"
          required
          maxLength={20}
          readOnly={locked}
          value={amount}
          onInput={(event) => setAmount(event.currentTarget.value)}
        />
      </div>
      <TextField label="Why? The worker reads this." value={reason} onValue={setReason} readOnly={locked} />
      {state === "unclear" && (
        <p class="notice">
          It may have been paid. Trying again pays no second time. If you cancel, look at the bonuses of {name} under
          Workers before you pay another.
        </p>
      )}
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
