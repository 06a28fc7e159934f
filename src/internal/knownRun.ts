/** Which run a batch goes on with. Neither the path it was read from nor what was launched since decides. */
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { BatchChanged, type InvalidInput, type RowsNamed, type StoreError } from "../CrowdError.js"
import type { RunId } from "../Ids.js"
import { isSame } from "../Json.js"
import type * as Store from "../Store.js"
import * as tables from "../store/tables.js"
import { type Assignment, type Inputs, type OpenOptions, Task, type TaskRun } from "../TaskRuns.js"
import { pages } from "./pages.js"

/** So many changed rows are named. */
const rowsNamed = 10

interface Changes {
  readonly task: boolean
  readonly changed: RowsNamed
  readonly gone: RowsNamed
}

const none: RowsNamed = { first: [], count: 0 }

const plus = ({ count, first }: RowsNamed, { row }: Assignment): RowsNamed => ({
  first: first.length < rowsNamed ? [...first, row + 1] : first,
  count: count + 1
})

const isUnchanged = ({ changed, gone, task }: Changes): boolean => !task && changed.count + gone.count === 0

const encodeTask = Schema.encodeSync(Schema.parseJson(Task))

/** How many input rows the run has. */
export const rowsOf = (store: Store.Service, run: RunId): Effect.Effect<number, StoreError> =>
  Effect.map(store.page(tables.assignments, { where: { run }, orderBy: "row", reverse: true, limit: 1 }), ([last]) =>
    last === undefined ? 0 : last.row + 1
  )

const changedRows = (
  store: Store.Service,
  run: RunId,
  rows: Stream.Stream<Inputs, InvalidInput>
): Effect.Effect<Omit<Changes, "task">, InvalidInput | StoreError> =>
  pages(store, tables.assignments, { where: { run }, orderBy: "row" }).pipe(
    Stream.map(Option.some),
    Stream.zipAll({
      other: Stream.map(rows, Option.some),
      defaultSelf: Option.none(),
      defaultOther: Option.none()
    }),
    Stream.takeWhile(([known]) => Option.isSome(known)),
    Stream.runFold({ changed: none, gone: none }, (found, [known, now]) => {
      if (Option.isNone(known)) return found
      if (Option.isNone(now)) return { ...found, gone: plus(found.gone, known.value) }
      return isSame(known.value.inputs, now.value) ? found : { ...found, changed: plus(found.changed, known.value) }
    })
  )

/** What is another of what the run was launched from; rows added at the end are no change. */
const changesOf = (store: Store.Service, run: TaskRun, batch: OpenOptions) =>
  Effect.gen(function* () {
    const template = yield* store.get(tables.templates, run.id)
    const task =
      encodeTask(run.task) !== encodeTask(batch.task) || !Option.exists(template, ({ html }) => html === batch.template)
    const rows = yield* changedRows(store, run.id, batch.rows ?? Stream.empty)
    return { task, ...rows } satisfies Changes
  })

export interface Known {
  readonly run: Option.Option<TaskRun>
  /** The newest run of the batch's name. */
  readonly newest: Option.Option<RunId>
}

export const newestOf = (
  store: Store.Service,
  where: Store.Where<TaskRun>
): Effect.Effect<Option.Option<TaskRun>, StoreError> =>
  Effect.map(store.page(tables.runs, { where, reverse: true, limit: 1 }), ([run]) => Option.fromNullable(run))

/**
 * The newest run of the same digest, or else the newest of the name whose task and template are the batch's and whose
 * rows the batch begins with. Where there are only others of the name, that is `BatchChanged`; but nothing was launched
 * of a run without rows.
 */
export const find = (
  store: Store.Service,
  batch: OpenOptions
): Effect.Effect<Known, BatchChanged | InvalidInput | StoreError> =>
  Effect.gen(function* () {
    const { digest, name, requester } = batch
    const newest = Option.map(yield* newestOf(store, { requester, name }), ({ id }) => id)
    if (batch.fresh === true) return { run: Option.none(), newest }
    const same = yield* newestOf(store, { requester, digest })
    if (Option.isSome(same)) return { run: same, newest }
    const compared = yield* pages(store, tables.runs, { where: { requester, name }, reverse: true }).pipe(
      Stream.filterEffect(({ id }) => Effect.map(rowsOf(store, id), (rows) => rows > 0)),
      Stream.mapEffect((run) => Effect.map(changesOf(store, run, batch), (changes) => ({ run, changes }))),
      Stream.takeUntil(({ changes }) => isUnchanged(changes)),
      Stream.runCollect
    )
    const begun = Option.filter(Chunk.last(compared), ({ changes }) => isUnchanged(changes))
    if (Option.isSome(begun) || Chunk.isEmpty(compared)) return { run: Option.map(begun, ({ run }) => run), newest }
    const { changes, run } = Chunk.unsafeHead(compared)
    return yield* new BatchChanged({ run: run.id, batch: name, ...changes })
  })
