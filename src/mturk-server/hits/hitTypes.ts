/** HITTypes: each is a TaskRun; the same values are the same HITType. */
import { createHash } from "node:crypto"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { StoreError } from "../../CrowdError.js"
import type { RequesterId } from "../../Ids.js"
import * as Money from "../../Money.js"
import { Task } from "../../TaskRuns.js"
import { type Context, orDefect } from "../context.js"
import * as ids from "../ids.js"
import { parseAmount } from "../money/ledger.js"
import * as limits from "../protocol/limits.js"
import type { CreateHITTypeRequest } from "../protocol/model.js"
import * as refusal from "../protocol/refusal.js"
import type { HITTypeRow } from "../rows.js"
import * as requirements from "./requirements.js"

/** Expiry and auto-approval are this service's own, by HIT and with money; nothing of them is left to the run. */
const never = Duration.days(36_500)

const decodeTask = Schema.decodeEither(Schema.typeSchema(Task))

const check = (input: CreateHITTypeRequest) =>
  Effect.gen(function* () {
    yield* limits.notEmpty("Title", input.Title)
    yield* limits.notEmpty("Description", input.Description)
    yield* limits.noLonger("Title", input.Title, 128)
    yield* limits.noLonger("Description", input.Description, 2000)
    yield* limits.noLonger("Keywords", input.Keywords, 1000)
    yield* limits.line("Title", input.Title)
    yield* limits.prose("Description", input.Description)
    yield* limits.line("Keywords", input.Keywords)
    yield* limits.within("AssignmentDurationInSeconds", input.AssignmentDurationInSeconds, 30, limits.year)
    yield* limits.within(
      "AutoApprovalDelayInSeconds",
      input.AutoApprovalDelayInSeconds ?? limits.month,
      0,
      limits.month
    )
  })

const split = (keywords: string | undefined): ReadonlyArray<string> =>
  (keywords ?? "")
    .split(",")
    .map((word) => word.trim())
    .filter((word) => word !== "")

const taskOf = (type: Omit<HITTypeRow, "run">, qualifications: Task["qualifications"]) =>
  Either.mapLeft(
    decodeTask({
      title: type.title.trim(),
      description: type.description,
      keywords: split(Option.getOrUndefined(type.keywords)),
      reward: Money.make(type.reward),
      duration: Duration.seconds(type.assignmentDuration),
      lifetime: never,
      autoApprovalDelay: never,
      unitsPerAssignment: 1,
      maxUnitsPerWorker: Option.none(),
      markup: [],
      style: "default",
      permissions: [],
      panel: Option.none(),
      qualifications
    }),
    ({ message }) => refusal.invalidValue(message)
  )

const digestOf = (values: unknown): string => createHash("sha256").update(JSON.stringify(values)).digest("hex")

/** The HITType of these values; made where it is new. */
export const create = (
  context: Context,
  requester: RequesterId,
  input: CreateHITTypeRequest
): Effect.Effect<HITTypeRow, refusal.Refusal | StoreError> =>
  Effect.gen(function* () {
    yield* check(input)
    const values = {
      requester,
      title: input.Title,
      description: input.Description,
      keywords: Option.fromNullable(input.Keywords),
      reward: yield* parseAmount(input.Reward),
      assignmentDuration: input.AssignmentDurationInSeconds,
      autoApprovalDelay: input.AutoApprovalDelayInSeconds ?? limits.month,
      requirements: Option.fromNullable(input.QualificationRequirements),
      rows: 0
    }
    const qualifications = yield* requirements.check(context, input.QualificationRequirements ?? [])
    const task = yield* taskOf(values, qualifications)
    const digest = digestOf(values)
    return yield* context.store.transaction(
      Effect.gen(function* () {
        const name = `${task.title} (${digest.slice(0, 12)})`
        const opened = yield* orDefect(context.runs.open({ requester, name, digest, task, template: "" }))
        const run = yield* orDefect(context.runs.setup(opened.id))
        const id = ids.hitTypeOf(run.id)
        yield* context.rows.hitTypes.insert(requester, id, { ...values, run: run.id })
        return yield* get(context, requester, id)
      })
    )
  })

export const get = (
  { rows }: Context,
  requester: RequesterId,
  id: string
): Effect.Effect<HITTypeRow, refusal.Refusal | StoreError> =>
  Effect.flatMap(
    rows.hitTypes.get(id),
    Option.match({
      onNone: () => refusal.hitTypeDoesNotExist(id),
      onSome: (type) => (type.requester === requester ? Effect.succeed(type) : refusal.hitTypeDoesNotExist(id))
    })
  )
