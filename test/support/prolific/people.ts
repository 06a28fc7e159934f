/** Virtual participants: they come to a study, work, hand in or leave. */

import { leastAllowedTime } from "./drafts.js"
import { isEligible } from "./filters.js"
import { signed } from "./links.js"
import { known, refuseUnless } from "./refusals.js"
import { placesTaken, studyOf } from "./studies.js"
import { begin, giveBack, handIn, holdPlace, submissionOf } from "./submissions.js"
import { newId, type ParticipantRow, type SubmissionRow, submissionsOf, tell, type World } from "./world.js"

const add = (world: World, isTest: boolean, answers: ParticipantRow["answers"]): string => {
  const participant = { id: newId(), isTest, answers }
  world.participants.set(participant.id, participant)
  return participant.id
}

const checkLimits = (world: World, study: SubmissionRow["study"], participant: string): void => {
  const own = submissionsOf(world, study).filter((row) => row.participant === participant)
  const most = study.fields.submissions_config?.max_submissions_per_participant ?? 1
  refuseUnless(most === -1 || own.length < most, "Has taken part as often as is allowed.")
  refuseUnless(!own.some(({ status }) => status === "RESERVED" || status === "ACTIVE"), "Is taking part already.")
  const atOnce = study.fields.submissions_config?.max_concurrent_submissions ?? -1
  const live = submissionsOf(world, study).filter(({ status }) => status === "RESERVED" || status === "ACTIVE")
  refuseUnless(atOnce === -1 || live.length < atOnce, "Too many take part at once.")
}

const reserve = (world: World, studyId: string, participantId: string): string => {
  const study = studyOf(world, studyId)
  const participant = known(world.participants.get(participantId))
  refuseUnless(study.status === "ACTIVE", `The study is ${study.status}.`)
  refuseUnless(isEligible(world, study, participant), "This study is not for this participant.")
  refuseUnless(placesTaken(world, study) < study.fields.total_available_places, "There is no place left.")
  checkLimits(world, study, participantId)
  const now = world.clock.now()
  const submission: SubmissionRow = {
    id: newId(),
    study,
    participant: participantId,
    reservedAt: now,
    status: "RESERVED",
    startedAt: now,
    completedAt: undefined,
    code: undefined,
    returnRequested: undefined,
    paid: 0,
    bonuses: [],
    processing: 0
  }
  world.submissions.set(submission.id, submission)
  tell(world, { kind: "submission", submission })
  holdPlace(world, submission)
  return submission.id
}

/** The study's link with the placeholders filled in, signed where the study asks for it. */
export const linkOf = (world: World, submission: SubmissionRow): string => {
  const values = {
    PROLIFIC_PID: submission.participant,
    STUDY_ID: submission.study.id,
    SESSION_ID: submission.id
  }
  const link = Object.entries(values).reduce(
    (text, [name, value]) => text.replaceAll(`{{%${name}%}}`, value),
    submission.study.fields.external_study_url
  )
  return submission.study.fields.is_external_study_url_secure === true ? signed(world, submission, link) : link
}

const start = (world: World, submission: SubmissionRow): string => {
  const { estimated_completion_time, maximum_allowed_time } = submission.study.fields
  begin(world, submission, maximum_allowed_time ?? leastAllowedTime(estimated_completion_time))
  return linkOf(world, submission)
}

/** What participants can do, by ids. */
export const people = (world: World) => ({
  /** Somebody new, with their answers to screening questions. */
  join: (answers: ParticipantRow["answers"] = {}): string => add(world, false, answers),
  joinAsTest: (): string => add(world, true, {}),
  /** Takes a place, and holds it for ten minutes. Gives the id of the submission. */
  reserve: (study: string, participant: string): string => reserve(world, study, participant),
  /** Opens the study: the address they are sent to. */
  start: (submission: string): string => start(world, submissionOf(world, submission)),
  /** The address of a submission, once more: people open links twice. */
  link: (submission: string): string => linkOf(world, submissionOf(world, submission)),
  /** Hands in with a code: theirs, `NOCODE`, or whatever was typed. */
  submit: (submission: string, code: string): void => handIn(world, submissionOf(world, submission), code),
  giveBack: (submission: string): void => giveBack(world, submissionOf(world, submission)),
  /** Takes a place, opens the study and gives what our pages are told. */
  arrive: (study: string, participant?: string): { readonly submission: string; readonly link: string } => {
    const submission = reserve(world, study, participant ?? add(world, false, {}))
    return { submission, link: start(world, submissionOf(world, submission)) }
  },
  /** Writes to the researcher. */
  write: (participant: string, study: string, category: string, body: string): void => {
    const { researcher } = world
    const sentAt = world.clock.now()
    world.messages.push({ id: newId(), from: participant, to: researcher.id, body, sentAt, study, category })
  }
})

export type People = ReturnType<typeof people>
