import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { TaskRunNotFound } from "../CrowdError.js"
import { retrying } from "../driver/retry.js"
import { first, pages } from "../store/pages.js"
import * as tables from "../store/tables.js"
import type { Service, TaskRun } from "../TaskRuns.js"
import { due } from "./deadlines.js"
import type * as Engine from "./engine.js"
import * as generations from "./generations.js"
import * as media from "./media.js"
import * as opening from "./opening.js"
import * as relaunching from "./relaunching.js"
import { addRows, rowCount } from "./rows.js"
import * as runTotals from "./runTotals.js"
import * as setup from "./setup.js"
import * as summary from "./summary.js"

export const make = (engine: Engine.Service): Service => {
  const { changes, driver, run, store } = engine

  const template: Service["template"] = (id) =>
    Effect.flatMap(
      store.get(tables.templates, id),
      Option.match({
        onNone: () => new TaskRunNotFound({ run: id }),
        onSome: ({ html }) => Effect.succeed(html)
      })
    )

  const draft: Service["draft"] = (id) =>
    Effect.gen(function* () {
      const found = yield* run(id)
      if (driver.draft === undefined) return Option.none()
      const { created } = yield* runTotals.units(store, id)
      return yield* Effect.asSome(retrying(driver.draft(found, created)))
    })

  const newestFirst = (after?: TaskRun) =>
    pages(store, tables.runs, { where: { provider: driver.provider }, reverse: true, after })

  return {
    ...opening.make(engine),
    setup: setup.make(engine),
    draft,
    cleanup: (id) => Effect.flatMap(run(id), (found) => retrying(driver.cleanup(found))),
    get: run,
    newest: Stream.runHead(first(store, tables.runs, { where: { provider: driver.provider }, reverse: true }, 1)),
    list: newestFirst(),
    olderThan: (id) => Stream.unwrap(Effect.map(run(id), newestFirst)),
    template,
    addMedia: (id, files) => Effect.zipRight(run(id), media.add(store, id, files)),
    media: (id, path) => media.find(store, id, path),
    mediaBytes: (found, { from, until }) => media.bytes(store, found, from, until),
    addRows: addRows(engine),
    rows: (id) => Effect.zipRight(run(id), rowCount(store, id)),
    ...relaunching.make(engine),
    assignment: (id) => store.get(tables.assignments, id),
    assignments: (ids) => store.getAll(tables.assignments, ids),
    counts: (id) => Effect.zipRight(run(id), runTotals.units(store, id)),
    ...generations.make(engine),
    summary: summary.make(engine),
    due: (id) => due(engine, id),
    changes
  }
}
