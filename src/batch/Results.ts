/**
 * Writes results as CSV with Amazon Mechanical Turk's column names, or as JSON Lines.
 *
 * CSV: UTF-8 without a byte order mark, line ends CRLF (RFC 4180), a header line. Texts read back exactly as they were
 * stored, so a spreadsheet takes those for formulas that begin with `=`, `+`, `-` or `@`: for spreadsheets there is
 * `excel`, with a byte order mark and a `'` before each of them. Several values of a name are joined, `a|b`, as in MTurk's
 * own file; other answers that are not text are JSON in their cell. Times are ISO 8601 in UTC. Columns of MTurk's that
 * only its own website could fill are left out. `HITId` and `AssignmentId` are what the crowd itself calls the offer and
 * the work, where it has names for them, otherwise the ids of the unit and the agent; `MaxAssignments` says with how many
 * places the offer was made, and `AgentId` which agent it is here. What a panel told of somebody when they came, and was
 * to be kept, has columns `Panel.…`.
 *
 * JSON Lines: what a form allows several of is a list, however many were chosen, and what was left empty is empty, if it
 * is known which template the results are of.
 *
 * @since 0.1.0
 */
import type { PlatformError } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import { stringify } from "csv-stringify/sync"
import * as Chunk from "effect/Chunk"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type { Details } from "../Agents.js"
import { textPerTurn, yieldToEventLoop } from "../internal/eventLoop.js"
import type { Json } from "../Json.js"
import * as Money from "../Money.js"
import { Result } from "../Results.js"
import type { AgentStatus } from "../States.js"
import * as Csv from "./data/csv.js"
import { reasonOf } from "./data/files.js"
import * as Shapes from "./pages/answerShapes.js"

/**
 * How a file of results is written.
 *
 * @since 0.1.0
 * @category models
 */
export type Format = "csv" | "jsonl"

/**
 * The results file could not be written; the file that was there before, if any, is as it was.
 *
 * @since 0.1.0
 * @category errors
 */
export class ResultsNotWritten extends Schema.TaggedError<ResultsNotWritten>("effect-crowd/ResultsNotWritten")(
  "ResultsNotWritten",
  { path: Schema.String, description: Schema.String }
) {
  override get message() {
    return `The results were not written to ${this.path}: ${this.description}. Nothing was changed there.`
  }
}

/**
 * An answer to a field that no earlier answer had came in while the results were being written as CSV, after the
 * header was. Write them again.
 *
 * @since 0.1.0
 * @category errors
 */
export class ResultsChanged extends Schema.TaggedError<ResultsChanged>("effect-crowd/ResultsChanged")(
  "ResultsChanged",
  { column: Schema.String }
) {
  override get message() {
    return `A new column ${this.column} appeared while the results were being written; write them again.`
  }
}

const assignmentStatus: Partial<Record<AgentStatus, string>> = {
  completed: "Submitted",
  approved: "Approved",
  soft_rejected: "Approved",
  rejected: "Rejected"
}

const time = (at: Option.Option<DateTime.Utc>): string =>
  Option.match(at, { onNone: () => "", onSome: DateTime.formatIso })

const seconds = (duration: Duration.Duration): string => String(Math.round(Duration.toSeconds(duration)))

const decidedAs = (result: Result, status: string): string =>
  assignmentStatus[result.status] === status ? time(result.decidedAt) : ""

const reward = ({ task }: Result): string =>
  task.reward.currency === "USD" ? `$${Money.toDecimal(task.reward)}` : Money.format(task.reward)

/**
 * MTurk's columns, in its order, then our own; an offer of the crowd is a HIT, where it has none a unit; a run is a HIT
 * type.
 */
