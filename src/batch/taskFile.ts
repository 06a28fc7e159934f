import * as Duration from "effect/Duration"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as ParseResult from "effect/ParseResult"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import { lineFault, proseFault, suggestion, textFault } from "../internal/text.js"
import * as Money from "../Money.js"
import * as PanelSettings from "../PanelSettings.js"
import { Permission, QualificationRequirement, type Task, taskDefaults } from "../TaskRuns.js"

/** @internal */
export interface TaskFault {
  readonly path: ReadonlyArray<string | number>
  readonly message: string
}

const Text = Schema.String.annotations({ message: () => "must be text" }).pipe(
  Schema.filter((text) => textFault(text) ?? true)
)

/** What workers read, of several lines. */
const Prose = Schema.String.annotations({ message: () => "must be text" }).pipe(
  Schema.filter((text) => proseFault(text) ?? true)
)

const Filled = Text.pipe(Schema.filter((text) => text.trim() !== "" || "is empty"))

/** What people read as a name. */
const Line = Filled.pipe(Schema.filter((text) => lineFault(text) ?? true))

const Count = Schema.Number.annotations({ message: () => "must be a number" }).pipe(
  Schema.filter((n) => (Number.isSafeInteger(n) && n >= 1) || `is ${n}; write a whole number, 1 or more`)
)

const UnitCount = Count.annotations({
  message: (issue) => `is ${JSON.stringify(issue.actual)}; every row needs units: write a whole number, 1 or more`
})

const durationFault = (duration: Duration.Duration): string | undefined => {
  if (Duration.lessThan(duration, Duration.seconds(1))) return "write one second or more"
  return Duration.greaterThan(duration, Duration.days(365)) ? "write 365 days or less" : undefined
}

const DurationText = Schema.transformOrFail(
  Schema.String.annotations({ message: () => 'must be text with a unit, such as "10 minutes"' }),
  Schema.DurationFromSelf,
  {
    strict: true,
    decode: (text, _, ast) =>
      Option.match(Duration.decodeUnknown(text.trim()), {
        onNone: () =>
          ParseResult.fail(
            new ParseResult.Type(
              ast,
              text,
              `"${text}" is no duration; write a number and a unit, such as "30 seconds", "10 minutes" or "7 days"`
            )
          ),
        onSome: (duration) => {
          const wrong = durationFault(duration)
          return wrong === undefined
            ? ParseResult.succeed(duration)
            : ParseResult.fail(new ParseResult.Type(ast, text, `"${text}" is out of bounds; ${wrong}`))
        }
      }),
    encode: (duration) => ParseResult.succeed(`${Duration.toMillis(duration)} millis`)
  }
)

/** The whole message, in place of one for each member of a union or struct. */
const always = (message: string) => () => ({ message, override: true })

const ifNot = (is: (value: unknown) => boolean, message: string) => (issue: ParseResult.ParseIssue) => ({
  message,
  override: !is(issue.actual)
})

const comparators = QualificationRequirement.fields.comparator.literals

const place = /^[A-Z]{2}(-[A-Z0-9]{1,3})?$/

const NumberOrPlace = Schema.Union(Schema.Int, Schema.String.pipe(Schema.pattern(place))).annotations({
  message: always('must be a whole number, or a place such as "US" or "US-CA"')
})

interface Given {
  readonly comparator?: QualificationRequirement["comparator"]
  readonly value?: number | string
  readonly values?: ReadonlyArray<number | string>
}

const isAmong = (comparator: Given["comparator"]): boolean => comparator === "in" || comparator === "not_in"

/** What is wrong with how the parts of a requirement go together. */
const mismatch = ({ comparator, value, values }: Given): string | undefined => {
  if (value !== undefined && comparator === undefined) {
    return 'has a value but no comparator; add one, such as "comparator": "greater_than_or_equal"'
  }
  if (!isAmong(comparator)) {
    if (values !== undefined) return 'has values; they need "comparator": "in" or "not_in"'
    const isPlace = Predicate.isString(value) && comparator !== "equal" && comparator !== "not_equal"
    return isPlace ? "compares a place; places can only be equal, not_equal, in or not_in" : undefined
  }
  if (value !== undefined || values === undefined || values.length === 0) {
    return `is ${comparator} what? Write "values": [ … ]`
  }
  return new Set(values.map((one) => typeof one)).size > 1 ? "has numbers and places among its values" : undefined
}

const Qualification = Schema.Struct({
  name: Line,
  comparator: Schema.optionalWith(
    Schema.Literal(...comparators).annotations({ message: always(`must be one of ${comparators.join(", ")}`) }),
    { exact: true }
  ),
  value: Schema.optionalWith(NumberOrPlace, { exact: true }),
  values: Schema.optionalWith(
    Schema.Array(NumberOrPlace).annotations({ message: ifNot(Array.isArray, "must be a list") }),
    { exact: true }
  )
})
  .annotations({ message: ifNot(Predicate.isRecord, 'must be an object: { "name": … }') })
  .pipe(Schema.filter((given) => mismatch(given) ?? true))

