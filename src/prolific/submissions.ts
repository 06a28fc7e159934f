/** One participant's submission: how it is read, and what its status says of their work. */
import * as Request from "@effect/platform/HttpClientRequest"
import type * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { RemoteAgentStatus } from "../States.js"
import type { Codes, Crowd } from "./crowd.js"
import type { CallError } from "./errors.js"
import * as replies from "./replies.js"

export const readSubmission = (
  { client }: Pick<Crowd, "client">,
  submission: string
): Effect.Effect<replies.Submission, CallError> =>
  client.call("get-submission", Request.get(`/api/v1/submissions/${submission}/`), replies.Submission)

/**
 * Of people whom our pages have not let in, nothing is told as long as they are at work. TIMED-OUT is not the end: who
 * submits late is submitted then.
 */
const known: { readonly [Status in replies.SubmissionStatus]: Option.Option<RemoteAgentStatus> } = {
  RESERVED: Option.none(),
  ACTIVE: Option.none(),
  "TIMED-OUT": Option.some("expired"),
  "AWAITING REVIEW": Option.some("submitted"),
  APPROVED: Option.some("approved"),
  "PARTIALLY APPROVED": Option.some("approved"),
  REJECTED: Option.some("rejected"),
  RETURNED: Option.some("returned"),
  "SCREENED OUT": Option.some("returned"),
  PROCESSING: Option.none(),
  UNKNOWN: Option.none()
}

export const statusOf = (status: replies.SubmissionStatus): Option.Option<RemoteAgentStatus> => known[status]

/** A code as it was typed: some end it as a sentence. */
const typed = (code: string): string => code.trim().replace(/\.$/, "")

/** Whoever left with the code of those who got no unit, and has not given the place back yet, has done no work. */
export const gotNothing = (
  { status, study_code }: Pick<replies.SubmissionShort, "status" | "study_code">,
  { noWork }: Codes
): boolean => status === "AWAITING REVIEW" && Option.exists(study_code, (code) => typed(code) === noWork)