const columns: ReadonlyArray<readonly [name: string, value: (result: Result) => string]> = [
  ["HITId", (result) => Option.getOrElse(result.offer, () => result.unit)],
  ["HITTypeId", (result) => result.run],
  ["Title", (result) => result.task.title],
  ["Description", (result) => result.task.description],
  ["Keywords", (result) => result.task.keywords.join(", ")],
  ["Reward", reward],
  ["MaxAssignments", (result) => String(result.offerSize)],
  ["RequesterAnnotation", (result) => result.assignment],
  ["AssignmentDurationInSeconds", (result) => seconds(result.task.duration)],
  ["AutoApprovalDelayInSeconds", (result) => seconds(result.task.autoApprovalDelay)],
  ["LifetimeInSeconds", (result) => seconds(result.task.lifetime)],
  ["AssignmentId", (result) => Option.getOrElse(result.remoteAgent, () => result.agent)],
  ["WorkerId", (result) => result.workerName],
  ["AssignmentStatus", (result) => assignmentStatus[result.status] ?? ""],
  ["AcceptTime", (result) => DateTime.formatIso(result.acceptedAt)],
  ["SubmitTime", (result) => time(result.submittedAt)],
  [
    "AutoApprovalTime",
    (result) => time(Option.map(result.submittedAt, DateTime.addDuration(result.task.autoApprovalDelay)))
  ],
  ["ApprovalTime", (result) => decidedAs(result, "Approved")],
  ["RejectionTime", (result) => decidedAs(result, "Rejected")],
  ["RequesterFeedback", (result) => Option.getOrElse(result.feedback, () => "")],
  [
    "WorkTimeInSeconds",
    (result) =>
      Option.match(result.submittedAt, {
        onNone: () => "",
        onSome: (at) => seconds(Duration.millis(Math.max(0, DateTime.distance(result.acceptedAt, at))))
      })
  ],
  ["AgentId", (result) => result.agent],
  ["Row", (result) => String(result.row)]
]

/** Of crowds that have such categories. */
const category: (typeof columns)[number] = [
  "RejectionCategory",
  (result) => Option.getOrElse(result.category, () => "")
]

const detailsOf = ({ details }: Result): Details => Option.getOrElse(details, () => ({}))

interface Names {
  readonly columns: typeof columns
  readonly inputs: ReadonlySet<string>
  readonly answers: ReadonlySet<string>
  readonly details: ReadonlySet<string>
}

const namesOf = <E, R>(results: Stream.Stream<Result, E, R>): Effect.Effect<Names, E, R> =>
  Effect.suspend(() => {
    const inputs = new Set<string>()
    const answers = new Set<string>()
    const details = new Set<string>()
    let hasCategory = false
    return Stream.runForEach(results, (result) =>
      Effect.sync(() => {
        hasCategory ||= Option.isSome(result.category)
        for (const name of Object.keys(result.inputs)) inputs.add(name)
        for (const name of Object.keys(result.answers)) answers.add(name)
        for (const name of Object.keys(detailsOf(result))) details.add(name)
      })
    ).pipe(
      Effect.map(() => ({
        columns: hasCategory ? [...columns, category] : columns,
        inputs,
        answers: new Set(Array.from(answers).sort()),
        details: new Set(Array.from(details).sort())
      }))
    )
  })

const cell = (value: Json | undefined): string => {
  if (value === undefined) return ""
  if (Array.isArray(value) && value.every(Predicate.isString)) return value.join("|")
  return typeof value === "string" ? value : JSON.stringify(value)
}

const own = <A>(record: { readonly [key: string]: A }, key: string): A | undefined =>
  Object.hasOwn(record, key) ? record[key] : undefined

/** A number is none, whatever sign it has. */
const isFormula = (value: string): boolean => !/^[+-]?\d+(?:[.,]\d+)*$/.test(value)

const lines =
  (isForExcel: boolean) =>
  (rows: ReadonlyArray<ReadonlyArray<string>>): string =>
    stringify(
      rows.map((row) => [...row]),
      {
        record_delimiter: "\r\n",
        quote_record_delimiter: true,
        ...(isForExcel && {
          cast: { string: (value) => ({ value, escape_formulas: isFormula(value) }) }
        })
      }
    )

/** The first column of the result that is none of these. */
const unforeseen = (result: Result, names: Names): string | undefined => {
  const missing = (prefix: string, record: object, known: ReadonlySet<string>) => {
    const name = Object.keys(record).find((name) => !known.has(name))
    return name === undefined ? undefined : `${prefix}.${name}`
  }
  return (
    missing("Input", result.inputs, names.inputs) ??
    missing("Answer", result.answers, names.answers) ??
    missing("Panel", detailsOf(result), names.details)
  )
}

