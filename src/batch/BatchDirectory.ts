/**
 * A batch as a directory: `task.json`, `task.html`, `data.csv`, `data.tsv` or `data.jsonl`, and `media/` with files that pages
 * name.
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
import * as Batch from "../Batch.js"
import type { Fault, InvalidInput } from "../CrowdError.js"
import type { Task } from "../TaskRuns.js"
import * as checks from "./argumentChecks.js"
import type { Data } from "./data/dataFiles.js"
import * as DataFiles from "./data/dataFiles.js"
import { readText, reasonOf } from "./data/files.js"
import { duplicateKeys, type Located, lineOf, parseLocated } from "./data/json.js"
import * as Faults from "./faults.js"
import * as media from "./media.js"
import { pageReport } from "./pageReport.js"
import * as Rows from "./rows.js"
import * as Template from "./Template.js"
import { decodeReading, type Reading } from "./taskFile.js"

const taskFile = "task.json"
const templateFile = "task.html"

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
  readonly task: Either.Either<Task, ReadonlyArray<Fault>>
  readonly reading: Reading
  /** What is wrong with them for data of these columns. */
  readonly faultsFor: (columns: ReadonlyArray<string>) => ReadonlyArray<Fault>
}

const unread = (faults: ReadonlyArray<Fault>): Settings => ({
  task: Either.left(faults),
  reading: decodeReading({}),
  faultsFor: () => []
})

const byLine = Arr.sortWith(({ line }: Fault) => line ?? 0, Order.number)

const decodeTask = ({ root, value }: Located): Settings => {
  const twice = duplicateKeys(root).map(({ line, name }) =>
    Faults.fault(taskFile, `"${name}" is there twice; keep one`, line)
  )
  const decoded = Either.mapLeft(Batch.decodeTask(value), (faults) => located(root, faults))
  const task = twice.length === 0 ? decoded : Either.left([...twice, ...faultsOf(decoded)])
  return {
    task: Either.mapLeft(task, byLine),
    reading: decodeReading(value),
    faultsFor: (columns) =>
      Either.match(decoded, {
        onLeft: () => [],
        onRight: (task) => located(root, Batch.columnFaults(task, columns))
      })
  }
}

const settingsIn = (text: string): Settings =>
  Either.match(parseLocated(text), {
    onLeft: ({ line, message }) => unread([Faults.fault(taskFile, message, line)]),
    onRight: decodeTask
  })

/** A file's text, or its faults. */
const textOf = (dir: string, file: string) =>
  Effect.flatMap(Path.Path, (path) => readText(path.join(dir, file), dir, file)).pipe(
    Effect.mapError((error): ReadonlyArray<Fault> => error.faults),
    Effect.either
  )

/** What there is to say of a template that could be read, and of the data in it. */
const checkPage = (
  text: string,
  {
    data,
    file,
    reading,
    task
  }: {
    readonly data: Option.Option<Data>
    readonly file: string
    readonly reading: Reading
    readonly task: Option.Option<Task>
  }
): Batch.PageReport =>
  pageReport(
    Template.page,
    { text, file: templateFile },
    {
      ...reading,
      file,
      columns: Option.getOrElse(
        Option.flatMap(data, (found) => found.columns),
        () => []
      ),
      notes: Option.match(data, { onNone: () => [], onSome: (found) => found.notes }),
      markup: Option.match(task, { onNone: () => [], onSome: ({ markup }) => markup })
    }
  )

/**
 * Reads a batch directory and checks it whole; all that is wrong is reported at once, with file and line. The data is
 * streamed, now and each time `rows` is run, so its size does not matter. The batch is named after the directory.
 *
 * @example
 * import { NodeContext } from "@effect/platform-node"
 * import * as BatchDirectory from "effect-crowd/batch/BatchDirectory"
 * import * as Effect from "effect/Effect"
 *
 * const batch = BatchDirectory.read("my-batch").pipe(
 *   Effect.catchTag("InvalidInput", ({ message }) => Effect.dieMessage(message)), // every fault, with its file and line
 *   Effect.provide(NodeContext.layer)
 * )
 *
 * @since 0.1.0
 * @category constructors
 */
export const read = (dir: string): Effect.Effect<Batch.Batch, InvalidInput, FileSystem.FileSystem | Path.Path> =>
  Effect.gen(function* () {
    yield* checkDirectory(dir)
    const path = yield* Path.Path
    const settings = Either.match(yield* textOf(dir, taskFile), { onLeft: unread, onRight: settingsIn })
    const { faultsFor, reading } = settings
    const task = Either.getRight(settings.task)
    const template = yield* textOf(dir, templateFile)
    const text = Either.getOrElse(template, () => "")
    const files = yield* media.read(dir)
    const missing = media.check(text, templateFile, files.paths)
    const file = yield* DataFiles.find(dir)
    const data = Either.isRight(file)
      ? yield* DataFiles.check(dir, file.right, { separator: reading.separator, task, template: text, files: missing })
      : Either.left(file.left)
    const columns = Option.flatMap(Either.getRight(data), (found) => found.columns)
    const page = checkPage(text, {
      data: Either.getRight(data),
      file: Either.getOrElse(file, () => ""),
      reading,
      task
    })
    const templateFaults = Either.match(template, {
      onLeft: (faults) => faults,
      onRight: (text) => [
        ...Batch.templateFaults(text, columns, templateFile, Template.placeholders(text)),
        ...page.faults
      ]
    })
    const dataFaults = Either.match(data, {
      onLeft: (faults) => Faults.addAll(Faults.none, faults),
      onRight: (found) => found.faults
    })
    const taskFaults = [...faultsOf(settings.task), ...Option.match(columns, { onNone: () => [], onSome: faultsFor })]
    const sumFaults = Option.match(Option.all({ task, data: Either.getRight(data) }), {
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
        task,
        template: Either.getRight(template),
        columns,
        data: Either.getRight(data),
        file: Either.getRight(file)
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
      warnings: page.warnings,
      notes: page.notes,
      rows
    }
  })
