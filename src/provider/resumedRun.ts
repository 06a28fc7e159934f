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
import { pages } from "../store/pages.js"
import * as tables from "../store/tables.js"
import { type Assignment, type Inputs, type OpenOptions, Task, type TaskRun } from "../TaskRuns.js"
import * as media from "./media.js"
import { rowCount } from "./rows.js"
import * as runTotals from "./runTotals.js"
import * as unsentRows from "./unsentRows.js"

/** So many changed rows, and files, are named. */
const rowsNamed = 10

interface RowChanges {
  readonly changed: RowsNamed
  readonly gone: RowsNamed
  /** Whether rows differ of which nothing was ever sent. They are no change. */
  readonly stale: boolean
}

interface Changes extends RowChanges {
  readonly task: boolean
  readonly media: ReadonlyArray<string>
}

const none: RowsNamed = { first: [], count: 0 }

const plus = ({ count, first }: RowsNamed, { row }: Assignment): RowsNamed => ({
  first: first.length < rowsNamed ? [...first, row + 1] : first,
  count: count + 1
})

const isUnchanged = ({ changed, gone, media, task }: Changes): boolean =>
  !task && media.length + changed.count + gone.count === 0

const encodeTask = Schema.encodeSync(Schema.parseJson(Task))

/** The rows of the run that the batch has not, or has otherwise. Rows that it has beyond them are none of these. */
const differing = (
  store: Store.Service,
  run: RunId,
  rows: Stream.Stream<Inputs, InvalidInput>
): Stream.Stream<unsentRows.Differing, InvalidInput | StoreError> =>
  pages(store, tables.assignments, { where: { run }, orderBy: "row" }).pipe(
    Stream.map(Option.some),
    Stream.zipAll({
      other: Stream.map(rows, Option.some),
      defaultSelf: Option.none(),
      defaultOther: Option.none()
    }),
    Stream.takeWhile(([known]) => Option.isSome(known)),
    Stream.filterMap(([known, now]) => Option.map(known, (known) => ({ known, now }))),
    Stream.filter(({ known, now }) => !Option.exists(now, (now) => isSame(known.inputs, now)))
  )

/** Where all units have been out, nothing need be looked up of each. */
const mayHaveUnsent = (store: Store.Service, run: RunId): Effect.Effect<boolean, StoreError> =>
  Effect.map(runTotals.units(store, run), ({ created, expired }) => created + expired > 0)

const changedRows = (
  store: Store.Service,
  run: RunId,
  rows: Stream.Stream<Inputs, InvalidInput>
): Effect.Effect<RowChanges, InvalidInput | StoreError> =>
  Effect.gen(function* () {
    const hasUnsent = yield* mayHaveUnsent(store, run)
    const isStale = ({ known }: unsentRows.Differing) =>
      hasUnsent ? Effect.map(unsentRows.unitsOf(store, known.id), Option.isSome) : Effect.succeed(false)
    return yield* differing(store, run, rows).pipe(
      Stream.runFoldEffect<RowChanges, unsentRows.Differing, StoreError, never>(
        { changed: none, gone: none, stale: false },
        (found, one) =>
          Effect.map(isStale(one), (stale) => {
            if (stale) return { ...found, stale }
            return Option.isNone(one.now)
              ? { ...found, gone: plus(found.gone, one.known) }
              : { ...found, changed: plus(found.changed, one.known) }
          })
      )
    )
  })

/** What is another of what the run was launched from; rows added at the end are no change. */
const changesOf = (store: Store.Service, run: TaskRun, batch: OpenOptions) =>
  Effect.gen(function* () {
    const template = yield* store.get(tables.templates, run.id)
    const task =
      encodeTask(run.task) !== encodeTask(batch.task) || !Option.exists(template, ({ html }) => html === batch.template)
    const rows = yield* changedRows(store, run.id, batch.rows ?? Stream.empty)
    const files = yield* media.changed(store, run.id, batch.media ?? [])
    return { task, media: files.slice(0, rowsNamed), ...rows } satisfies Changes
  })