const csvRow = (result: Result, names: Names): Effect.Effect<ReadonlyArray<string>, ResultsChanged> => {
  const column = unforeseen(result, names)
  if (column !== undefined) return new ResultsChanged({ column })
  const row = names.columns.map(([, value]) => value(result))
  for (const name of names.inputs) row.push(cell(own(result.inputs, name)))
  for (const name of names.answers) row.push(cell(own(result.answers, name)))
  for (const name of names.details) row.push(cell(own(detailsOf(result), name)))
  return Effect.succeed(row)
}

/** Some results as text. */
interface Block {
  readonly text: string
  readonly count: number
}

/** How results become text. */
interface Writing<Row, E> {
  readonly rowOf: (result: Result) => Effect.Effect<Row, E>
  readonly sizeOf: (row: Row) => number
  readonly textOf: (rows: ReadonlyArray<Row>) => string
}

/** The results as blocks of about as much text as is written in a turn, each in a turn of its own. */
const inBlocks = <E, R, Row, E2>(
  results: Stream.Stream<Result, E, R>,
  { rowOf, sizeOf, textOf }: Writing<Row, E2>
): Stream.Stream<Block, E | E2, R> => {
  const blockFrom = (chunk: ReadonlyArray<Result>, from: number): Effect.Effect<Block, E2> =>
    Effect.gen(function* () {
      const rows: Array<Row> = []
      let size = 0
      for (let at = from; size < textPerTurn; at++) {
        const result = chunk[at]
        if (result === undefined) break
        const row = yield* rowOf(result)
        rows.push(row)
        size += sizeOf(row)
      }
      return { text: textOf(rows), count: rows.length }
    })
  return Stream.flatMap(Stream.chunks(results), (chunk) => {
    const all = Chunk.toReadonlyArray(chunk)
    return Stream.unfoldEffect(0, (from) =>
      from >= all.length
        ? Effect.succeedNone
        : Effect.map(Effect.zipLeft(blockFrom(all, from), yieldToEventLoop), (block) =>
            Option.some([block, from + block.count] as const)
          )
    )
  })
}

const sum = (row: ReadonlyArray<string>): number => row.reduce((size, { length }) => size + length + 1, 0)

const csvBlocks = <E, R>(
  results: Stream.Stream<Result, E, R>,
  isForExcel: boolean
): Stream.Stream<Block, E | ResultsChanged, R> =>
  Stream.unwrap(
    Effect.map(namesOf(results), (names) => {
      const header = names.columns.map(([name]) => name)
      const textOf = lines(isForExcel)
      for (const name of names.inputs) header.push(`Input.${name}`)
      for (const name of names.answers) header.push(`Answer.${name}`)
      for (const name of names.details) header.push(`Panel.${name}`)
      return Stream.concat(
        Stream.make({ text: `${isForExcel ? "\uFEFF" : ""}${textOf([header])}`, count: 0 }),
        inBlocks(results, { rowOf: (result) => csvRow(result, names), sizeOf: sum, textOf })
      )
    })
  )

const encodeLine = Schema.encodeSync(Result.omit("task"))

const jsonlBlocks = <E, R>(results: Stream.Stream<Result, E, R>): Stream.Stream<Block, E, R> =>
  inBlocks(results, {
    rowOf: (result) => Effect.sync(() => `${JSON.stringify(encodeLine(result))}\n`),
    sizeOf: ({ length }) => length,
    textOf: (texts) => texts.join("")
  })

/**
 * How results are written.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options {
  /** The template that all of them answer: what its form allows decides which answers are lists. */
  readonly template?: string | undefined
  /** CSV for spreadsheets: with a byte order mark, and formulas made harmless. */
  readonly excel?: boolean | undefined
}

const blocks = <E, R>(
  results: Stream.Stream<Result, E, R>,
  format: Format,
  { excel = false, template }: Options
): Stream.Stream<Block, E | ResultsChanged, R> => {
  const shaped = template === undefined ? results : Stream.map(results, Shapes.make(template))
  return format === "csv" ? csvBlocks(shaped, excel) : jsonlBlocks(shaped)
}

/**
 * The results as the text of a file. CSV is every result after a header, and runs `results` twice: once for the names
 * of its columns, once for the rows. JSON Lines has one object a line: all of `Result` but the task.
 *
 * @since 0.1.0
 * @category conversions
 */
