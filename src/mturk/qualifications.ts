import {
  AssociateQualificationWithWorkerCommand,
  CreateQualificationTypeCommand,
  DeleteQualificationTypeCommand,
  DisassociateQualificationFromWorkerCommand,
  ListQualificationTypesCommand,
  type QualificationRequirement as RemoteRequirement
} from "@aws-sdk/client-mturk"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import type { ProviderError } from "../CrowdError.js"
import { type GrantOrder, type Outward, type QualificationsDriver, receipt } from "../Driver.js"
import type { Qualification } from "../Qualifications.js"
import * as tables from "../store/tables.js"
import type { QualificationRequirement } from "../TaskRuns.js"
import { Nothing } from "./client.js"
import { type Crowd, plain, refused, stored } from "./crowd.js"
import type { Environment } from "./environment.js"
import { failure, isMissing, provider, type Refusal } from "./errors.js"
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

/** All that the task, and the layer, ask of workers. */
export const requirementsOf = (
  crowd: Crowd,
  task: ReadonlyArray<QualificationRequirement>,
  more: ReadonlyArray<Requirement>
): Effect.Effect<Array<RemoteRequirement>, ProviderError> =>
  Effect.forEach([...task.map(ofTask), ...more], (requirement) =>
    Effect.zipRight(checkValues(requirement), remoteOf(crowd, requirement))
  )

/** A value given, or taken away, twice is the same as once. */
const granting = (
  { concurrency }: Crowd,
  send: (order: GrantOrder, id: string) => Effect.Effect<unknown, ProviderError>
): Outward<GrantOrder, ProviderError> => ({
  pageSize: concurrency,
  concurrency: 2,
  repeatableFor: Duration.infinity,
  lookUp: Option.none(),
  send: (orders) =>
    Effect.forEach(
      orders,
      ({ order }) =>
        Option.match(order.qualification.remoteId, {
          onNone: () => failure("Rejected", "grant", `the service knows nothing of ${order.qualification.name}`),
          onSome: (id) => send(order, id)
        }).pipe(Effect.as(receipt()), Effect.either),
      { concurrency: "unbounded" }
    )
})

const isAbsent = (refusal: Refusal): boolean => isMissing(refusal) || refusal.code === "invalidqualificationstate"

export const make = (crowd: Crowd): QualificationsDriver => {
  const { client } = crowd
  return {
    create: (name, description) => Effect.asSome(ensure(crowd, name, description)),
    delete: (qualification: Qualification) =>
      Option.match(qualification.remoteId, {
        onNone: () => Effect.void,
        onSome: (id) =>
          client
            .call(
              "DeleteQualificationType",
              () => new DeleteQualificationTypeCommand({ QualificationTypeId: id }),
              Nothing
            )
            .pipe(
              Effect.catchIf(
                (error) => error._tag === "Refusal" && isMissing(error),
                () => Effect.void
              ),
              Effect.mapError(refused(crowd)),
              Effect.asVoid
            )
      }),
    grant: granting(crowd, ({ value, worker }, id) =>
      client
        .call(
          "AssociateQualificationWithWorker",
          () =>
            new AssociateQualificationWithWorkerCommand({
              QualificationTypeId: id,
              WorkerId: worker.name,
              IntegerValue: value,
              SendNotification: false
            }),
          Nothing
        )
        .pipe(Effect.mapError(refused(crowd)))
    ),
    revoke: granting(crowd, ({ worker }, id) =>
      client
        .call(
          "DisassociateQualificationFromWorker",
          () => new DisassociateQualificationFromWorkerCommand({ QualificationTypeId: id, WorkerId: worker.name }),
          Nothing
        )
        .pipe(
          Effect.catchIf(
            (error) => error._tag === "Refusal" && isAbsent(error),
            () => Effect.void
          ),
          Effect.mapError(refused(crowd))
        )
    )
  }
}
