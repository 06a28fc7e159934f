/** A row of the file of decisions: what it says, and what is wrong with one that comes back. */
import * as DateTime from "effect/DateTime"
import * as Option from "effect/Option"
import * as Struct from "effect/Struct"
import type { Agent } from "../Agents.js"
import { suggestion } from "../internal/text.js"
import * as Money from "../Money.js"
import type { Outcome } from "../States.js"

/**
 * One row: what is to be done of one visit.
 *
 * @since 0.1.0
 * @category models
 */
export interface Decision {
  readonly agent: Agent
  readonly outcome: Outcome
  /** The code they left with. */
  readonly code: Option.Option<string>
  /** Empty as long as it is not decided, and for a visit that the page ended. */
  readonly decision: "" | "approve" | "reject"
  /** What is to be paid, or was; once some of it was done, only what was decided since. */
  readonly reward: Money.Money
  readonly bonus: Money.Money
  /** When all of it was done at the panel's page. */
  readonly doneAt: Option.Option<DateTime.Utc>
}

const text = Option.getOrElse(() => "")

/** The columns, each with what it says. */
export const columns = {
  agent: ({ agent }: Decision) => agent.id,
  id: ({ agent }: Decision) => agent.workerName,
  session: ({ agent }: Decision) => text(agent.remoteId),
  outcome: ({ outcome }: Decision) => outcome,
  code: ({ code }: Decision) => text(code),
  decision: ({ decision }: Decision) => decision,
  feedback: ({ agent }: Decision) => text(agent.feedback),
  reward: ({ reward }: Decision) => Money.toDecimal(reward),
  reward_minor: ({ reward }: Decision) => String(reward.minor),
  bonus: ({ bonus }: Decision) => Money.toDecimal(bonus),
  bonus_minor: ({ bonus }: Decision) => String(bonus.minor),
  currency: ({ reward }: Decision) => reward.currency,
  Done: ({ doneAt }: Decision) => Option.match(doneAt, { onNone: () => "", onSome: DateTime.formatIso })
}

export const names = Struct.keys(columns)

const amounts = ["reward", "reward_minor", "bonus", "bonus_minor"]

export type Row = ReadonlyMap<string, string>

/** Without what was written before a formula, and with one kind of line end, as spreadsheets write it back. */
const plain = (value: string): string =>
  value
    .replace(/^'(?=[=+\-@\t\r\uFF1D\uFF0B\uFF0D\uFF20])/, "")
    .replaceAll("\r\n", "\n")
    .trim()

/** Spreadsheets write 0.50 as 0.5. */
const isSame = (name: string, ours: string, theirs: string): boolean =>
  (name === "reward" || name === "bonus") && /^\d+(\.\d*)?$/.test(theirs)
    ? Number(ours) === Number(theirs)
    : plain(ours) === plain(theirs)

/** Not done, in words. */
const undone: ReadonlyArray<string> = ["", "no", "n", "false", "0", "-"]

export const isDone = (row: Row): boolean => !undone.includes((row.get("Done") ?? "").trim().toLowerCase())

export const headerFaults = (header: ReadonlyArray<string>): ReadonlyArray<string> => [
  ...header
    .filter((name) => !names.some((known) => known === name))
    .map((name) => `column "${name}" is not used; ${suggestion(name, names)}`),
  ...header.filter((name, i) => header.indexOf(name) < i).map((name) => `column "${name}" is there twice; keep one`),
  ...names.filter((name) => !header.includes(name)).map((name) => `there is no column "${name}"; add it`)
]

const quoted = (value: string): string => `"${value.slice(0, 60)}"`

/** What is wrong with a row, beside what we know of its agent. */
export const rowFaults = (row: Row, known: Decision | undefined): ReadonlyArray<string> => {
  const agent = row.get("agent") ?? ""
  if (known === undefined) return [`${quoted(agent)} is no agent of this run with a decision`]
  const changed = names
    // Of what is done, a file tells what was to be paid when it was written.
    .filter((name) => name !== "Done" && !(Option.isSome(known.doneAt) && amounts.includes(name)))
    .filter((name) => !isSame(name, columns[name](known), row.get(name) ?? ""))
    .map((name) => `${name} is ${quoted(row.get(name) ?? "")}, and ${quoted(columns[name](known))} here`)
  const isOpen = known.decision === "" && known.outcome === "completed"
  return isOpen && isDone(row) ? [...changed, "is done, and not decided here"] : changed
}
