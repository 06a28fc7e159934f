/** What things are called here. */
import * as format from "../format.js"
import type { RunView, SubmissionStatus } from "./api.js"

type UnitStatus = keyof RunView["summary"]["units"]

export const statusNames: { readonly [Status in SubmissionStatus]: string } = {
  completed: "To review",
  approved: "Approved",
  soft_rejected: "Soft-rejected",
  rejected: "Rejected"
}

/** What a run's units are counted under, and how it is coloured. */
export const shares: ReadonlyArray<{
  readonly name: string
  readonly tone: string
  readonly of: ReadonlyArray<UnitStatus>
}> = [
  { name: "approved", tone: "good", of: ["accepted"] },
  { name: "soft-rejected", tone: "soft-rejected", of: ["soft_rejected"] },
  { name: "rejected", tone: "bad", of: ["rejected"] },
  { name: "to review", tone: "warn", of: ["completed"] },
  { name: "in work", tone: "busy", of: ["assigned"] },
  { name: "on offer", tone: "open", of: ["created", "launched"] },
  { name: "expired", tone: "expired", of: ["expired"] }
]

/**
 * What the command calls the run, too: its batch, its crowd and its id; and which process has it where several share.
 */
export const origin = ({ conductedBy, summary: { name, provider, run } }: RunView): string =>
  [name, provider, run, ...(conductedBy === null ? [] : [`conducted by ${conductedBy}`])].join(" · ")

export const counted = (n: number, one: string, many = `${one}s`): string =>
  `${format.number(n)} ${n === 1 ? one : many}`

/** A crowd's own name for a category, as people write: "Too quickly" for `TOO_QUICKLY`. */
export const categoryName = (category: string): string =>
  /^[A-Z]+(?:_[A-Z]+)*$/.test(category)
    ? `${category.slice(0, 1)}${category.slice(1).replaceAll("_", " ").toLowerCase()}`
    : category
