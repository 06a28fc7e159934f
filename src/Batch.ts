/**
 * A batch as a value: a task, its template and its rows of input data, checked whole before anything is sent.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as checks from "./batch/argumentChecks.js"
import * as Faults from "./batch/faults.js"
import { nothing, type PageReader, type Placeholder, pageReport } from "./batch/pageReport.js"
import { find } from "./batch/placeholders.js"
import * as internalRows from "./batch/rows.js"
import * as taskFile from "./batch/taskFile.js"
import * as taskSettings from "./batch/taskSettings.js"
import type { Fault, InvalidInput } from "./CrowdError.js"
import { longerThan, suggestion, textFault } from "./internal/text.js"
import type { MediaFile } from "./Media.js"
import type { Inputs, Task } from "./TaskRuns.js"

/**
 * A batch that was checked whole. Made by `fromRows`, or by `BatchDirectory.read` from files.
 *
 * @since 0.1.0
 * @category models
 */
export interface Batch {
  /** Names the batch among its requester's. */
  readonly name: string
  readonly task: Task
  /** The task's HTML, with `${column}` placeholders. */
  readonly template: string
  /** The files that template and data name by a relative path, such as `media/cat.jpg`. */
  readonly media: ReadonlyArray<MediaFile>
  /** The columns of the data, in its order. */
  readonly columns: ReadonlyArray<string>
  /** How many rows there are. */
  readonly count: number
  /** Fingerprint of task, template, data and files. */
  readonly digest: string
  /** What is probably not meant, but can be sent. */
  readonly warnings: ReadonlyArray<Fault>
  /** What is done that the template does not say. */
  readonly notes: ReadonlyArray<Fault>
  /** The rows. May be run any number of times; each time reads the source again. */
  readonly rows: Stream.Stream<Inputs, InvalidInput>
}

/**
 * One thing wrong with a task's settings: the keys that lead to it, and what to do about it.
 *
 * @since 0.1.0
 * @category models
 */
export interface TaskFault {
  readonly path: ReadonlyArray<string | number>
  readonly message: string
}

export type { PageKnown, PageReader, PageReport, Placeholder } from "./batch/pageReport.js"
export type { Setting } from "./batch/taskSettings.js"

/**
 * Every setting that a `task.json` can have.
 *
 * @since 0.1.0
 * @category constants
 */
export const settings: ReadonlyArray<taskSettings.Setting> = taskSettings.settings

/**
 * Reads the content of a `task.json`, already parsed. The `Left` is everything that is wrong with it.
 *
 * @since 0.1.0
 * @category decoding
 */
export const decodeTask: (json: unknown) => Either.Either<Task, ReadonlyArray<TaskFault>> = taskFile.decodeTask

/**
 * Every placeholder of a template, in order. See `batch/Template` for those that have to name a column, and for filling
 * them.
 *
 * @since 0.1.0
 * @category templates
 */
export const placeholders = (template: string): ReadonlyArray<Placeholder> => {
  let line = 1
  let counted = 0
  return find(template).map(({ name, start }) => {
    line += (template.slice(counted, start).match(/\r\n|\r|\n/g) ?? []).length
    counted = start
    return { name, line }
  })
}