export const encode = <E, R>(
  results: Stream.Stream<Result, E, R>,
  format: Format,
  options: Options = {}
): Stream.Stream<string, E | ResultsChanged, R> => Stream.map(blocks(results, format, options), ({ text }) => text)

const encoder = new TextEncoder()

/** Writes all blocks to a new file and makes sure that they are on the disk. */
const writeBlocks = <E, R>(
  all: Stream.Stream<Block, E, R>,
  path: string,
  failed: (e: PlatformError) => ResultsNotWritten
) =>
  Effect.scoped(
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const file = yield* Effect.mapError(fs.open(path, { flag: "wx" }), failed)
      const count = yield* Stream.runFoldEffect(all, 0, (sum, block) =>
        Effect.as(Effect.mapError(file.writeAll(encoder.encode(block.text)), failed), sum + block.count)
      )
      yield* Effect.mapError(file.sync, failed)
      return count
    })
  )

/**
 * Writes the results to a file, which is complete or not there at all: they go to a new file beside it, which then
 * takes its name. Answers how many results there are. `results` is run more than once.
 *
 * @since 0.1.0
 * @category destructors
 */
export const write = <E, R>(
  results: Stream.Stream<Result, E, R>,
  options: Options & { readonly path: string; readonly format: Format }
): Effect.Effect<number, E | ResultsChanged | ResultsNotWritten, R | FileSystem.FileSystem> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const { format, path } = options
    const part = `${path}.${globalThis.crypto.randomUUID().slice(0, 8)}.part`
    const failed = (error: PlatformError) =>
      new ResultsNotWritten({
        path,
        description:
          error._tag === "SystemError" && error.reason === "NotFound" ? "its folder does not exist" : reasonOf(error)
      })
    return yield* writeBlocks(blocks(results, format, options), part, failed).pipe(
      Effect.zipLeft(Effect.mapError(fs.rename(part, path), failed)),
      Effect.ensuring(Effect.ignore(fs.remove(part, { force: true })))
    )
  }).pipe(Effect.retry({ times: 5, while: (error) => error instanceof ResultsChanged }))

const runOfLine = Schema.decodeUnknownOption(Schema.parseJson(Schema.Struct({ run: Schema.String })))

/** The run of each result; none where something else is in its place. */
const runsOfLines = <E, R>(bytes: Stream.Stream<Uint8Array, E, R>): Stream.Stream<Option.Option<string>, E, R> =>
  bytes.pipe(
    Stream.decodeText(),
    Stream.splitLines,
    Stream.filter((line) => line !== ""),
    Stream.map((line) => Option.map(runOfLine(line), ({ run }) => run))
  )

const runsOfRecords = <E, R>(bytes: Stream.Stream<Uint8Array, E, R>): Stream.Stream<Option.Option<string>, E, R> =>
  Csv.records(bytes).pipe(
    Stream.mapAccum(-1, (column, record) => {
      if (record._tag !== "Record") return [column, [Option.none<string>()]]
      if (column >= 0) return [column, [Option.fromNullable(record.fields[column])]]
      const found = record.fields.indexOf("HITTypeId")
      return [found, found < 0 ? [Option.none<string>()] : []]
    }),
    Stream.mapConcat((found) => found)
  )

/**
 * The runs whose results the file holds, none of them where it is empty or not there. None where it holds something else
 * than results as `write` writes them.
 *
 * @since 0.1.0
 * @category destructors
 */
export const runsIn = (
  path: string
): Effect.Effect<Option.Option<ReadonlySet<string>>, ResultsNotWritten, FileSystem.FileSystem> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    if (!(yield* fs.exists(path))) return Option.some(new Set<string>())
    const bytes = fs.stream(path)
    const first = yield* Stream.runHead(fs.stream(path, { bytesToRead: 1 }))
    const isJsonl = Option.exists(first, ([byte]) => byte === "{".charCodeAt(0))
    const runs = yield* Stream.runFold(
      (isJsonl ? runsOfLines : runsOfRecords)(bytes),
      Option.some<ReadonlySet<string>>(new Set()),
      (all, run) => Option.zipWith(all, run, (all, run) => (all.has(run) ? all : new Set([...all, run])))
    )
    return runs
  }).pipe(Effect.mapError((error) => new ResultsNotWritten({ path, description: reasonOf(error) })))
