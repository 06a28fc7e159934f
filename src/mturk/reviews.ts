/** Approving and rejecting: what the service has is read before and, where it refuses, after. */
import { ApproveAssignmentCommand, GetAssignmentCommand, RejectAssignmentCommand } from "@aws-sdk/client-mturk"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Agent } from "../Agents.js"
import type { InsufficientFunds, ProviderError } from "../CrowdError.js"
import { type Driver, type Outward, type Receipt, type ReviewOrder, receipt, type Sent } from "../Driver.js"
import type { RemoteAgentStatus } from "../States.js"
import { Nothing } from "./client.js"
import { type Crowd, cost, isFresh, isUnpaid, plain, refused, repeatable, setupOf, unpaid } from "./crowd.js"
import { failure, isMissing, type Refusal, rejected } from "./errors.js"
import * as replies from "./replies.js"

/** The service knows no submission under this name: it has not seen it yet, or there is none. */
export const isUnseen = (refusal: Refusal): boolean =>
  isMissing(refusal) || refusal.code === "invalidassignmentstate" || refusal.code === "invalidassignmentstatefault"

/** A submission of seconds ago may become visible; an older one will not. */
export const notSeen = (agent: Agent, refusal: Refusal): Effect.Effect<never, ProviderError> =>
  Effect.flatMap(isFresh(agent), (fresh) =>
    fresh
      ? failure("NotYet", refusal.method, `the service does not see the submission of ${agent.id} yet`, refusal.cause)
      : rejected(refusal)
  )

const read = ({ client }: Crowd, assignment: string) =>
  Effect.map(
    client.call("GetAssignment", () => new GetAssignmentCommand({ AssignmentId: assignment }), replies.OneAssignment),
    ({ Assignment }) => Assignment
  )

/** The service's own name for the agent's work, and how it stands there, if it is that worker's. */
const submissionOf = (crowd: Crowd, method: string, agent: Agent): Effect.Effect<replies.Assignment, ProviderError> =>
  Effect.gen(function* () {
    if (Option.isNone(agent.remoteId))
      return yield* failure("Rejected", method, `${agent.id} came without an assignment`)
    const found = yield* read(crowd, agent.remoteId.value).pipe(
      Effect.catchTag("Refusal", (refusal) =>
        isUnseen(refusal) ? notSeen(agent, refusal) : Effect.fail(refused(crowd)(refusal))
      )
    )
    return found.WorkerId === agent.workerName
      ? found
      : yield* failure(
          "Rejected",
          method,
          `the assignment of ${agent.id} went from ${agent.workerName} to ${found.WorkerId}, who submitted it; nothing was decided`
        )
  })

type Status = replies.Assignment["AssignmentStatus"]

interface Decision<E> {
  readonly method: string
  readonly wanted: Status
  /** From where the service can be asked for it. */
  readonly from: (status: Status, order: ReviewOrder) => boolean
  readonly ask: (assignment: string, order: ReviewOrder) => Effect.Effect<unknown, Refusal | ProviderError>
  readonly refuse: (refusal: Refusal, order: ReviewOrder) => Effect.Effect<never, E | ProviderError>
}

const decideOne = <E>(
  crowd: Crowd,
  decision: Decision<E>,
  { order }: Sent<ReviewOrder>
): Effect.Effect<Receipt, E | ProviderError> =>
  Effect.gen(function* () {
    const { agent, run } = order
    const { method, wanted } = decision
    yield* setupOf(crowd, method, run)
    const before = yield* submissionOf(crowd, method, agent)
    const done = receipt({ remoteId: before.AssignmentId })
    if (before.AssignmentStatus === wanted) return done
    if (!decision.from(before.AssignmentStatus, order)) {
      const status = before.AssignmentStatus.toLowerCase()
      return yield* failure("Rejected", method, `${agent.id} was ${status} meanwhile; sync the run to see it here`)
    }
    return yield* decision.ask(before.AssignmentId, order).pipe(
      Effect.as(done),
      Effect.catchTag("Refusal", (refusal) =>
        isUnseen(refusal) ? readBack(crowd, decision, agent, refusal) : decision.refuse(refusal, order)
      )
    )
  })

/** Somebody else may have decided in between. */
const readBack = <E>(crowd: Crowd, { method, wanted }: Decision<E>, agent: Agent, refusal: Refusal) =>
  Effect.flatMap(submissionOf(crowd, method, agent), ({ AssignmentId, AssignmentStatus }) => {
    if (AssignmentStatus === wanted) return Effect.succeed(receipt({ remoteId: AssignmentId }))
    return AssignmentStatus === "Submitted"
      ? notSeen(agent, refusal)
      : failure("Rejected", method, `${agent.id} was ${AssignmentStatus.toLowerCase()} meanwhile`)
  })

const deciding = <E>(crowd: Crowd, decision: Decision<E>): Outward<ReviewOrder, E | ProviderError> =>
  repeatable(crowd, (sent) => decideOne(crowd, decision, sent))

const feedbackOf = ({ feedback }: ReviewOrder): string => Option.match(feedback, { onNone: () => "", onSome: plain })

export const approve = (crowd: Crowd): Driver["approve"] =>
  deciding<InsufficientFunds>(crowd, {
    method: "ApproveAssignment",
    wanted: "Approved",
    from: (status, { overrideRejection }) => status === "Submitted" || (status === "Rejected" && overrideRejection),
    ask: (assignment, order) => {
      const feedback = feedbackOf(order)
      return crowd.client.call(
        "ApproveAssignment",
        () =>
          new ApproveAssignmentCommand({
            AssignmentId: assignment,
            OverrideRejection: order.overrideRejection,
            ...(feedback === "" ? {} : { RequesterFeedback: feedback })
          }),
        Nothing
      )
    },
    refuse: (refusal, { run, unit }) =>
      isUnpaid(refusal) ? unpaid(crowd, cost(crowd, run, unit.offerSize)) : Effect.fail(refused(crowd)(refusal))
  })

export const reject = (crowd: Crowd): Driver["reject"] =>
  deciding<never>(crowd, {
    method: "RejectAssignment",
    wanted: "Rejected",
    from: (status) => status === "Submitted",
    ask: (assignment, order) =>
      crowd.client.call(
        "RejectAssignment",
        () => new RejectAssignmentCommand({ AssignmentId: assignment, RequesterFeedback: feedbackOf(order) }),
        Nothing
      ),
    refuse: (refusal) => Effect.fail(refused(crowd)(refusal))
  })

const statuses: { readonly [S in Status]: RemoteAgentStatus } = {
  Submitted: "submitted",
  Approved: "approved",
  Rejected: "rejected"
}

export const statusOf = ({ AssignmentStatus }: replies.Assignment): RemoteAgentStatus => statuses[AssignmentStatus]

/** Of work that is not submitted the service says nothing. */
export const agentStatus =
  (crowd: Crowd): Driver["agentStatus"] =>
  ({ remoteId, workerName }) =>
    Option.match(remoteId, {
      onNone: () => Effect.succeedNone,
      onSome: (assignment) =>
        read(crowd, assignment).pipe(
          Effect.map((found) => Option.some(found.WorkerId === workerName ? statusOf(found) : "returned")),
          Effect.catchIf(
            (error) => error._tag === "Refusal" && isUnseen(error),
            () => Effect.succeedNone
          ),
          Effect.mapError(refused(crowd))
        )
    })