/** To be equal to a place is to be in it. */
const requirementOf = ({ comparator, name, value, values }: typeof Qualification.Type): QualificationRequirement => {
  if (Predicate.isString(value)) {
    return { name: name.trim(), comparator: comparator === "not_equal" ? "not_in" : "in", value: 1, values: [value] }
  }
  return {
    name: name.trim(),
    comparator: comparator ?? "exists",
    value: value ?? 1,
    ...(values === undefined ? {} : { values })
  }
}

const list = <A, I>(item: Schema.Schema<A, I>, of: string) =>
  Schema.Array(item).annotations({ message: ifNot(Array.isArray, `must be a list of ${of}`) })

const permissionNames = Permission.literals.map((name) => `"${name}"`).join(" or ")

const PermissionName = Permission.annotations({ message: always(`must be ${permissionNames}`) })

const fields = {
  title: Line,
  description: Schema.optionalWith(Prose, { exact: true, default: () => taskDefaults.description }),
  keywords: Schema.optionalWith(list(Line, "texts"), { exact: true, default: () => taskDefaults.keywords }),
  duration: Schema.optionalWith(DurationText, { exact: true, default: () => taskDefaults.duration }),
  lifetime: Schema.optionalWith(DurationText, { exact: true, default: () => taskDefaults.lifetime }),
  autoApprovalDelay: Schema.optionalWith(DurationText, {
    exact: true,
    default: () => taskDefaults.autoApprovalDelay
  }),
  unitsPerAssignment: Schema.optionalWith(UnitCount, {
    exact: true,
    default: () => taskDefaults.unitsPerAssignment
  }),
  maxUnitsPerWorker: Schema.optionalWith(Count, { exact: true, as: "Option" }),
  qualifications: Schema.optionalWith(list(Qualification, "qualifications"), {
    exact: true,
    default: () => taskDefaults.qualifications
  }),
  markup: Schema.optionalWith(list(Filled, "columns"), { exact: true, default: () => taskDefaults.markup }),
  style: Schema.optionalWith(
    Schema.Literal("default", "none").annotations({ message: always('must be "default" or "none"') }),
    { exact: true, default: () => taskDefaults.style }
  ),
  permissions: Schema.optionalWith(list(PermissionName, permissionNames), {
    exact: true,
    default: () => taskDefaults.permissions
  })
}

const separators = { ",": ",", ";": ";", tab: "\t", "\t": "\t" } as const

/** What is said of the files and not of the task: none of it is kept. */
const fileFields = {
  separator: Schema.optionalWith(
    Schema.Literal(",", ";", "tab", "\t").annotations({ message: always('must be ",", ";" or "tab"') }),
    { exact: true }
  ),
  foreign: Schema.optionalWith(
    Schema.Literal("meant").annotations({ message: always('must be "meant", or be left out') }),
    { exact: true }
  )
}

/** How the files of a batch are to be read. @internal */
export interface Reading {
  /** By what the columns of the data are separated, where that is said. */
  readonly separator?: "," | ";" | "\t" | undefined
  /** The template's own language is not ours, and is meant to stay. */
  readonly isForeignMeant: boolean
  /** Columns of markup were thought of. */
  readonly isMarkupSaid: boolean
}

const Length = Schema.DurationFromSelf.pipe(
  Schema.filter((duration) => Duration.isFinite(duration) || "never ends; write 365 days or less")
)

/** A task that a program made, with a message for whatever may be wrong in it. */
const Values = Schema.Struct({
  title: Line.pipe(Schema.filter((title) => title.trim() === title || "has blanks around it; take them away")),
  description: Prose,
  keywords: Schema.Array(Line),
  reward: Schema.typeSchema(Money.Money),
  duration: Length,
  lifetime: Length,
  autoApprovalDelay: Length,
  unitsPerAssignment: UnitCount,
  maxUnitsPerWorker: Schema.OptionFromSelf(Count),
  qualifications: Schema.typeSchema(Schema.Array(QualificationRequirement)),
  markup: Schema.Array(Filled),
  style: Schema.Literal("default", "none"),
  permissions: Schema.Array(PermissionName),
  panel: Schema.OptionFromSelf(Schema.typeSchema(PanelSettings.PanelSettings))
})

const validate = Schema.validateEither(Values, { errors: "all" })

/** What is wrong with a task that a program made. @internal */
export const taskFaults = (task: Task): ReadonlyArray<TaskFault> =>
  Either.match(validate(task), { onLeft: fieldFaults, onRight: () => [] })

const decodeFields = Schema.decodeUnknownEither(Schema.Struct(fields), { errors: "all" })

const FileFields = Schema.Struct(fileFields)

const decodeFileFields = Schema.decodeUnknownEither(FileFields, { errors: "all" })

