/** QualificationTypes: each is a qualification of the crowd. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { StoreError } from "../../CrowdError.js"
import { QualificationExists } from "../../CrowdError.js"
import { type Context, described, orDefect } from "../context.js"
import * as ids from "../ids.js"
import * as limits from "../protocol/limits.js"
import * as listing from "../protocol/listing.js"
import {
  type CreateQualificationTypeRequest,
  type ListQualificationTypesRequest,
  operations,
  type QualificationType,
  type UpdateQualificationTypeRequest
} from "../protocol/model.js"
import { type Caller, on } from "../protocol/operation.js"
import * as refusal from "../protocol/refusal.js"
import type { HITTypeRow, QualificationTypeRow } from "../rows.js"
import { systemQualifications } from "./systemQualifications.js"
import * as workerRequests from "./workerRequests.js"

export const get = ({ rows }: Context, id: string): Effect.Effect<QualificationTypeRow, refusal.Refusal | StoreError> =>
  Effect.flatMap(
    rows.qualificationTypes.get(id),
    Option.match({ onNone: () => refusal.qualificationTypeDoesNotExist(id), onSome: Effect.succeed })
  )

/** Only who made it may change it or give it. */
export const own = (context: Context, caller: Caller, id: string) =>
  Effect.filterOrFail(
    get(context, id),
    ({ requester }) => requester === caller.requester,
    () => refusal.qualificationTypeDoesNotExist(id)
  )

export const isRequired = ({ requirements }: HITTypeRow, id: string): boolean =>
  Option.exists(requirements, (all) => all.some(({ QualificationTypeId }) => QualificationTypeId === id))

const show = (type: QualificationTypeRow): QualificationType => ({
  QualificationTypeId: ids.qualificationTypeOf(type.id),
  CreationTime: type.createdAt,
  Name: type.name,
  Description: type.description,
  Keywords: Option.getOrUndefined(type.keywords),
  QualificationTypeStatus: type.status,
  TestDurationInSeconds: Option.getOrUndefined(type.testDuration),
  RetryDelayInSeconds: Option.getOrUndefined(type.retryDelay),
  IsRequestable: true,
  AutoGranted: type.autoGranted,
  AutoGrantedValue: Option.getOrUndefined(type.autoGrantedValue)
})

/** Nobody is examined here: a type that should be had by passing a test could be had by nobody. */
const checkTest = ({
  AnswerKey,
  Test
}: {
  readonly AnswerKey?: string | undefined
  readonly Test?: string | undefined
}) =>
  Test === undefined && AnswerKey === undefined
    ? Effect.void
    : refusal.invalidValue(
        "This service gives no qualification tests. Leave out Test and AnswerKey: workers ask for the qualification, and you grant it with AcceptQualificationRequest, or give it with AssociateQualificationWithWorker."
      )

/** Members of which some need others. */
const check = ({ autoGranted, autoGrantedValue }: Pick<QualificationTypeRow, "autoGranted" | "autoGrantedValue">) =>
  Option.isSome(autoGrantedValue) && !autoGranted
    ? refusal.invalidValue("AutoGrantedValue is only for a QualificationType that is AutoGranted.")
    : Effect.void

/** All are in one list: those of others can be asked for too. */
const group = ""

const nameKey = (caller: Caller, name: string): string => `${caller.requester}/${name}`

/** In the crowd, names are everybody's: where another requester has it, it is told apart. */
const createLocal = (context: Context, caller: Caller, name: string, description: string) =>
  context.qualifications
    .create(name, description)
    .pipe(
      Effect.catchTag("QualificationExists", () =>
        context.qualifications.create(`${name} (${caller.requester})`, description)
      )
    )

