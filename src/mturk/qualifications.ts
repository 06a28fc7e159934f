import {
  AssociateQualificationWithWorkerCommand,
  CreateQualificationTypeCommand,
  DeleteQualificationTypeCommand,
  DisassociateQualificationFromWorkerCommand,
  ListQualificationTypesCommand,
  type QualificationRequirement as RemoteRequirement
} from "@aws-sdk/client-mturk"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import type { ProviderError } from "../CrowdError.js"
import { type GrantOrder, type QualificationsDriver, receipt } from "../Driver.js"
import * as tables from "../store/tables.js"
import type { QualificationRequirement, Task } from "../TaskRuns.js"
import { Nothing } from "./client.js"
import { type Crowd, plain, refused, repeatable, stored } from "./crowd.js"
import type { Environment } from "./environment.js"
import { type CallError, failure, isMissing, provider, type Refusal } from "./errors.js"
import type { Requirement } from "./options.js"
import * as replies from "./replies.js"

const mastersIds = { production: "2F1QJWKUDD8XADTFD2Q0G6UTO95ALH", sandbox: "2ARFPLSP75KLA8M8DH1HTEQVJT3SY6" }

/** What the service itself knows of every worker, by names people can read and by those of its documentation. */
const systemIds: { readonly [name: string]: string } = {
  percent_approved: "000000000000000000L0",
  Worker_PercentAssignmentsApproved: "000000000000000000L0",
  hits_approved: "00000000000000000040",
  Worker_NumberHITsApproved: "00000000000000000040",
  locale: "00000000000000000071",
  Worker_Locale: "00000000000000000071",
  adult: "00000000000000000060",
  Worker_Adult: "00000000000000000060"
}

const isLocale = (name: string): boolean => (systemIds[name] ?? name) === systemIds["locale"]

const mastersNames = ["masters", "Masters"]

export const isMasters = (name: string): boolean =>
  mastersNames.includes(name) || Object.values(mastersIds).includes(name)

const isId = (name: string): boolean => /^[A-Z0-9]{20,64}$/.test(name)

const systemId = (name: string, { mode }: Environment): string | undefined =>
  mastersNames.includes(name) ? mastersIds[mode] : Object.hasOwn(systemIds, name) ? systemIds[name] : undefined

/** Requirements the service alone can see to. */
export const enforces = (name: string): boolean => isMasters(name) || Object.hasOwn(systemIds, name) || isId(name)

const comparators = {
  exists: "Exists",
  does_not_exist: "DoesNotExist",
  equal: "EqualTo",
  not_equal: "NotEqualTo",
  less_than: "LessThan",
  less_than_or_equal: "LessThanOrEqualTo",
  greater_than: "GreaterThan",
  greater_than_or_equal: "GreaterThanOrEqualTo",
  in: "In",
  not_in: "NotIn"
} as const

const listOwned = ({ client }: Crowd, name: string) =>
  replies.everything((token) =>
    client.call(
      "ListQualificationTypes",
      () =>
        new ListQualificationTypesCommand({
          Query: name,
          MustBeRequestable: false,
          MustBeOwnedByCaller: true,
          MaxResults: 100,
          NextToken: token
        }),
      replies.QualificationTypes
    )
  )

const findOwned = (crowd: Crowd, name: string) =>
  Effect.map(listOwned(crowd, name), (found) =>
    Option.fromNullable(found.find(({ Name }) => Name === name)?.QualificationTypeId)
  )

const isTaken = ({ code }: Refusal): boolean => code === "qualificationtypealreadyexists"

/** Makes the type, or finds it where there is one of this name. */
export const ensure = (crowd: Crowd, name: string, description: string): Effect.Effect<string, ProviderError> =>
  crowd.client
    .call(
      "CreateQualificationType",
      () =>
        new CreateQualificationTypeCommand({
          Name: name,
          Description: plain(description) || name,
          QualificationTypeStatus: "Active"
        }),
      replies.OneQualificationType
    )
    .pipe(
      Effect.map(({ QualificationType }) => QualificationType.QualificationTypeId),
      Effect.catchIf(
        (error) => error._tag === "Refusal" && isTaken(error),
        (error) =>
          Effect.flatMap(findOwned(crowd, name), (found) =>
            Option.isSome(found) ? Effect.succeed(found.value) : Effect.fail(error)
          )
      ),
      Effect.mapError(refused(crowd))
    )

/** The service's own name for a qualification: known, remembered, found there, or made. */
const typeOf = (crowd: Crowd, name: string): Effect.Effect<string, ProviderError> =>
  Effect.gen(function* () {
    const known = systemId(name, crowd.environment) ?? (isId(name) ? name : undefined)
    if (known !== undefined) return known
    const where = { provider, name }
    const [row] = yield* stored("setup", crowd.store.page(tables.qualifications, { where, limit: 1 }))
    const remembered = row === undefined ? Option.none() : row.remoteId
    if (Option.isSome(remembered)) return remembered.value
    const found = yield* Effect.mapError(findOwned(crowd, name), refused(crowd))
    return Option.isSome(found) ? found.value : yield* ensure(crowd, name, name)
  })

const isExistence = (comparator: Requirement["comparator"]): boolean =>
  comparator === "exists" || comparator === "does_not_exist"

const localeOf = (text: string): { readonly Country: string; readonly Subdivision?: string } => {
  const [country = "", subdivision] = text.split("-")
  return subdivision === undefined ? { Country: country } : { Country: country, Subdivision: subdivision }
}

