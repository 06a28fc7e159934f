/** What the service refuses, in the form in which it says so. */
import * as Data from "effect/Data"

export class Refusal extends Data.TaggedError("Refusal")<{
  /** What goes into `__type`. */
  readonly type: string
  /** Only a `RequestError` has one. */
  readonly code?: string
  readonly message: string
}> {}

const requestError = (code: string, message: string) =>
  new Refusal({ type: "RequestError", code: `AWS.MechanicalTurk.${code}`, message })

export const hitDoesNotExist = (id: string) => requestError("HITDoesNotExist", `Hit ${id} does not exist.`)

export const hitTypeDoesNotExist = (id: string) => requestError("HITTypeDoesNotExist", `HITType ${id} does not exist.`)

export const assignmentDoesNotExist = (id: string) =>
  requestError("AssignmentDoesNotExist", `Assignment ${id} does not exist.`)

export const assignmentState = (allowed: string) =>
  requestError("InvalidAssignmentState", `This operation can be called with a status of: ${allowed}`)

/** Two blanks after the first sentence, as recorded. */
export const hitState = (state: string, allowed: string) =>
  requestError(
    "InvalidHITState",
    `This HIT is currently in the state '${state}'.  This operation can be called with a status of: ${allowed}`
  )

export const qualificationTypeDoesNotExist = (id: string) =>
  requestError("QualificationTypeDoesNotExist", `QualificationType ${id} does not exist.`)

export const qualificationDoesNotExist = requestError(
  "QualificationDoesNotExist",
  "You requested a Qualification that does not exist."
)

export const qualificationState = requestError(
  "InvalidQualificationState",
  "This operation can be called with a status of: Granted"
)

export const qualificationRequestDoesNotExist = (id: string) =>
  requestError("QualificationRequestDoesNotExist", `QualificationRequest ${id} does not exist.`)

export const qualificationRequestState = requestError(
  "InvalidQualificationRequestState",
  "This operation can be called with a status of: Submitted"
)

export const qualificationNameTaken = requestError(
  "QualificationTypeAlreadyExists",
  "You have already created a QualificationType with this name. A QualificationType's name must be unique among all of the QualificationTypes created by the same user."
)

export const noFunds = requestError(
  "InsufficientFunds",
  "This Requester has insufficient funds in their account to complete this transaction. Please visit the account page of this server's owner."
)

export const hitExists = (id: string) =>
  requestError("HITAlreadyExists", `A HIT was created before with this UniqueRequestToken: HITId ${id}.`)

export const processedBefore = (token: string) =>
  requestError("DuplicateCall", `The idempotency token "${token}" has already been processed.`)

export const tooFewForIncrease = requestError(
  "InvalidMaximumAssignmentsIncrease",
  "A HIT created with fewer than 10 assignments cannot be extended to 10 or more."
)

export const invalidValue = (message: string) => requestError("InvalidParameterValue", message)

export const badXml = (message: string) => requestError("XMLParseError", message)

export const layoutDoesNotExist = (id: string) =>
  requestError("HITLayoutDoesNotExist", `HITLayout ${id} does not exist: this service keeps no layouts.`)

/** A worker id that is well-formed, but of another place. */
export const foreignWorker = (id: string) =>
  new Refusal({
    type: "ParameterValidationError",
    message: `The value "${id}" is not valid for the parameter WorkerId.`
  })

export const notOffered = (operation: string) =>
  requestError("NotSupported", `${operation} is not offered by this service.`)

export const throttled = new Refusal({ type: "ThrottlingException", message: "Rate exceeded" })

export const unknownOperation = (target: string) =>
  new Refusal({ type: "UnknownOperationException", message: `There is no operation ${target}.` })

export const unreadable = (message: string) => new Refusal({ type: "SerializationException", message })

/** Every constraint that is broken, each in the service's words. */
export const broken = (failures: ReadonlyArray<string>) =>
  new Refusal({
    type: "ValidationException",
    message: `${failures.length} validation ${failures.length === 1 ? "error" : "errors"} detected: ${failures.join("; ")}`
  })

export const noSignature = new Refusal({
  type: "MissingAuthenticationTokenException",
  message: "Missing Authentication Token"
})

export const incompleteSignature = (message: string) => new Refusal({ type: "IncompleteSignatureException", message })

export const unknownKey = new Refusal({
  type: "UnrecognizedClientException",
  message: "The security token included in the request is invalid."
})

export const wrongSignature = (message: string) => new Refusal({ type: "InvalidSignatureException", message })
