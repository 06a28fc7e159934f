/** What there is to do about a HIT, from its figures and from what we hold of it. */
import type * as DateTime from "effect/DateTime"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { AgentOutline } from "../Agents.js"
import type { UnitStatus } from "../States.js"
import * as States from "../States.js"
import type { Unit } from "../Units.js"
import { handedIn, isExpired, isListedOver } from "./hits.js"
import type * as replies from "./replies.js"

/** How a HIT was when its assignments were read last. */
export const Look = Schema.Struct({
  at: Schema.Int,
  submitted: Schema.Int,
  decided: Schema.Int,
  /** How many people were at work on it. */
  pending: Schema.Int
})
export type Look = typeof Look.Type

export const neverLooked: Look = { at: 0, submitted: 0, decided: 0, pending: 0 }

/** A HIT of the run, with what we hold of it. */
export interface Known {
  readonly hit: replies.Hit
  /** All units that are, or were, places of it. */
  readonly units: ReadonlyArray<Unit>
  /** Who holds the units, or has completed them. */
  readonly agents: ReadonlyArray<AgentOutline>
  readonly look: Look
}

/**
 * `read`: there are assignments that we do not have as they are, or it is over for those who hold it. `left`: all who
 * hold it are gone, and it is still on offer. `look`: there may be such assignments, its figures do not tell.
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

const latest = (units: ReadonlyArray<Unit>, time: (unit: Unit) => Option.Option<DateTime.Utc>): number =>
  units.reduce((last, unit) => Math.max(last, millisOf(time(unit))), 0)

const open: ReadonlyArray<UnitStatus> = ["launched", "assigned"]
const decided: ReadonlyArray<UnitStatus> = ["accepted", "soft_rejected", "rejected"]

const countOf = ({ units }: Known, statuses: ReadonlyArray<UnitStatus>): number =>
  units.filter(({ status }) => statuses.includes(status)).length

/**
 * How many assignments were submitted; of a HIT that has expired at the most, as places that nobody took are among
 * them.
 */
export const submittedAtMost = ({ hit, units }: Known): number =>
  (hit.MaxAssignments ?? units.length) - hit.NumberOfAssignmentsPending - hit.NumberOfAssignmentsAvailable

/** Who holds a unit of it, for long enough that the service counts them. */
export const holders = ({ agents }: Known, now: number): ReadonlyArray<AgentOutline> =>
  agents.filter(({ acceptedAt, status }) => States.isOpen(status) && now - acceptedAt.epochMillis > lag)

const judgeDecided = (known: Known): Finding =>
  known.hit.NumberOfAssignmentsCompleted > Math.max(countOf(known, decided), known.look.decided) ? "read" : "nothing"

const judgeOnOffer = (known: Known, now: number): Finding => {
  const submitted = Math.max(countOf(known, handedIn), known.look.submitted)
  if (submittedAtMost(known) > submitted) return "read"
  return known.hit.NumberOfAssignmentsPending === 0 && holders(known, now).length > 0 ? "left" : "nothing"
}

/** Read when somebody who was at work on it is done; looked at once more when nothing more can become visible. */
const judgeExpired = (known: Known, now: number): Finding => {
  const { look, units } = known
  const pending = known.hit.NumberOfAssignmentsPending
  const isOpen = countOf(known, open) > 0
  if (isOpen && pending === 0) return "read"
  if (submittedAtMost(known) <= countOf(known, handedIn)) return "nothing"
  const ended = Math.max(
    known.hit.Expiration?.epochMillis ?? 0,
    latest(units, ({ withdrawnAt }) => withdrawnAt)
  )
  const expired = units.filter(({ status }) => status === "expired")
  const busyUntil = latest(expired, ({ leaseUntil }) => leaseUntil)
  if (isOpen || (busyUntil > 0 && now < busyUntil + settled)) {
    if (look.at <= ended) return pending === 0 ? "read" : "look"
    if (pending < look.pending) return "read"
  }
  const closed = Math.max(ended + settled, busyUntil)
  return expired.length > 0 && now >= closed && look.at < closed ? "look" : "nothing"
}

const judgeRejected = ({ agents, look }: Known, now: number): Finding => {
  const isDue = agents.some(({ decidedAt, status }) => {
    const at = millisOf(decidedAt)
    return status === "rejected" && now - Math.max(at, look.at) > lookAgainAfter && now - at < overridable
  })
  return isDue ? "look" : "nothing"
}

/** Where answers reach us past the service, it may have another worker's. */
const judgeCompleted = ({ hit, look, units }: Known, now: number): Finding => {
  const completed = units.filter(({ status }) => status === "completed")
  const closed = latest(completed, ({ updatedAt }) => Option.some(updatedAt)) + settled
  return isListedOver(hit) && completed.length > 0 && now > closed && look.at <= closed ? "look" : "nothing"
}

/** The first of these that is found is what there is to do. */
const byWeight = ["read", "left", "look"] as const

/** `alone`: answers reach us by the service alone, so that what we hold of them is what the service has. */
export const judge = (known: Known, now: number, alone: boolean): Finding => {
  const findings = [
    judgeDecided(known),
    isExpired(known.hit, now) ? judgeExpired(known, now) : judgeOnOffer(known, now),
    judgeRejected(known, now),
    alone ? "nothing" : judgeCompleted(known, now)
  ]
  return byWeight.find((finding) => findings.includes(finding)) ?? "nothing"
}
