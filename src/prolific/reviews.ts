/** Approving and rejecting: what Prolific has is read before and, whatever a call came back with, after. */
import * as Request from "@effect/platform/HttpClientRequest"
import * as Arr from "effect/Array"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { Agent } from "../Agents.js"
import type { ProviderError } from "../CrowdError.js"
import { type Driver, type FeedbackRules, type Outward, oneByOne, type ReviewOrder, receipt } from "../Driver.js"
import { type Crowd, setupOf } from "./crowd.js"
import { type CallError, failure, toProviderError } from "./errors.js"
import { addTo, softRejected } from "./groups.js"
import type { SubmissionTransition } from "./protocol.js"
import * as replies from "./replies.js"
import { readSubmission } from "./submissions.js"

type Status = replies.SubmissionStatus

type Category = NonNullable<SubmissionTransition["rejection_category"]>

const categories: ReadonlyArray<Category> = [
  "TOO_QUICKLY",
  "TOO_SLOWLY",
  "FAILED_INSTRUCTIONS",
  "INCOMP_LONGITUDINAL",
  "FAILED_CHECK",
  "LOW_EFFORT",
  "MALINGERING",
  "NO_CODE",
  "BAD_CODE",
  "NO_DATA",
  "UNSUPP_DEVICE",
  "OTHER"
]

/** What Prolific wants to know of a rejection. */
export const feedback: FeedbackRules = { minLength: 100, categories }

interface Decision {
  readonly method: string
  readonly wanted: ReadonlyArray<Status>
  /** From where Prolific can be asked for it. */
  readonly from: ReadonlyArray<Status>
  readonly body: SubmissionTransition
}

/** Nobody has submitted yet, as far as Prolific can tell. */
const underWay: ReadonlyArray<Status> = ["RESERVED", "ACTIVE", "PROCESSING", "UNKNOWN"]

const submissionOf = (method: string, { id, remoteId }: Agent): Effect.Effect<string, ProviderError> =>
  Option.match(remoteId, {
    onNone: () => failure("Rejected", method, `${id} came without a submission`),
    onSome: Effect.succeed
  })

/** How the agent's submission stands, if it is that worker's. */
const read = (crowd: Crowd, method: string, agent: Agent): Effect.Effect<replies.Submission, ProviderError> =>
  Effect.gen(function* () {
    const found = yield* Effect.mapError(readSubmission(crowd, yield* submissionOf(method, agent)), toProviderError)
    if (found.participant === agent.workerName) return found
    return yield* failure("Rejected", method, `the submission of ${agent.id} is somebody else's; nothing was decided`)
  })

const Transitioned = Schema.Struct({
  status: Schema.optionalWith(replies.SubmissionStatus, { default: () => "UNKNOWN" })
})

const transition = (
  { client }: Crowd,
  submission: string,
  body: SubmissionTransition
): Effect.Effect<Status, CallError> =>
  Effect.map(
    client.call(
      "transition-submission",
      Request.post(`/api/v1/submissions/${submission}/transition/`).pipe(Request.bodyUnsafeJson(body)),
      Transitioned
    ),
    ({ status }) => status
  )

/** An answer without error stands, though it may take a while to show; after any other the submission is read again. */
const ask = (crowd: Crowd, { body, method, wanted }: Decision, order: ReviewOrder, submission: string) =>
  Effect.gen(function* () {
    const told = yield* Effect.either(transition(crowd, submission, body))
    if (told._tag === "Right" && [...wanted, ...underWay].includes(told.right)) return
    const { status } = yield* read(crowd, method, order.agent)
    if (wanted.includes(status)) return
    if (told._tag === "Left") return yield* toProviderError(told.left)
    yield* failure("Unavailable", method, `${order.agent.id} is ${status} and was to be ${wanted[0]}`)
  })