const remoteOf = (crowd: Crowd, requirement: Requirement): Effect.Effect<RemoteRequirement, ProviderError> =>
  Effect.map(typeOf(crowd, requirement.name), (id) => ({
    QualificationTypeId: id,
    Comparator: comparators[requirement.comparator],
    ActionsGuarded: requirement.guard ?? "Accept",
    ...(isExistence(requirement.comparator)
      ? {}
      : requirement.locales !== undefined
        ? { LocaleValues: requirement.locales.map(localeOf) }
        : { IntegerValues: [...(requirement.integers ?? [])] })
  }))

const ofTask = ({ comparator, name, value, values }: QualificationRequirement): Requirement => {
  if (values === undefined) return { name, comparator, integers: [value] }
  const locales = values.filter(Predicate.isString)
  return locales.length > 0
    ? { name, comparator, locales }
    : { name, comparator, integers: values.filter(Predicate.isNumber) }
}

/** A locale is a place and nothing else is; the service would only say that a value is missing. */
const checkValues = ({ locales, name, comparator }: Requirement): Effect.Effect<void, ProviderError> => {
  if (isExistence(comparator) || isLocale(name) === (locales !== undefined)) return Effect.void
  return failure(
    "Rejected",
    "setup",
    isLocale(name)
      ? `${name} is compared with places, such as "US" or "US-CA"`
      : `${name} is compared with whole numbers`
  )
}

/** Whoever has this qualification does not get to see the HIT. */
const without = (id: string): RemoteRequirement => ({
  QualificationTypeId: id,
  Comparator: "DoesNotExist",
  ActionsGuarded: "DiscoverPreviewAndAccept"
})

/** All that the task, and the layer, ask of workers, and that they have none of these qualifications. */
export const requirementsOf = (
  crowd: Crowd,
  { qualifications }: Pick<Task, "qualifications">,
  excluding: ReadonlyArray<string>
): Effect.Effect<Array<RemoteRequirement>, ProviderError> =>
  Effect.map(
    Effect.forEach([...qualifications.map(ofTask), ...crowd.requirements], (requirement) =>
      Effect.zipRight(checkValues(requirement), remoteOf(crowd, requirement))
    ),
    (asked) => [...asked, ...excluding.map(without)]
  )

/** The service takes no more. */
const requirementsAtMost = 10

/** Whether there is room for so many requirements of our own beside those that are asked for. */
export const checkCount = (
  { requirements }: Crowd,
  { qualifications }: Pick<Task, "qualifications">,
  ours: number
): Effect.Effect<void, ProviderError> => {
  const asked = qualifications.length + requirements.length
  return asked + ours <= requirementsAtMost
    ? Effect.void
    : failure(
        "Rejected",
        "CreateHITType",
        `a HIT takes ${requirementsAtMost} requirements at the most, and this would have ${asked + ours}: ${asked} are asked for, and ${ours} it takes to keep maxUnitsPerWorker and different people for a row; ask for fewer qualifications`
      )
}

/** Gives the worker the value; they are not written to. */
export const grant = (crowd: Crowd, id: string, worker: string, value: number): Effect.Effect<void, ProviderError> =>
  crowd.client
    .call(
      "AssociateQualificationWithWorker",
      () =>
        new AssociateQualificationWithWorkerCommand({
          QualificationTypeId: id,
          WorkerId: worker,
          IntegerValue: value,
          SendNotification: false
        }),
      Nothing
    )
    .pipe(Effect.mapError(refused(crowd)), Effect.asVoid)

const isAbsent = (refusal: Refusal): boolean => isMissing(refusal) || refusal.code === "invalidqualificationstate"

const revoke = (crowd: Crowd, id: string, worker: string) =>
  gone(
    crowd,
    crowd.client.call(
      "DisassociateQualificationFromWorker",
      () => new DisassociateQualificationFromWorkerCommand({ QualificationTypeId: id, WorkerId: worker }),
      Nothing
    ),
    isAbsent
  )

export const remove = (crowd: Crowd, id: string): Effect.Effect<void, ProviderError> =>
  gone(
    crowd,
    crowd.client.call(
      "DeleteQualificationType",
      () => new DeleteQualificationTypeCommand({ QualificationTypeId: id }),
      Nothing
    ),
    isMissing
  )

/** What is gone already is gone. */
const gone = (
  crowd: Crowd,
  call: Effect.Effect<unknown, CallError>,
  isGone: (refusal: Refusal) => boolean
): Effect.Effect<void, ProviderError> =>
  call.pipe(
    Effect.catchIf(
      (error) => error._tag === "Refusal" && isGone(error),
      () => Effect.void
    ),
    Effect.mapError(refused(crowd)),
    Effect.asVoid
  )

/** A value given, or taken away, twice is the same as once. */
const granting = (crowd: Crowd, send: (order: GrantOrder, id: string) => Effect.Effect<void, ProviderError>) =>
  repeatable<GrantOrder, ProviderError>(crowd, ({ order }) =>
    Option.match(order.qualification.remoteId, {
      onNone: () => failure("Rejected", "grant", `the service knows nothing of ${order.qualification.name}`),
      onSome: (id) => Effect.as(send(order, id), receipt())
    })
  )

export const make = (crowd: Crowd): QualificationsDriver => ({
  create: (name, description) => Effect.asSome(ensure(crowd, name, description)),
  delete: ({ remoteId }) => Option.match(remoteId, { onNone: () => Effect.void, onSome: (id) => remove(crowd, id) }),
  grant: granting(crowd, ({ value, worker }, id) => grant(crowd, id, worker.name, value)),
  revoke: granting(crowd, ({ worker }, id) => revoke(crowd, id, worker.name))
})