const fileFieldFaults = (json: unknown): ReadonlyArray<TaskFault> =>
  Either.match(decodeFileFields(json), { onLeft: fieldFaults, onRight: () => [] })

/** What is wrong there is left out: `decodeTask` tells it. @internal */
export const decodeReading = (json: unknown): Reading => {
  const { foreign, separator } = Either.getOrElse(decodeFileFields(json), (): typeof FileFields.Type => ({}))
  return {
    separator: separator && separators[separator],
    isForeignMeant: foreign === "meant",
    isMarkupSaid: Predicate.hasProperty(json, "markup")
  }
}

const unknownKeys = (
  value: unknown,
  known: ReadonlyArray<string>,
  path: ReadonlyArray<string | number>
): ReadonlyArray<TaskFault> =>
  Predicate.isRecord(value)
    ? Object.keys(value)
        .filter((key) => !known.includes(key))
        .map((key) => ({
          path: [...path, key],
          message: `is no setting; ${suggestion(key, known)}`
        }))
    : []

const allUnknownKeys = (json: object): ReadonlyArray<TaskFault> => [
  ...unknownKeys(json, [...Object.keys(fields), ...Object.keys(fileFields), "reward", "currency", "panel"], []),
  ...("qualifications" in json && Array.isArray(json.qualifications)
    ? json.qualifications.flatMap((item: unknown, i) =>
        unknownKeys(item, Object.keys(QualificationRequirement.fields), ["qualifications", i])
      )
    : [])
]

const fieldFaults = (error: ParseResult.ParseError): ReadonlyArray<TaskFault> =>
  ParseResult.ArrayFormatter.formatErrorSync(error).map(({ message, path }) => ({
    path: path.map((step) => (typeof step === "number" ? step : String(step))),
    message: message === "is missing" ? "is missing; it is required" : message
  }))

const decodeCurrency = (json: object): Either.Either<Money.Currency, string> => {
  const currency = "currency" in json ? json.currency : Money.USD
  return Schema.is(Money.Currency)(currency)
    ? Either.right(currency)
    : Either.left(`${JSON.stringify(currency)} is no currency; write three capital letters, such as "USD"`)
}

const decodeReward = (json: object, currency: Money.Currency): Either.Either<Money.Money, string> => {
  if (!("reward" in json)) return Either.left('is missing; write it as text, such as "reward": "0.05"')
  if (typeof json.reward === "string") {
    return Either.filterOrLeft(
      Money.parse(json.reward, currency),
      ({ minor }) => minor <= Money.mostMinor,
      () =>
        `"${String(json.reward)}" is more than a unit can be worth, ${Money.format(Money.make(Money.mostMinor, currency))}`
    )
  }
  return typeof json.reward === "number"
    ? Either.left(`is a number; write it as text in quotes: "reward": "${json.reward}"`)
    : Either.left('must be text, such as "0.05"')
}

const decodePanel = (
  json: object
): Either.Either<Option.Option<PanelSettings.PanelSettings>, ReadonlyArray<TaskFault>> =>
  "panel" in json
    ? Either.mapBoth(PanelSettings.decode(json.panel), {
        onLeft: (faults) => faults.map(({ message, path }) => ({ path: ["panel", ...path], message })),
        onRight: Option.some
      })
    : Either.right(taskDefaults.panel)

const at =
  (key: string) =>
  (message: string): ReadonlyArray<TaskFault> => [{ path: [key], message }]

const left = <E>(either: Either.Either<unknown, ReadonlyArray<E>>): ReadonlyArray<E> =>
  Either.match(either, { onLeft: (faults) => faults, onRight: () => [] })

/** A `task.json` that was parsed already, or all that is wrong with it. @internal */
export const decodeTask = (json: unknown): Either.Either<Task, ReadonlyArray<TaskFault>> => {
  if (!Predicate.isRecord(json))
    return Either.left([{ path: [], message: 'must be an object: { "title": …, "reward": … }' }])
  const currency = Either.mapLeft(decodeCurrency(json), at("currency"))
  const reward = Either.mapLeft(
    decodeReward(
      json,
      Either.getOrElse(currency, () => Money.USD)
    ),
    at("reward")
  )
  const decoded = Either.mapLeft(decodeFields(json), fieldFaults)
  const panel = decodePanel(json)
  const unknown = [...allUnknownKeys(json), ...fileFieldFaults(json)]
  const clean: Either.Either<void, ReadonlyArray<TaskFault>> = unknown.length > 0 ? Either.left(unknown) : Either.void
  return Either.gen(function* () {
    yield* clean
    yield* currency
    const settings = yield* decoded
    return {
      ...settings,
      title: settings.title.trim(),
      reward: yield* reward,
      panel: yield* panel,
      qualifications: settings.qualifications.map(requirementOf)
    }
  }).pipe(Either.mapLeft(() => [...left(decoded), ...left(reward), ...left(currency), ...left(panel), ...unknown]))
}