export interface Known {
  readonly run: Option.Option<TaskRun>
  /** The newest run of the batch's name. */
  readonly newest: Option.Option<RunId>
  /** Whether the run has rows that are no longer the batch's, and of which nothing was ever sent. */
  readonly stale: boolean
  /** Runs of the batch's name with another task or other files, of which nothing was ever sent. */
  readonly unsent: ReadonlyArray<TaskRun>
}

export const newestOf = (
  store: Store.Service,
  where: Store.Where<TaskRun>
): Effect.Effect<Option.Option<TaskRun>, StoreError> =>
  Effect.map(store.page(tables.runs, { where, reverse: true, limit: 1 }), ([run]) => Option.fromNullable(run))

/** Runs of the name that have rows, each with what is another of it, up to one that the batch goes on with. */
const compare = (store: Store.Service, batch: OpenOptions) =>
  pages(store, tables.runs, { where: { requester: batch.requester, name: batch.name }, reverse: true }).pipe(
    Stream.filterEffect(({ id }) => Effect.map(rowCount(store, id), (count) => count > 0)),
    Stream.mapEffect((run) =>
      Effect.gen(function* () {
        const changes = yield* changesOf(store, run, batch)
        const isOther = changes.task || changes.media.length > 0
        return { run, changes, unsent: isOther && (yield* unsentRows.isUnsent(store, run)) }
      })
    ),
    Stream.takeUntil(({ changes }) => isUnchanged(changes)),
    Stream.runCollect,
    Effect.map(Chunk.partition(({ unsent }) => unsent))
  )

/**
 * The newest run of the same digest, or else the newest of the name whose task, template and files are the batch's and
 * whose rows the batch begins with. Where there are only others of the name, that is `BatchChanged`. What was never sent
 * is no change: not a row of which nothing was, nor another task or file where nothing was at all.
 */
export const find = (
  store: Store.Service,
  batch: OpenOptions
): Effect.Effect<Known, BatchChanged | InvalidInput | StoreError> =>
  Effect.gen(function* () {
    const { digest, name, requester } = batch
    const newest = Option.map(yield* newestOf(store, { requester, name }), ({ id }) => id)
    const none: Known = { run: Option.none(), newest, stale: false, unsent: [] }
    if (batch.fresh === true) return none
    const same = yield* newestOf(store, { requester, digest })
    if (Option.isSome(same)) return { ...none, run: same }
    const [compared, unsent] = yield* compare(store, batch)
    const begun = Option.filter(Chunk.last(compared), ({ changes }) => isUnchanged(changes))
    if (Option.isSome(begun)) {
      const { changes, run } = begun.value
      return { ...none, run: Option.some(run), stale: changes.stale }
    }
    if (Chunk.isEmpty(compared)) return { ...none, unsent: Array.from(unsent, ({ run }) => run) }
    const { changes, run } = Chunk.unsafeHead(compared)
    return yield* new BatchChanged({ run: run.id, batch: name, ...changes })
  })

/**
 * Makes the rows of which nothing was ever sent the batch's. Until all are, the run is of no batch's digest, so that
 * whatever is launched next looks at its rows.
 */
export const refresh = (
  store: Store.Service,
  run: TaskRun,
  { rows = Stream.empty }: OpenOptions
): Effect.Effect<void, InvalidInput | StoreError> =>
  Effect.gen(function* () {
    yield* store.update(tables.runs, { ids: [run.id], set: { digest: "" } })
    const other = differing(store, run.id, rows)
    yield* unsentRows.replace(store, other)
    const beyond = yield* Stream.runHead(Stream.filter(other, ({ now }) => Option.isNone(now)))
    yield* Effect.transposeMapOption(beyond, ({ known }) => unsentRows.truncate(store, run.id, known.row))
  })
