/** What a worker must be to take a HIT, as the crowd's own requirements. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { StoreError } from "../../CrowdError.js"
import { satisfies } from "../../provider/eligibility.js"
import type { QualificationRequirement as Requirement } from "../../TaskRuns.js"
import type { Context } from "../context.js"
import { systemQualifications } from "../people/systemQualifications.js"
import type { QualificationRequirement } from "../protocol/model.js"
import * as refusal from "../protocol/refusal.js"

/** Of the marketplace's own: a crowd of your own has neither approval rates nor a locale nor Masters. */
const isSystem = (id: string): boolean => /^0{16}[0-9A-Z]{4}$/.test(id) || systemQualifications.has(id)

type Comparator = Requirement["comparator"]

const comparators: { readonly [name: string]: Comparator } = {
  LessThan: "less_than",
  LessThanOrEqualTo: "less_than_or_equal",
  GreaterThan: "greater_than",
  GreaterThanOrEqualTo: "greater_than_or_equal",
  EqualTo: "equal",
  NotEqualTo: "not_equal",
  Exists: "exists",
  DoesNotExist: "does_not_exist",
  In: "in",
  NotIn: "not_in"
}

const translate = (name: string, requirement: QualificationRequirement): ReadonlyArray<Requirement> | undefined => {
  const { Comparator, IntegerValues: values = [] } = requirement
  const comparator = comparators[Comparator]
  if (comparator === undefined) return undefined
  const [value] = values
  if (comparator === "in" || comparator === "not_in") {
    return value === undefined ? undefined : [{ name, comparator, value, values }]
  }
  if (comparator === "exists" || comparator === "does_not_exist") {
    return value === undefined ? [{ name, comparator, value: 1 }] : undefined
  }
  return value === undefined || values.length > 1 ? undefined : [{ name, comparator, value }]
}

/** What of a requirement is a worker's to have or not: not the marketplace's own, which everybody meets. */
export const isOwn = ({ QualificationTypeId: id }: QualificationRequirement): boolean => !isSystem(id)

/** Whether a worker with this value, or with none, meets it. */
export const isMet = (requirement: QualificationRequirement, value: Option.Option<number>): boolean =>
  (translate(requirement.QualificationTypeId, requirement) ?? []).every((one) => satisfies(value, one))

const one = (context: Context, requirement: QualificationRequirement) =>
  Effect.gen(function* () {
    const { Comparator, QualificationTypeId: id } = requirement
    if (!isOwn(requirement)) return []
    const type = yield* context.rows.qualificationTypes.get(id)
    if (Option.isNone(type)) return yield* refusal.qualificationTypeDoesNotExist(id)
    const translated = translate(type.value.local, requirement)
    if (translated !== undefined) return translated
    return yield* refusal.invalidValue(
      `The values of the QualificationRequirement for ${id} do not fit its Comparator ${Comparator}.`
    )
  })

/** Lists that are longer than the service takes, in its words. */
const tooLong = ({ IntegerValues = [], LocaleValues = [] }: QualificationRequirement, index: number) =>
  [
    { name: "integerValues", length: IntegerValues.length, most: 15 },
    { name: "localeValues", length: LocaleValues.length, most: 30 }
  ].flatMap(({ length, most, name }) =>
    length > most
      ? [
          `Value of ${length} entries at 'qualificationRequirements.${index + 1}.member.${name}' failed to satisfy constraint: Member must have length less than or equal to ${most}`
        ]
      : []
  )

/** Those of the marketplace's own qualifications are kept and shown, and everybody meets them. */
export const check = (
  context: Context,
  requirements: ReadonlyArray<QualificationRequirement>
): Effect.Effect<ReadonlyArray<Requirement>, refusal.Refusal | StoreError> =>
  Effect.gen(function* () {
    if (requirements.length > 10) return yield* refusal.invalidValue("A HIT may have 10 QualificationRequirements.")
    const failures = requirements.flatMap(tooLong)
    if (failures.length > 0) return yield* refusal.broken(failures)
    return (yield* Effect.forEach(requirements, (requirement) => one(context, requirement))).flat()
  })