/** The words of the API do not promise that a rejection can be taken back. */
const unreject = (crowd: Crowd, method: string, agent: Agent, submission: string) =>
  Effect.gen(function* () {
    const told = yield* Effect.either(transition(crowd, submission, { action: "UNREJECT" }))
    const found = yield* read(crowd, method, agent)
    if (found.status !== "REJECTED") return found
    if (told._tag === "Left" && told.left._tag === "ProviderError") return yield* told.left
    const why = told._tag === "Left" ? told.left.description : "it stayed rejected"
    return yield* failure(
      "Rejected",
      method,
      `Prolific did not take the rejection of ${agent.id} back (${why}). Ask its support to overturn the rejection of submission ${submission}, then sync the run, or pay them by a bonus`
    )
  })

const refusal = (method: string, { id }: Agent, status: Status): ProviderError => {
  if (underWay.includes(status)) {
    return failure("NotYet", method, `${id} has not gone back to Prolific with the completion code yet`)
  }
  return status === "TIMED-OUT"
    ? failure(
        "Rejected",
        method,
        `${id} ran out of time at Prolific, which pays nothing; approve it, or wait for a late code`
      )
    : failure("Rejected", method, `${id} was ${status} meanwhile; sync the run to see it here`)
}

const decide = (crowd: Crowd, decision: Decision, order: ReviewOrder): Effect.Effect<string, ProviderError> =>
  Effect.gen(function* () {
    const { agent, overrideRejection, run } = order
    const { from, method, wanted } = decision
    const { study } = yield* setupOf(crowd, method, run)
    const before = yield* read(crowd, method, agent)
    if (before.study_id !== study) {
      return yield* failure(
        "Rejected",
        method,
        `the submission of ${agent.id} is of another study; nothing was decided`
      )
    }
    const found =
      before.status === "REJECTED" && overrideRejection ? yield* unreject(crowd, method, agent, before.id) : before
    if (wanted.includes(found.status)) return found.id
    if (!from.includes(found.status)) return yield* refusal(method, agent, found.status)
    yield* ask(crowd, decision, order, found.id)
    return found.id
  })

/** Both can be repeated: Prolific passes over what is so already. */
const deciding = (
  { concurrency }: Crowd,
  send: (order: ReviewOrder) => Effect.Effect<string, ProviderError>
): Outward<ReviewOrder, ProviderError> =>
  oneByOne({
    concurrency,
    repeatableFor: Duration.infinity,
    send: ({ order }) => Effect.map(send(order), (remoteId) => receipt({ remoteId }))
  })

/**
 * Whoever handed in to us and then let the time pass, or gave the place back, is paid too: a place beyond the study's.
 */
const approval: Decision = {
  method: "approve",
  wanted: ["APPROVED", "PARTIALLY APPROVED"],
  from: ["AWAITING REVIEW", "TIMED-OUT", "RETURNED"],
  body: { action: "APPROVE" }
}

/** Whoever is paid but kept out of the results gets no more studies. */
export const approve = (crowd: Crowd): Driver["approve"] =>
  deciding(crowd, (order) =>
    Effect.tap(decide(crowd, approval, order), () =>
      order.soft
        ? Effect.flatMap(softRejected(crowd), (group) => addTo(crowd, group, [order.agent.workerName]))
        : Effect.void
    )
  )

/** For what was given back nothing is paid as it is. */
const rejection = (message: string, category: Category): Decision => ({
  method: "reject",
  wanted: ["REJECTED", "RETURNED"],
  from: ["AWAITING REVIEW"],
  body: { action: "REJECT", message, rejection_category: category }
})

const categoryOf = ({ category }: ReviewOrder): Option.Option<Category> =>
  Option.flatMap(category, (asked) => Arr.findFirst(categories, (one) => one === asked))

export const reject = (crowd: Crowd): Driver["reject"] =>
  deciding(crowd, (order) =>
    Option.match(Option.all([order.feedback, categoryOf(order)]), {
      onNone: () => failure("Rejected", "reject", "a rejection needs a message and a category"),
      onSome: ([message, category]) => decide(crowd, rejection(message, category), order)
    })
  )