/** What no script and no spreadsheet calls a column. */
const isCode = (name: string): boolean => /["'`+()=<>?:;]|&&|\|\|/.test(name)

const unknownColumn = (name: string, names: ReadonlyArray<string>): string => {
  const what = `\${${name}} names no column of the data; `
  return isCode(name)
    ? `${what}if it is meant for the script, write $\\{ there, and &#36;{ in the page's text`
    : `${what}${suggestion(name, names)}`
}

/**
 * The most bytes that a template may have in UTF-8: 1 MiB. It is read whole for each look at it, and sent for each unit.
 *
 * @since 0.1.0
 * @category constants
 */
export const maxTemplateBytes = 1_048_576

/**
 * What is wrong with a template for data of these columns; of any columns where they are not known. `found` are the
 * placeholders that have to name one.
 *
 * @since 0.1.0
 * @category templates
 */
export const templateFaults = (
  template: string,
  columns: Option.Option<ReadonlyArray<string>>,
  file = "task.html",
  found: ReadonlyArray<Placeholder> = placeholders(template)
): ReadonlyArray<Fault> => {
  if (template.trim() === "") return [Faults.fault(file, "is empty; write the form that workers fill in")]
  if (longerThan(template, maxTemplateBytes)) {
    return [
      Faults.fault(
        file,
        `is larger than ${maxTemplateBytes} bytes; put pictures and scripts elsewhere, and their addresses into it`
      )
    ]
  }
  const text = textFault(template)
  const unknown = Option.match(columns, {
    onNone: () => [],
    onSome: (names) =>
      found
        .filter(({ name }) => !names.includes(name))
        .map(({ line, name }) => Faults.fault(file, unknownColumn(name, names), line))
  })
  return text === undefined ? unknown : [Faults.fault(file, text), ...unknown]
}

/**
 * What is wrong with a task for data of these columns.
 *
 * @since 0.1.0
 * @category templates
 */
export const columnFaults = (task: Task, columns: ReadonlyArray<string>): ReadonlyArray<TaskFault> =>
  task.markup.flatMap((name, i) =>
    columns.includes(name)
      ? []
      : [
          {
            path: ["markup", i],
            message: `is "${name}", which names no column of the data; ${suggestion(name, columns)}`
          }
        ]
  )

/** Without what reads pages, every placeholder is one that names a column, and shows it. */
const unread: PageReader = {
  placeholders,
  shownColumns: (template) => new Set(find(template).map(({ name }) => name)),
  check: () => nothing
}

const repeatable = <A>(values: Iterable<A>): Iterable<A> =>
  Object.is(values[Symbol.iterator](), values) ? Array.from(values) : values

/**
 * A batch from rows that a program holds. Fails with InvalidInput, which names every fault of name, task, template and
 * rows, and never with a defect. Checks what a batch directory is checked for; rows count from 1 as lines.
 *
 * Give `page` of `batch/Template`, and the template is read as the page it is: one that collects nothing is a fault,
 * what `plan` warns of is in `warnings`, and a `${…}` that a script substitutes itself need not name a column. Without it
 * the HTML is not looked at. `foreign: "meant"` says that a script of the page's own reads what is another tool's.
 *
 * @example
 * import { Batch, Money, TaskRuns } from "effect-crowd"
 * import * as Template from "effect-crowd/batch/Template"
 * import * as Option from "effect/Option"
 *
 * Batch.fromRows({
 *   name: "greetings",
 *   task: {
 *     ...TaskRuns.taskDefaults,
 *     title: "Which language is it?",
 *     reward: Money.make(5),
 *     maxUnitsPerWorker: Option.none()
 *   },
 *   template: "<p>${text}</p> <input name='language' required>",
 *   page: Template.page,
 *   rows: [{ text: "Guten Tag" }, { text: "Bonjour" }]
 * })
 *
 * @since 0.1.0
 * @category constructors
 */
export const fromRows = (options: {
  readonly name: string
  readonly task: Task
  readonly template: string
  readonly rows: Iterable<Inputs>
  readonly page?: PageReader | undefined
  readonly foreign?: "meant" | undefined
  readonly media?: ReadonlyArray<MediaFile> | undefined
}): Effect.Effect<Batch, InvalidInput> =>
  Effect.gen(function* () {
    const { media = [], name, page = unread, task, template } = options
    const rows = repeatable(options.rows)
    const settingFaults = checks.settingFaults(options)
    const checked = yield* internalRows.check(internalRows.fromRows(rows), {
      file: "rows",
      task: settingFaults.length === 0 ? Option.some(task) : Option.none(),
      template
    })
    const taskFaults = Option.match(checked.columns, {
      onNone: () => [],
      onSome: (columns) =>
        columnFaults(task, columns).map(({ message, path }) => Faults.fault("task", `${path.join(".")} ${message}`))
    })
    const columns = Option.getOrElse(checked.columns, () => [])
    const report = pageReport(
      page,
      { text: template, file: "template" },
      {
        file: "rows",
        columns,
        notes: checked.notes,
        markup: task.markup,
        isMarkupSaid: false,
        isForeignMeant: options.foreign === "meant"
      }
    )
    yield* Faults.failIfAny(
      name,
      Faults.addAll(checked.faults, [
        ...settingFaults,
        ...taskFaults,
        ...(settingFaults.length === 0 ? checks.sumFaults(task, checked.count) : []),
        ...templateFaults(template, checked.columns, "template", page.placeholders(template)),
        ...report.faults
      ])
    )
    return {
      name,
      task,
      template,
      media,
      columns,
      count: checked.count,
      digest: yield* internalRows.digestWith(checked.digest, media),
      warnings: report.warnings,
      notes: report.notes,
      rows: Stream.fromIterable(rows)
    }
  })
