/** Everything the command can fail with, how it is told, and which exit code it has. */
import * as Cause from "effect/Cause"
import * as Schema from "effect/Schema"
import { ResultsChanged, ResultsNotWritten } from "../batch/Results.js"
import { CrowdError } from "../CrowdError.js"
import { Settlement } from "../Journal.js"
import type * as Invocation from "./Invocation.js"
import { peer } from "./manifest.js"

/** The command was called in a way that makes no sense. */
export class UsageError extends Schema.TaggedError<UsageError>("effect-crowd/cli/UsageError")("UsageError", {
  message: Schema.String
}) {}

export class DatabaseNotFound extends Schema.TaggedError<DatabaseNotFound>("effect-crowd/cli/DatabaseNotFound")(
  "DatabaseNotFound",
  { path: Schema.String }
) {
  override get message() {
    return `There is no database ${this.path}.`
  }
}

/** Packages without which the command does less, and which this needs. */
export class PackageMissing extends Schema.TaggedError<PackageMissing>("effect-crowd/cli/PackageMissing")(
  "PackageMissing",
  { names: Schema.Array(Schema.String), neededBy: Schema.String }
) {
  override get message() {
    const { names, neededBy } = this
    const verb = names.length === 1 ? "is" : "are"
    return `${neededBy} needs ${names.join(" and ")}, which ${verb} not installed. Run: npm install ${names.map(peer).join(" ")}`
  }
}

/** There is no address to serve at. */
export class CannotListen extends Schema.TaggedError<CannotListen>("effect-crowd/cli/CannotListen")("CannotListen", {
  host: Schema.String,
  port: Schema.Int,
  description: Schema.String
}) {
  override get message() {
    return this.description
  }
}

/** The secret of this database can be neither read nor made. */
export class NoSecret extends Schema.TaggedError<NoSecret>("effect-crowd/cli/NoSecret")("NoSecret", {
  path: Schema.String,
  description: Schema.String,
  /** The command that mends it. */
  remedy: Schema.optionalWith(Schema.String, { exact: true })
}) {
  override get message() {
    const { description, path, remedy } = this
    const advice = remedy === undefined ? "Put it right" : `Run ${remedy}`
    return `The key file ${path} cannot be used: ${description}. ${advice}, or set CROWD_SECRET.`
  }
}

/** `provider` where it was the runs of one crowd that were asked for. */
export class NoRunYet extends Schema.TaggedError<NoRunYet>("effect-crowd/cli/NoRunYet")("NoRunYet", {
  path: Schema.String,
  provider: Schema.optionalWith(Schema.String, { exact: true })
}) {
  override get message() {
    return `${this.path} has no run${this.provider === undefined ? "" : ` on ${this.provider}`} yet.`
  }
}

export class CrowdGone extends Schema.TaggedError<CrowdGone>("effect-crowd/cli/CrowdGone")("CrowdGone", {
  run: Schema.String,
  units: Schema.Int
}) {
  override get message() {
    return `Nobody is left who may take the last ${this.units} units of ${this.run}: the workers are blocked, or lack a qualification that task.json asks for.`
  }
}

export class BonusesNotPaid extends Schema.TaggedError<BonusesNotPaid>("effect-crowd/cli/BonusesNotPaid")(
  "BonusesNotPaid",
  {
    path: Schema.String,
    paid: Schema.Int,
    /** How many had been paid before. */
    repeated: Schema.Int,
    notPaid: Schema.Array(Schema.Struct({ line: Schema.Int, error: CrowdError }))
  }
) {
  override get message() {
    return [
      `${this.notPaid.length} of ${this.paid + this.repeated + this.notPaid.length} bonuses were not paid. Running the command again pays nothing twice.`,
      ...this.notPaid.map(({ error, line }) => `${this.path}:${line}: ${error.message}`)
    ].join("\n  ")
  }
}

/** What was left unfinished is so still. */
export class NotFinished extends Schema.TaggedError<NotFinished>("effect-crowd/cli/NotFinished")("NotFinished", {
  settled: Settlement,
  /** What the last attempts came to, each once. */
  reasons: Schema.Array(Schema.String)
}) {
  override get message() {
    const { done, failed, pending, uncertain } = this.settled
    return [
      `${pending + failed} of ${done + failed + pending + uncertain} effects could not be finished: ${pending} pending, ${failed} failed.`,
      ...this.reasons
    ].join("\n  ")
  }
}

/** What somebody handed in is no code of the run. */
export class NoCode extends Schema.TaggedError<NoCode>("effect-crowd/cli/NoCode")("NoCode", {
  code: Schema.String,
  run: Schema.String,
  description: Schema.String
}) {
  override get message() {
    return `${this.code} is no code of ${this.run}: ${this.description}.`
  }
}

export class Interrupted extends Schema.TaggedError<Interrupted>("effect-crowd/cli/Interrupted")("Interrupted", {
  advice: Schema.String
}) {
  override get message() {
    return `Stopped. Nothing is lost: ${this.advice}`
  }
}

const Failure = Schema.Union(
  CrowdError,
  ResultsNotWritten,
  ResultsChanged,
  UsageError,
  DatabaseNotFound,
  PackageMissing,
  CannotListen,
  NoSecret,
  NoRunYet,
  CrowdGone,
  BonusesNotPaid,
  NotFinished,
  NoCode
)
export type Failure = typeof Failure.Type

const encode = Schema.encodeSync(Schema.Union(Failure, Interrupted))

/** What there is to type after this failure. */
const adviceFor = (failure: Failure | Interrupted, { crowd }: Invocation.Service): string => {
  switch (failure._tag) {
    case "DatabaseNotFound":
      return `Name the one your runs are in with --db FILE; ${crowd("run <batch>")} makes one.`
    case "NoRunYet":
      return `Start one with ${crowd("run <batch>")}.`
    case "CrowdGone":
      return `Take them back with ${crowd(`expire ${failure.run}`)}.`
    case "NotFinished":
      return `Once that is put right, ${crowd("resume")} finishes what is pending; what failed is sent when it is asked for again.`
    case "TaskRunNotFound":
      return `${crowd("runs")} shows them.`
    case "RequesterNotFound":
      return `That is ${crowd("register")}.`
    case "IntentNotFound":
      return `${crowd("resume")} shows them.`
    case "Uncertain":
      return `That is ${crowd(`resume --confirm ${failure.token}`)} or --deny ${failure.token}.`
    case "BatchChanged":
      return "That is --new."
    case "InvalidInput":
      return failure.faults.some(({ file }) => file === failure.path && !file.endsWith(".csv"))
        ? `${crowd("init <dir>")} writes a batch to start from.`
        : ""
    default:
      return ""
  }
}

/** What went wrong, and what to type next. */
export const describe = (failure: Failure | Interrupted, invocation: Invocation.Service): string =>
  [failure.message, adviceFor(failure, invocation)].filter((text) => text !== "").join(" ")

/** For `--json`: the tag, the message, and the fields. */
export const toJson = (failure: Failure | Interrupted, invocation: Invocation.Service) => {
  const { _tag, ...fields } = encode(failure)
  return { error: { _tag, ...fields, message: describe(failure, invocation) } }
}

export const exitCodes = { done: 0, failed: 1, usage: 2, bug: 70, interrupted: 130 } as const

export const exitCodeOf = (failure: Failure): number =>
  failure._tag === "UsageError" ? exitCodes.usage : exitCodes.failed

export const describeBug = (cause: Cause.Cause<never>): string =>
  `This is a bug in effect-crowd; please report it with what follows.\n${Cause.pretty(cause)}`