const create = (context: Context, caller: Caller, input: CreateQualificationTypeRequest) =>
  Effect.gen(function* () {
    yield* checkTest(input)
    const name = input.Name.trim()
    yield* limits.notEmpty("Name", name)
    yield* limits.noLonger("Name", name, 200)
    yield* limits.noLonger("Description", input.Description, 2000)
    yield* limits.noLonger("Keywords", input.Keywords, 1000)
    yield* limits.line("Name", name)
    yield* limits.prose("Description", input.Description)
    yield* limits.line("Keywords", input.Keywords)
    const details = {
      requester: caller.requester,
      createdAt: caller.now,
      name,
      description: input.Description,
      keywords: Option.fromNullable(input.Keywords),
      status: input.QualificationTypeStatus,
      testDuration: Option.fromNullable(input.TestDurationInSeconds),
      retryDelay: Option.fromNullable(input.RetryDelayInSeconds),
      autoGranted: input.AutoGranted ?? false,
      autoGrantedValue: Option.fromNullable(input.AutoGrantedValue)
    }
    yield* check(details)
    return yield* context.store.transaction(
      Effect.gen(function* () {
        const isNew = yield* context.rows.qualificationNames.insert(caller.requester, nameKey(caller, name), {
          id: name
        })
        if (!isNew) return yield* refusal.qualificationNameTaken
        const made = yield* Effect.catchIf(
          createLocal(context, caller, name, input.Description),
          (error) => error instanceof QualificationExists,
          () => refusal.qualificationNameTaken
        ).pipe(
          Effect.catchTags({
            ProviderError: Effect.die,
            InvalidInput: (error) => refusal.invalidValue(described(error))
          })
        )
        const type = { ...details, id: made.id, local: made.name }
        yield* context.rows.qualificationTypes.put(group, ids.qualificationTypeOf(made.id), type)
        return type
      })
    )
  })

const update = (context: Context, caller: Caller, input: UpdateQualificationTypeRequest) =>
  context.store.transaction(
    Effect.gen(function* () {
      yield* checkTest(input)
      const id = input.QualificationTypeId
      const before = yield* own(context, caller, id)
      const other = <A>(value: A | undefined, known: Option.Option<A>) =>
        Option.orElse(Option.fromNullable(value), () => known)
      const after: QualificationTypeRow = {
        ...before,
        description: input.Description ?? before.description,
        status: input.QualificationTypeStatus ?? before.status,
        testDuration: other(input.TestDurationInSeconds, before.testDuration),
        retryDelay: other(input.RetryDelayInSeconds, before.retryDelay),
        autoGranted: input.AutoGranted ?? before.autoGranted,
        autoGrantedValue:
          input.AutoGranted === false ? Option.none() : other(input.AutoGrantedValue, before.autoGrantedValue)
      }
      yield* check(after)
      yield* context.rows.qualificationTypes.put(group, id, after)
      return after
    })
  )

const remove = (context: Context, caller: Caller, id: string) =>
  context.store.transaction(
    Effect.gen(function* () {
      const type = yield* own(context, caller, id)
      yield* orDefect(context.qualifications.delete(type.local))
      yield* workerRequests.forget(context, type)
      yield* context.rows.qualificationTypes.remove(id)
      yield* context.rows.qualificationNames.remove(nameKey(caller, type.name))
    })
  )

const matches = (query: string | undefined) => {
  const words = (query ?? "")
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "")
  return (type: QualificationTypeRow): boolean => {
    const text = `${type.name} ${type.description} ${Option.getOrElse(type.keywords, () => "")}`.toLowerCase()
    return words.every((word) => text.includes(word))
  }
}

/** Every type is one that can be requested, as on the marketplace. */
const list = (context: Context, caller: Caller, input: ListQualificationTypesRequest) => {
  const { MustBeOwnedByCaller = false, MustBeRequestable: _, Query, ...asked } = input
  const fits = matches(Query)
  const isListed = (type: QualificationTypeRow) =>
    fits(type) && (!MustBeOwnedByCaller || type.requester === caller.requester)
  return listing.page(asked, {
    read: (after, limit) => context.rows.qualificationTypes.page(group, { after, limit }),
    keyOf: ({ key }) => key,
    show: (entries) =>
      Effect.succeed(
        entries.filter(({ value }) => isListed(value)).map(({ key, value }) => ({ key, item: show(value) }))
      )
  })
}

export const handlers = (context: Context) => [
  on(operations.CreateQualificationType, (input, caller) =>
    Effect.map(create(context, caller, input), (type) => ({ QualificationType: show(type) }))
  ),
  on(operations.GetQualificationType, ({ QualificationTypeId }) => {
    const own = systemQualifications.get(QualificationTypeId)
    return own === undefined
      ? Effect.map(get(context, QualificationTypeId), (type) => ({ QualificationType: show(type) }))
      : Effect.succeed({ QualificationType: own })
  }),
  on(operations.UpdateQualificationType, (input, caller) =>
    Effect.map(update(context, caller, input), (type) => ({ QualificationType: show(type) }))
  ),
  on(operations.DeleteQualificationType, ({ QualificationTypeId }, caller) =>
    Effect.as(remove(context, caller, QualificationTypeId), {})
  ),
  on(operations.ListQualificationTypes, (input, caller) =>
    Effect.map(list(context, caller, input), ({ items, ...page }) => ({ ...page, QualificationTypes: items }))
  )
]
