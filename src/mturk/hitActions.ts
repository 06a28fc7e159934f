/** What there is to do about a HIT, from its figures and from what we hold of it. */
import type * as DateTime from "effect/DateTime"
import * as Option from "effect/Option"
import type { Agent } from "../Agents.js"
import * as States from "../States.js"
import type { Unit } from "../Units.js"
import type * as replies from "./replies.js"

/** A HIT of the run, with what we hold of it. */
export interface Known {
  readonly hit: replies.Hit
  readonly unit: Unit
  /** Who holds the unit, or has completed it. */
  readonly agent: Option.Option<Agent>
  /** When its assignments were looked at last although its figures did not ask for it; 0 if never. */
  readonly lookedAt: number
}

/**
 * `read`: there are assignments that we do not have as they are. `look`: there may be, its figures do not tell. `left`:
 * the worker we know of is gone, and the HIT is on offer again.
 */
export type Finding = "nothing" | "read" | "look" | "left"

/** The service is a little behind: an assignment of just now may not be counted yet. */
const lag = 3_000
/** After this time nothing more becomes visible of a HIT that is over. */
export const settled = 60_000
const hour = 60 * 60_000
/** Soon enough for a rejection that was overridden elsewhere to be noticed within a day, as many as there may be. */
const lookAgainAfter = 6 * hour
/** For so long a rejection can be overridden. */
const overridable = 30 * 24 * hour

const millisOf = (time: Option.Option<DateTime.Utc>): number =>
  Option.match(time, { onNone: () => 0, onSome: ({ epochMillis }) => epochMillis })

const isOver = ({ HITStatus }: replies.Hit): boolean => HITStatus === "Reviewable" || HITStatus === "Reviewing"

const judgeOpen = ({ agent, hit }: Known, now: number): Finding => {
  const isHeld = Option.exists(
    agent,
    ({ acceptedAt, status }) => States.isOpen(status) && now - acceptedAt.epochMillis > lag
  )
  const isFree = hit.NumberOfAssignmentsPending === 0 && hit.NumberOfAssignmentsAvailable > 0
  return isHeld && isFree ? "left" : "nothing"
}

/** Read when whoever was at work on it is done; looked at once more when nothing more can become visible. */
const judgeExpired = ({ hit, lookedAt, unit }: Known, now: number): Finding => {
  const withdrawn = millisOf(unit.withdrawnAt)
  const busyUntil = millisOf(unit.leaseUntil)
  if (Option.isSome(unit.leaseUntil) && now < busyUntil + settled && lookedAt <= withdrawn) {
    return hit.NumberOfAssignmentsPending === 0 ? "read" : "nothing"
  }
  const closed = Math.max((hit.Expiration?.epochMillis ?? 0) + settled, withdrawn + settled, busyUntil)
  return now >= closed && lookedAt < closed ? "look" : "nothing"
}

const judgeRejected = ({ agent, lookedAt }: Known, now: number): Finding => {
  const decidedAt = millisOf(Option.flatMap(agent, ({ decidedAt }) => decidedAt))
  const isDue = now - Math.max(decidedAt, lookedAt) > lookAgainAfter
  return isDue && now - decidedAt < overridable ? "look" : "nothing"
}

/** Where answers reach us past the service, it may have another worker's. */
const judgeCompleted = ({ lookedAt, unit }: Known, now: number, alone: boolean): Finding =>
  !alone && lookedAt === 0 && now - unit.updatedAt.epochMillis > settled ? "look" : "nothing"

/** `alone`: answers reach us by the service alone, so that what we hold of them is what the service has. */
export const judge = (known: Known, now: number, alone: boolean): Finding => {
  const { hit, unit } = known
  if (!isOver(hit)) return judgeOpen(known, now)
  switch (unit.status) {
    case "accepted":
    case "soft_rejected":
      return "nothing"
    case "rejected":
      return judgeRejected(known, now)
    case "completed":
      return hit.NumberOfAssignmentsCompleted > 0 ? "read" : judgeCompleted(known, now, alone)
    case "expired":
      return hit.NumberOfAssignmentsCompleted > 0 ? "read" : judgeExpired(known, now)
    default:
      return "read"
  }
}
