/** The submissions of a run as they come. */
import * as Chunk from "effect/Chunk"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { Agent, Service } from "../Agents.js"
import type { StoreError } from "../CrowdError.js"
import type { AgentId, RunId } from "../Ids.js"
import { pauses } from "../internal/changes.js"
import { SubmissionStatus } from "../States.js"
import { pages } from "../store/pages.js"
import * as tables from "../store/tables.js"
import type { Unit } from "../Units.js"
import { busyUntil } from "./deadlines.js"
import type * as Engine from "./engine.js"
import * as unitChanges from "./unitChanges.js"

type Submissions = Stream.Stream<Agent, StoreError>

/** All there are now. */
const present = ({ store }: Engine.Service, run: RunId): Submissions =>
  Stream.flatMap(Stream.fromIterable(SubmissionStatus.literals), (status) =>
    pages(store, tables.agents, { where: { run, status }, orderBy: "submittedAt" })
  )

const submitters = (units: ReadonlyArray<Unit>): ReadonlyArray<AgentId> =>
  units.flatMap(({ agent, status }) => (status === "assigned" ? [] : Option.toArray(agent)))

const untilIsOver = (until: DateTime.Utc) =>
  Effect.flatMap(DateTime.now, (now) => Effect.sleep(Math.max(0, DateTime.distance(now, until))))

/** What to wait for before the next look; none where nothing more can come. One without units is about to get them. */
const nextPause = ({ store }: Engine.Service, run: RunId, pause: Effect.Effect<void>) =>
  Effect.gen(function* () {
    const counts = yield* store.count(tables.units, { run }, "status")
    const isOpen = ["created", "launched", "assigned"].some((status) => (counts[status] ?? 0) > 0)
    if (isOpen || Object.keys(counts).length === 0) return Option.some(pause)
    return Option.map(yield* busyUntil(store, run), (until) => Effect.raceFirst(pause, untilIsOver(until)))
  })

/** Those whose units change, until nothing more can come. */
const coming = (
  engine: Engine.Service,
  run: RunId,
  start: unitChanges.Cursor,
  pause: Effect.Effect<void>
): Submissions => {
  interface State {
    readonly cursor: unitChanges.Cursor
    readonly wait: Effect.Effect<void>
  }
  return Stream.paginateChunkEffect<State, Agent, StoreError, never>(
    { cursor: start, wait: Effect.void },
    ({ cursor, wait }) =>
      Effect.gen(function* () {
        yield* wait
        const { changed, isLast, next } = yield* unitChanges.page(engine.store, run, cursor)
        const agents = yield* engine.store.getAll(tables.agents, submitters(changed))
        const then = isLast ? yield* nextPause(engine, run, pause) : Option.some(Effect.void)
        return [Chunk.unsafeFromArray(agents), Option.map(then, (wait) => ({ cursor: next, wait }))]
      })
  )
}

const once = (all: Submissions): Submissions =>
  Stream.suspend(() => {
    const shown = new Set<AgentId>()
    return Stream.filter(all, ({ id }) => {
      const isNew = !shown.has(id)
      shown.add(id)
      return isNew
    })
  })

/** A submission to a unit that somebody else holds changes no unit: such are found at the end. */
export const watch =
  (engine: Engine.Service): Service["watch"] =>
  (id, options) =>
    Stream.unwrapScoped(
      Effect.gen(function* () {
        yield* engine.run(id)
        const pause = yield* pauses(engine.store.writes, options?.every ?? "1 second")
        const start = yield* unitChanges.now(engine.store, id)
        const all = present(engine, id)
        return once(Stream.concat(all, Stream.concat(coming(engine, id, start, pause), all)))
      })
    )
