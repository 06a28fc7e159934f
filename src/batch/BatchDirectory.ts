/**
 * A batch as a directory: `task.json`, `task.html`, `data.csv` or `data.jsonl`, and `media/` with files that pages name.
 *
 * @since 0.1.0
 */
import * as FileSystem from "@effect/platform/FileSystem"
import * as Path from "@effect/platform/Path"
import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Order from "effect/Order"
import * as Stream from "effect/Stream"
import { maxAnswerNames } from "../Agents.js"
import * as Batch from "../Batch.js"
import type { Fault, InvalidInput } from "../CrowdError.js"
import * as Rows from "../internal/batchRows.js"
import * as checks from "../internal/checks.js"
import * as Faults from "../internal/faults.js"
import type { Task } from "../TaskRuns.js"
import { countNames } from "./FormFields.js"
import * as Csv from "./internal/csv.js"
import { readText, reasonOf, source } from "./internal/files.js"
import { duplicateKeys, type Located, lineOf, parseLocated } from "./internal/json.js"
import * as Jsonl from "./internal/jsonl.js"
import * as media from "./internal/media.js"
import { placeholders } from "./Template.js"

const taskFile = "task.json"
const templateFile = "task.html"
const dataFiles = ["data.csv", "data.jsonl"] as const

type DataFile = (typeof dataFiles)[number]

const checkDirectory = (dir: string): Effect.Effect<void, InvalidInput, FileSystem.FileSystem> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const fail = (message: string) => Faults.single(dir, Faults.fault(dir, message))
    const info = yield* Effect.mapError(fs.stat(dir), (error) =>
      fail(
        error._tag === "SystemError" && error.reason === "NotFound"
          ? "there is no such directory; Samples.copy writes one to start from"
          : `cannot be read: ${reasonOf(error)}`
      )
    )
    if (info.type !== "Directory") {
      return yield* fail(`is not a directory; give the directory that holds ${taskFile}`)
    }
  })

const faultsOf = (either: Either.Either<unknown, ReadonlyArray<Fault>>): ReadonlyArray<Fault> =>
  Either.match(either, { onLeft: (faults) => faults, onRight: () => [] })

/** What is wrong at these keys, with the line they are on. */
const located = (root: Located["root"], faults: ReadonlyArray<Batch.TaskFault>): ReadonlyArray<Fault> =>
  faults.map(({ message, path }) =>
    Faults.fault(taskFile, path.length === 0 ? message : `${path.join(".")} ${message}`, lineOf(root, path))
  )

interface Settings {
  readonly task: Task
  /** What is wrong with them for data of these columns. */
  readonly faultsFor: (columns: ReadonlyArray<string>) => ReadonlyArray<Fault>
}

const decodeTask = (text: string): Either.Either<Settings, ReadonlyArray<Fault>> =>
  Either.flatMap(
    Either.mapLeft(parseLocated(text), ({ line, message }) => [Faults.fault(taskFile, message, line)]),
    ({ root, value }) => {
      const twice = duplicateKeys(root).map(({ line, name }) =>
        Faults.fault(taskFile, `"${name}" is there twice; keep one`, line)
      )
      const decoded = Either.mapBoth(Batch.decodeTask(value), {
        onLeft: (faults) => located(root, faults),
        onRight: (task) => ({
          task,
          faultsFor: (columns: ReadonlyArray<string>) => located(root, Batch.columnFaults(task, columns))
        })
      })
      return twice.length === 0 ? decoded : Either.left([...twice, ...faultsOf(decoded)])
    }
  ).pipe(Either.mapLeft(Arr.sortWith(({ line }) => line ?? 0, Order.number)))

/** A file's text, or its faults. */
const textOf = (dir: string, file: string) =>
  Effect.flatMap(Path.Path, (path) => readText(path.join(dir, file), dir, file)).pipe(
    Effect.mapError((error): ReadonlyArray<Fault> => error.faults),
    Effect.either
  )

/** A form of more fields than an answer may have names could never be submitted. */
const fieldFaults = (template: string): ReadonlyArray<Fault> => {
  const names = countNames(template)
  const message = `has fields of ${names} names, and an answer has ${maxAnswerNames} at the most; divide it among several tasks`
  return names > maxAnswerNames ? [Faults.fault(templateFile, message)] : []
}

const findData = (
  dir: string
): Effect.Effect<Either.Either<DataFile, ReadonlyArray<Fault>>, never, FileSystem.FileSystem | Path.Path> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    const found = yield* Effect.filter(dataFiles, (file) =>
      Effect.orElseSucceed(fs.exists(path.join(dir, file)), () => true)
    )
    const [file, other] = found
    if (file === undefined)
      return Either.left([Faults.fault("data.csv", "there is no data.csv and no data.jsonl; add one")])
    return other === undefined
      ? Either.right(file)
      : Either.left([Faults.fault(other, `is there beside ${file}; keep one of them`)])
  })

