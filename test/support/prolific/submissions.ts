/** Submissions: what becomes of somebody who took a place (FACTS §3.3). */
import type { SubmissionTransition } from "./protocol.js"
import { known, refuseUnless } from "./refusals.js"
import { follow, placesTaken } from "./studies.js"
import { balanceOf, costOf, totalOf } from "./wallet.js"
import { type SubmissionRow, type SubmissionStatus, tell, type World } from "./world.js"

const minute = 60_000
const reservation = 10 * minute
const untilApproved = 21 * 24 * 60 * minute
const leastMessage = 100

export const submissionOf = (world: World, id: string): SubmissionRow => known(world.submissions.get(id))

export const become = (world: World, submission: SubmissionRow, status: SubmissionStatus): void => {
  submission.status = status
  tell(world, { kind: "submission", submission })
  follow(world, submission.study)
}

/** A place that is held and not taken up falls free. */
export const holdPlace = (world: World, submission: SubmissionRow): void =>
  world.clock.at(submission.reservedAt + reservation, () => {
    if (submission.status === "RESERVED") become(world, submission, "RETURNED")
  })

export const begin = (world: World, submission: SubmissionRow, allowedMinutes: number): void => {
  refuseUnless(submission.status === "RESERVED", "Has begun already.")
  submission.startedAt = world.clock.now()
  become(world, submission, "ACTIVE")
  world.clock.at(submission.startedAt + allowedMinutes * minute, () => {
    if (submission.status === "ACTIVE") become(world, submission, "TIMED-OUT")
  })
}

const pay = (world: World, submission: SubmissionRow, reward: number, status: SubmissionStatus): void => {
  submission.paid = reward
  submission.processing = world.switches.processingLooks
  become(world, submission, status)
}

const takeIn = (world: World, submission: SubmissionRow): void => {
  become(world, submission, "AWAITING REVIEW")
  world.clock.at(world.clock.now() + untilApproved, () => {
    if (submission.status === "AWAITING REVIEW") pay(world, submission, submission.study.fields.reward, "APPROVED")
  })
}

/** Groups, returns and payments that a completion code brings about, in the order in which it names them. */
const obey = (world: World, submission: SubmissionRow, code: string): void => {
  const found = submission.study.fields.completion_codes?.find((one) => one.code === code && one.actor !== "researcher")
  for (const action of found?.actions ?? []) {
    if (action.action === "AUTOMATICALLY_APPROVE") pay(world, submission, submission.study.fields.reward, "APPROVED")
    if (action.action === "FIXED_SCREEN_OUT_PAYMENT") {
      pay(world, submission, action.fixed_screen_out_reward, "SCREENED OUT")
    }
    if (action.action === "REQUEST_RETURN") submission.returnRequested = world.clock.now()
    if (action.action === "ADD_TO_PARTICIPANT_GROUP") {
      world.groups.get(action.participant_group)?.members.set(submission.participant, world.clock.now())
    }
    if (action.action === "REMOVE_FROM_PARTICIPANT_GROUP") {
      world.groups.get(action.participant_group)?.members.delete(submission.participant)
    }
  }
}

/** Hands in with a code, right or wrong; late where the place is still free; a second time changes nothing. */
export const handIn = (world: World, submission: SubmissionRow, code: string): void => {
  if (submission.completedAt !== undefined) return
  const isLate = submission.status === "TIMED-OUT"
  refuseUnless(
    submission.status === "ACTIVE" || isLate,
    `A submission that is ${submission.status} cannot be handed in.`
  )
  refuseUnless(
    !isLate || placesTaken(world, submission.study) < submission.study.fields.total_available_places,
    "The place was taken by somebody else."
  )
  submission.code = code
  submission.completedAt = world.clock.now()
  takeIn(world, submission)
  obey(world, submission, code)
}

const returnable: ReadonlyArray<SubmissionStatus> = ["RESERVED", "ACTIVE", "AWAITING REVIEW"]

export const giveBack = (world: World, submission: SubmissionRow): void => {
  refuseUnless(returnable.includes(submission.status), `Cannot be returned: ${submission.status}.`)
  become(world, submission, "RETURNED")
}

const approvable: ReadonlyArray<SubmissionStatus> = ["AWAITING REVIEW", "TIMED-OUT", "RETURNED"]

/** Approving those who left or were late is an extra place, which has to be there in the balance. */
export const approve = (world: World, submission: SubmissionRow): void => {
  if (submission.status === "APPROVED") return
  const { study } = submission
  refuseUnless(approvable.includes(submission.status), `Cannot be approved: ${submission.status}.`)
  refuseUnless(
    study.isTest ||
      submission.status === "AWAITING REVIEW" ||
      balanceOf(world, study.workspace).available >= totalOf(costOf(world, study.fields.reward)),
    "Your balance is too low."
  )
  pay(world, submission, study.fields.reward, "APPROVED")
}

const reject = (world: World, submission: SubmissionRow, asked: SubmissionTransition): void => {
  if (submission.status === "REJECTED") return
  refuseUnless((asked.message ?? "").length >= leastMessage, { message: [`At least ${leastMessage} characters.`] })
  refuseUnless(asked.rejection_category !== undefined, { rejection_category: ["This field is required."] })
  refuseUnless(submission.status === "AWAITING REVIEW", `Cannot be rejected: ${submission.status}.`)
  submission.processing = world.switches.processingLooks
  become(world, submission, "REJECTED")
}

const unreject = (world: World, submission: SubmissionRow): void => {
  const { unreject: outcome } = world.switches
  refuseUnless(outcome !== "refused", "UNREJECT is not allowed.")
  refuseUnless(submission.status === "REJECTED", `Cannot be unrejected: ${submission.status}.`)
  if (outcome === "APPROVED") pay(world, submission, submission.study.fields.reward, "APPROVED")
  else takeIn(world, submission)
}

/** Only by a code that is the researcher's own (FACTS §3.1 markDone). */
const complete = (world: World, submission: SubmissionRow, asked: SubmissionTransition): void => {
  const code = submission.study.fields.completion_codes?.find(
    ({ actor, code: own }) => actor === "researcher" && own === asked.completion_code
  )
  refuseUnless(code !== undefined, { completion_code: ["Is not a code of the researcher's."] })
  refuseUnless(submission.status === "ACTIVE" || submission.status === "AWAITING REVIEW", "Cannot be completed.")
  const percentage = asked.completion_code_data?.percentage_of_reward
  if (!code.actions.some(({ action }) => action === "DYNAMIC_PAYMENT")) {
    takeIn(world, submission)
    return
  }
  refuseUnless(percentage !== undefined && percentage >= 8 && percentage <= 99, {
    completion_code_data: ["percentage_of_reward is between 8 and 99."]
  })
  pay(world, submission, Math.round((submission.study.fields.reward * percentage) / 100), "PARTIALLY APPROVED")
}

const acts: Readonly<
  Partial<
    Record<
      SubmissionTransition["action"],
      (world: World, submission: SubmissionRow, asked: SubmissionTransition) => void
    >
  >
> = { APPROVE: approve, REJECT: reject, UNREJECT: unreject, COMPLETE: complete }

export const judge = (world: World, submission: SubmissionRow, asked: SubmissionTransition): void => {
  const act = acts[asked.action]
  refuseUnless(act !== undefined, `${asked.action} is not allowed.`)
  act(world, submission, asked)
}
