import * as Array from "effect/Array"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Stream from "effect/Stream"
import * as checks from "../batch/checks.js"
import { ProviderError, TaskRunNotFound } from "../CrowdError.js"
import { retrying } from "../driver/retry.js"
import * as Ids from "../Ids.js"
import { first, pages } from "../store/pages.js"
import * as tables from "../store/tables.js"
import type { Assignment, OpenOptions, Service, TaskRun } from "../TaskRuns.js"
import { due } from "./deadlines.js"
import type * as Engine from "./engine.js"
import * as media from "./media.js"
import { medianTime } from "./medianTime.js"
import { newUnit } from "./newUnit.js"
import * as relaunching from "./relaunching.js"
import * as knownRun from "./resumedRun.js"
import * as runTotals from "./runTotals.js"
import * as unsentRows from "./unsentRows.js"

export const make = (engine: Engine.Service): Service => {
  const { changes, driver, forget, requester, run, store } = engine

  const make = (options: OpenOptions) =>
    Effect.gen(function* () {
      const made: TaskRun = {
        id: yield* Ids.runId,
        provider: driver.provider,
        requester: options.requester,
        name: options.name,
        digest: options.digest,
        task: options.task,
        setup: Option.none(),
        createdAt: yield* DateTime.now
      }
      yield* store.insert(tables.runs, [made])
      yield* store.insert(tables.templates, [{ id: made.id, html: options.template }])
      return made
    })

  /** The run is this batch's from now on, with the rows that were added; none where somebody added others meanwhile. */
  const goOn = (known: TaskRun, { digest }: OpenOptions) =>
    known.digest === digest
      ? Effect.succeedSome(known)
      : Effect.map(
          store.update(tables.runs, { ids: [known.id], when: { digest: [known.digest] }, set: { digest } }),
          ([changed]) => Option.fromNullable(changed)
        )

  const isStill = ({ digest, name, requester }: OpenOptions, newest: Option.Option<Ids.RunId>) =>
    Effect.zipWith(
      knownRun.newestOf(store, { requester, name }),
      knownRun.newestOf(store, { requester, digest }),
      (named, same) =>
        Option.isNone(same) &&
        Equal.equals(
          Option.map(named, ({ id }) => id),
          newest
        )
    )

  /** None where another process has opened a run of the batch meanwhile. The requester's row is held, so that two open one. */
  const openKnown = (options: OpenOptions, { newest, run: known }: knownRun.Known) =>
    store.transaction(
      Effect.gen(function* () {
        yield* checks.settings(options)
        yield* checks.currency(driver, options.task.reward.currency)
        yield* requester(options.requester)
        if (Option.isSome(known)) return yield* goOn(known.value, options)
        const isAlone = options.fresh === true || (yield* isStill(options, newest))
        return isAlone ? Option.some(yield* make(options)) : Option.none<TaskRun>()
      })
    )

  const find: Service["find"] = (options) =>
    Effect.zipRight(
      requester(options.requester),
      Effect.map(knownRun.find(store, options), ({ run }) => run)
    )

  const open: Service["open"] = (options) =>
    Effect.gen(function* () {
      yield* checks.settings(options)
      yield* checks.currency(driver, options.task.reward.currency)
      yield* requester(options.requester)
      const known = yield* knownRun.find(store, options)
      if (known.stale && Option.isSome(known.run)) {
        yield* knownRun.refresh(store, known.run.value, options)
        yield* forget(known.run.value.id)
        return yield* open(options)
      }
      yield* Effect.forEach(known.unsent, ({ id }) => unsentRows.truncate(store, id, 0), { discard: true })
      const opened = yield* openKnown(options, known)
      if (Option.isNone(opened)) return yield* open(options)
      yield* forget(opened.value.id)
      return opened.value
    })

  /** A crowd that does not know where its workers are would let nobody in. */
  const checkPlaces = ({ task }: TaskRun): Effect.Effect<void, ProviderError> => {
    const lost = task.qualifications.find(
      ({ name, values = [] }) => values.some(Predicate.isString) && driver.enforces?.(name) !== true
    )
    return lost === undefined
      ? Effect.void
      : new ProviderError({
          reason: "Rejected",
          provider: driver.provider,
          method: "setup",
          description: `this crowd does not know the ${lost.name} of its workers, so the task cannot ask for it`
        })
  }

  /** A setup of which there is nothing to keep is kept as `{}`: null stands for none. */
  const setup: Service["setup"] = (id) =>
    Effect.gen(function* () {
      const found = yield* run(id)
      if (Option.isSome(found.setup)) return found
      yield* checkPlaces(found)
      const made = yield* retrying(driver.setup(found))
      const [changed] = yield* store.update(tables.runs, { ids: [id], set: { setup: Option.some(made ?? {}) } })
      return changed ?? found
    })

  const template: Service["template"] = (id) =>
    Effect.flatMap(
      store.get(tables.templates, id),
      Option.match({
        onNone: () => new TaskRunNotFound({ run: id }),
        onSome: ({ html }) => Effect.succeed(html)
      })
    )

  const addRows: Service["addRows"] = (id, from, rows) =>
    Effect.gen(function* () {
      const { task } = yield* run(id)
      const now = yield* DateTime.now
      const offeredUntil = Option.some(DateTime.addDuration(now, task.lifetime))
      const assignments = Array.zip(rows, yield* Ids.assignmentIds(rows.length)).map(
        ([inputs, assignment], i): Assignment => ({ id: assignment, run: id, row: from + i, inputs })
      )
      const asked = assignments.flatMap((assignment) =>
        Array.makeBy(task.unitsPerAssignment, (index) => ({ assignment, index }))
      )
      const units = Array.zipWith(asked, yield* Ids.unitIds(asked.length), ({ assignment, index }, id) =>
        newUnit(id, assignment, index, now, offeredUntil)
      )
      yield* store.transaction(
        Effect.gen(function* () {
          const inserted = new Set(yield* store.insert(tables.assignments, assignments))
          yield* store.insert(
            tables.units,
            units.filter((unit) => inserted.has(unit.assignment))
          )
        })
      )
    })

  const rows: Service["rows"] = (id) => Effect.zipRight(run(id), knownRun.rowsOf(store, id))

  const counts: Service["counts"] = (id) => Effect.zipRight(run(id), runTotals.units(store, id))

  const summary: Service["summary"] = (id) =>
    Effect.gen(function* () {
      const found = yield* run(id)
      const workers = yield* store.count(tables.standings, { run: id }, "run")
      const median = yield* medianTime(store, { run: id })
      return {
        run: id,
        name: found.name,
        provider: driver.provider,
        mode: driver.mode,
        assignments: yield* rows(id),
        units: yield* counts(id),
        workers: workers[id] ?? 0,
        cost: yield* runTotals.cost(store, found),
        medianTime: median,
        hourlyWage: Option.map(median, (time) =>
          Math.round((found.task.reward.minor * Duration.toMillis("1 hour")) / Math.max(1, time))
        )
      }
    })

  const newestFirst = (after?: TaskRun) =>
    pages(store, tables.runs, { where: { provider: driver.provider }, reverse: true, after })

  return {
    find,
    open,
    setup,
    cleanup: (id) => Effect.flatMap(run(id), (found) => retrying(driver.cleanup(found))),
    get: run,
    newest: Stream.runHead(first(store, tables.runs, { where: { provider: driver.provider }, reverse: true }, 1)),
    list: newestFirst(),
    olderThan: (id) => Stream.unwrap(Effect.map(run(id), newestFirst)),
    template,
    addMedia: (id, files) => Effect.zipRight(run(id), media.add(store, id, files)),
    media: (id, path) => media.find(store, id, path),
    mediaBytes: (found, { from, until }) => media.bytes(store, found, from, until),
    addRows,
    rows,
    ...relaunching.make(engine),
    assignment: (id) => store.get(tables.assignments, id),
    assignments: (ids) => store.getAll(tables.assignments, ids),
    counts,
    summary,
    due: (id) => due(engine, id),
    changes
  }
}
