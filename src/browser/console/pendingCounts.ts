/**
 * How many units are in which status, with every decision of this page counted once: where it was decided to, from the
 * moment on at which it was.
 */
import type { Decision, RunView, SubmissionStatus } from "./api.js"

type UnitStatus = keyof RunView["summary"]["units"]

/** A decision that the server's counts may not have yet. */
export interface Moved {
  readonly run: string
  readonly from: UnitStatus
  readonly to: UnitStatus
}

const statusOf: { readonly [Status in SubmissionStatus]: UnitStatus } = {
  completed: "completed",
  approved: "accepted",
  soft_rejected: "soft_rejected",
  rejected: "rejected"
}

const outcomeOf: { readonly [Tag in Decision["_tag"]]: UnitStatus } = {
  Approve: "accepted",
  Override: "accepted",
  SoftReject: "soft_rejected",
  Reject: "rejected"
}

interface Decided {
  readonly run: string
  readonly from: SubmissionStatus
  readonly decision: Decision
}

export const movedBy = ({ decision, from, run }: Decided): Moved => ({
  run,
  from: statusOf[from],
  to: outcomeOf[decision._tag]
})

/** The run as it is with these decisions, by the agents they are about. */
export const withDecisions = (view: RunView, moved: ReadonlyMap<string, Moved>): RunView => {
  const units = { ...view.summary.units }
  for (const { from, run, to } of moved.values()) {
    // What the server has counted already is not there to be moved.
    if (run !== view.summary.run || units[from] === 0) continue
    units[from] -= 1
    units[to] += 1
  }
  return { ...view, summary: { ...view.summary, units } }
}