const csvPieces = <E, R>(bytes: Stream.Stream<Uint8Array, E, R>): Stream.Stream<Rows.Piece, E, R> =>
  Csv.records(bytes).pipe(
    Stream.mapAccum(Option.none<ReadonlyArray<string>>(), (known, next): [Known, ReadonlyArray<Rows.Piece>] => {
      if (next._tag === "Bad") return [known, [next]]
      if (Option.isNone(known)) return [Option.some(next.fields), Rows.columns(next.fields, next.line)]
      const ragged = Csv.raggedness(next, known.value)
      return [known, ragged.length > 0 ? ragged : Rows.row(known.value, next.fields, next.line)]
    }),
    Stream.mapConcat((pieces) => pieces)
  )

type Known = Option.Option<ReadonlyArray<string>>

const readers: {
  readonly [File in DataFile]: <E, R>(bytes: Stream.Stream<Uint8Array, E, R>) => Stream.Stream<Rows.Piece, E, R>
} = {
  "data.csv": csvPieces,
  "data.jsonl": (bytes) => Rows.fromObjects(Jsonl.objects(bytes))
}

/** Each row with what it names and is not there. */
const withMissing = <E, R>(
  pieces: Stream.Stream<Rows.Piece, E, R>,
  { row }: media.Check
): Stream.Stream<Rows.Piece, E, R> =>
  pieces.pipe(
    Stream.mapAccum<ReadonlyArray<string>, Rows.Piece, ReadonlyArray<Rows.Piece>>([], (names, piece) => {
      if (piece._tag === "Columns") return [piece.names, [piece]]
      return [names, piece._tag === "Row" ? [piece, ...row(names, piece.values, piece.line)] : [piece]]
    }),
    Stream.mapConcat((pieces) => pieces)
  )

const checkData = (dir: string, file: DataFile, task: Option.Option<Task>, template: string, files: media.Check) =>
  Effect.gen(function* () {
    const location = (yield* Path.Path).join(dir, file)
    const { bytes, changed, unchanged } = yield* source(location, dir, file)
    const pieces = readers[file](bytes)
    const checked = yield* Rows.check(withMissing(pieces, files), { file, task, template })
    const columns = Option.getOrElse(checked.columns, () => [])
    const rows = Stream.mapConcatEffect(pieces, (piece) => {
      if (piece._tag === "Columns") return Effect.succeed([])
      return piece._tag === "Row" ? Effect.succeed([Rows.toInputs(columns, piece.values)]) : Effect.fail(changed)
    })
    return { ...checked, rows: unchanged(rows) }
  }).pipe(
    Effect.mapError((error): ReadonlyArray<Fault> => error.faults),
    Effect.either
  )

/**
 * Reads a batch directory and checks it whole; all that is wrong is reported at once, with file and line. The data is
 * streamed, now and each time `rows` is run, so its size does not matter. The batch is named after the directory.
 *
 * @since 0.1.0
 * @category constructors
 */
export const read = (dir: string): Effect.Effect<Batch.Batch, InvalidInput, FileSystem.FileSystem | Path.Path> =>
  Effect.gen(function* () {
    yield* checkDirectory(dir)
    const path = yield* Path.Path
    const settings = Either.flatMap(yield* textOf(dir, taskFile), decodeTask)
    const task = Either.map(settings, ({ task }) => task)
    const template = yield* textOf(dir, templateFile)
    const files = yield* media.read(dir)
    const missing = media.check(
      Either.getOrElse(template, () => ""),
      templateFile,
      files.paths
    )
    const file = yield* findData(dir)
    const data = Either.isRight(file)
      ? yield* checkData(
          dir,
          file.right,
          Either.getRight(task),
          Either.getOrElse(template, () => ""),
          missing
        )
      : Either.left(file.left)
    const columns = Option.flatMap(Either.getRight(data), (found) => found.columns)
    const templateFaults = Either.match(template, {
      onLeft: (faults) => faults,
      onRight: (text) => [
        ...Batch.templateFaults(text, columns, templateFile, placeholders(text)),
        ...fieldFaults(text)
      ]
    })
    const dataFaults = Either.match(data, {
      onLeft: (faults) => Faults.addAll(Faults.none, faults),
      onRight: (found) => found.faults
    })
    const taskFaults = Either.match(settings, {
      onLeft: (faults) => faults,
      onRight: ({ faultsFor }) => Option.match(columns, { onNone: () => [], onSome: faultsFor })
    })
    const sumFaults = Option.match(Option.all({ task: Either.getRight(task), data: Either.getRight(data) }), {
      onNone: () => [],
      onSome: ({ data, task }) => checks.sumFaults(task, data.count)
    })
    const before = Faults.addAll(Faults.none, [
      ...taskFaults,
      ...templateFaults,
      ...missing.template,
      ...files.faults,
      ...sumFaults
    ])
    yield* Faults.failIfAny(dir, Faults.merge(before, dataFaults))
    const sound = yield* Effect.orDie(
      Option.all({
        task: Either.getRight(task),
        template: Either.getRight(template),
        columns,
        data: Either.getRight(data)
      })
    )
    const { count, digest, rows } = sound.data
    return {
      name: path.basename(path.resolve(dir)),
      task: sound.task,
      template: sound.template,
      media: files.files,
      columns: sound.columns,
      count,
      digest: yield* Rows.digestWith(digest, files.files),
      rows
    }
  })
