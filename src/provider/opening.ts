/** A batch gets its run: the one it goes on with, or a new one. */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Option from "effect/Option"
import * as checks from "../batch/argumentChecks.js"
import * as Ids from "../Ids.js"
import type * as Store from "../Store.js"
import * as tables from "../store/tables.js"
import type { OpenOptions, Service, TaskRun } from "../TaskRuns.js"
import type * as Engine from "./engine.js"
import * as resumedRun from "./resumedRun.js"
import * as unsentRows from "./unsentRows.js"

const insert = ({ driver, store }: Engine.Service, options: OpenOptions) =>
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
const goOn = (store: Store.Service, known: TaskRun, { digest }: OpenOptions) =>
  known.digest === digest
    ? Effect.succeedSome(known)
    : Effect.map(
        store.update(tables.runs, { ids: [known.id], when: { digest: [known.digest] }, set: { digest } }),
        ([changed]) => Option.fromNullable(changed)
      )

const isStill = (store: Store.Service, { digest, name, requester }: OpenOptions, newest: Option.Option<Ids.RunId>) =>
  Effect.zipWith(
    resumedRun.newestOf(store, { requester, name }),
    resumedRun.newestOf(store, { requester, digest }),
    (named, same) =>
      Option.isNone(same) &&
      Equal.equals(
        Option.map(named, ({ id }) => id),
        newest
      )
  )

const check = ({ driver, requester }: Engine.Service, options: OpenOptions) =>
  Effect.gen(function* () {
    yield* checks.settings(options)
    yield* checks.currency(driver, options.task.reward.currency)
    yield* checks.limits(driver, options.task)
    yield* requester(options.requester)
  })

/**
 * None where another process has opened a run of the batch meanwhile. The requester's row is held, so that two open
 * one.
 */
const openKnown = (engine: Engine.Service, options: OpenOptions, { newest, run }: resumedRun.Known) =>
  engine.store.transaction(
    Effect.gen(function* () {
      yield* check(engine, options)
      if (Option.isSome(run)) return yield* goOn(engine.store, run.value, options)
      const isAlone = options.fresh === true || (yield* isStill(engine.store, options, newest))
      return isAlone ? Option.some(yield* insert(engine, options)) : Option.none<TaskRun>()
    })
  )

export const make = (engine: Engine.Service): Pick<Service, "find" | "open"> => {
  const { forget, requester, store } = engine

  const find: Service["find"] = (options) =>
    Effect.zipRight(
      requester(options.requester),
      Effect.map(resumedRun.find(store, options), ({ run }) => run)
    )

  const open: Service["open"] = (options) =>
    Effect.gen(function* () {
      yield* check(engine, options)
      const known = yield* resumedRun.find(store, options)
      if (known.stale && Option.isSome(known.run)) {
        yield* resumedRun.refresh(store, known.run.value, options)
        yield* forget(known.run.value.id)
        return yield* open(options)
      }
      yield* Effect.forEach(known.unsent, ({ id }) => unsentRows.truncate(store, id, 0), { discard: true })
      const opened = yield* openKnown(engine, options, known)
      if (Option.isNone(opened)) return yield* open(options)
      yield* forget(opened.value.id)
      return opened.value
    })

  return { find, open }
}
