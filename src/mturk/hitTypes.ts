/** The HITType of a run, and whom its HITs are not shown to. */
import { CreateHITTypeCommand } from "@aws-sdk/client-mturk"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Stream from "effect/Stream"
import type { ProviderError } from "../CrowdError.js"
import { type Driver, type ExcludeOrder, receipt } from "../Driver.js"
import type { AssignmentId, RunId } from "../Ids.js"
import * as Money from "../Money.js"
import { pages } from "../store/pages.js"
import * as tables from "../store/tables.js"
import type { TaskRun } from "../TaskRuns.js"
import { type Crowd, plain, refused, repeatable, seconds, setupOf, stored } from "./crowd.js"
import { provider } from "./errors.js"
import { assignmentsOf } from "./hits.js"
import { checkCount, ensure, grant, remove, requirementsOf } from "./qualifications.js"
import * as replies from "./replies.js"

const method = "CreateHITType"

/** The run's HITType that is not shown to whoever has one of these qualifications. */
const typeWithout = (
  crowd: Crowd,
  { id, task }: TaskRun,
  excluding: ReadonlyArray<string>
): Effect.Effect<string, ProviderError> =>
  Effect.gen(function* () {
    const requirements = yield* requirementsOf(crowd, task, excluding)
    const command = () =>
      new CreateHITTypeCommand({
        Title: task.title,
        Description: plain(task.description) || task.title,
        // Equal values would be one HITType: the run's own name makes it the run's own.
        Keywords: [...task.keywords, id].join(", "),
        Reward: Money.toDecimal(task.reward),
        AssignmentDurationInSeconds: seconds(Duration.toMillis(task.duration)),
        AutoApprovalDelayInSeconds: seconds(Duration.toMillis(task.autoApprovalDelay)),
        QualificationRequirements: requirements
      })
    const made = yield* Effect.mapError(crowd.client.call(method, command, replies.OneHitType), refused(crowd))
    return made.HITTypeId
  })

/** Where there is a limit for one worker, the run has a qualification for those who have reached it. */
export const setup =
  (crowd: Crowd): Driver["setup"] =>
  (run) =>
    Effect.gen(function* () {
      const limit = run.task.maxUnitsPerWorker
      yield* checkCount(crowd, run.task, Option.isSome(limit) ? 1 : 0)
      const done = yield* Effect.transposeMapOption(limit, () =>
        ensure(crowd, `Done ${run.id}`, "Has done as much of a task as one worker may")
      )
      const hitType = yield* typeWithout(crowd, run, Option.toArray(done))
      const made = { environment: crowd.environment.name, hitType }
      return Option.match(done, { onNone: () => made, onSome: (done) => ({ ...made, done }) })
    })

/** Who has reached the limit gets to see no more of the run's HITs. */
export const exclude = (crowd: Crowd): NonNullable<Driver["exclude"]> =>
  repeatable<ExcludeOrder, ProviderError>(crowd, ({ order: { run, worker } }) =>
    Effect.gen(function* () {
      const { done } = yield* setupOf(crowd, "AssociateQualificationWithWorker", run)
      if (Option.isSome(done)) yield* grant(crowd, done.value, worker.name, 1)
      return receipt()
    })
  )

/** Under which the qualifications are kept of a run's rows that have several HITs. */
const rowsOf = (run: RunId): string => `${provider}/rows/${run}`

/** Whether HITs of the run may be of other HITTypes than the run's own. */
export const hasOtherTypes = ({ store }: Crowd, run: RunId): Effect.Effect<boolean, ProviderError> =>
  stored(
    method,
    Effect.map(store.page(tables.data, { where: { provider: rowsOf(run) }, limit: 1 }), ({ length }) => length > 0)
  )

/** Who has submitted a unit of the row, as the service knows it, or holds one here. */
const workersOf = (crowd: Crowd, row: AssignmentId): Effect.Effect<ReadonlySet<string>, ProviderError> =>
  Effect.gen(function* () {
    const { store } = crowd
    const units = yield* stored(method, store.getAllBy(tables.units, "assignment", [row]))
    const holders = units.flatMap(({ agent }) => Option.toArray(agent))
    const agents = yield* stored(method, store.getAll(tables.agentOutlines, holders))
    const hits = new Set(units.flatMap(({ remoteId }) => Option.toArray(remoteId)))
    const submitted = yield* Effect.forEach(hits, (HITId) => assignmentsOf(crowd, { HITId }))
    return new Set([...agents.map(({ workerName }) => workerName), ...submitted.flat().map(({ WorkerId }) => WorkerId)])
  })

/** The HITType of one more HIT for the row, which is not shown to those who have worked on the row before. */
export const typeForRow = (crowd: Crowd, run: TaskRun, row: AssignmentId): Effect.Effect<string, ProviderError> =>
  Effect.gen(function* () {
    const { done } = yield* setupOf(crowd, method, run)
    const excluding = Option.toArray(done)
    yield* checkCount(crowd, run.task, excluding.length + 1)
    const qualification = yield* ensure(crowd, `Worked on ${row}`, "Has worked on this task before")
    const kept = { id: `${provider}/row/${row}`, provider: rowsOf(run.id), value: qualification }
    yield* stored(method, crowd.store.put(tables.data, [kept]))
    yield* Effect.forEach(yield* workersOf(crowd, row), (name) => grant(crowd, qualification, name, 1), {
      concurrency: crowd.concurrency,
      discard: true
    })
    return yield* typeWithout(crowd, run, [...excluding, qualification])
  })

/**
 * Deletes the qualifications of the run. The service forgets its HITTypes with them, so that nothing more is launched.
 */
export const removeQualifications = (crowd: Crowd, run: TaskRun): Effect.Effect<void, ProviderError> =>
  Effect.gen(function* () {
    const { done } = yield* setupOf(crowd, "DeleteQualificationType", run)
    const ofRows = yield* stored(
      method,
      Stream.runCollect(pages(crowd.store, tables.data, { where: { provider: rowsOf(run.id) } }))
    )
    const ids = Array.from(ofRows, ({ value }) => value).filter(Predicate.isString)
    yield* Effect.forEach([...Option.toArray(done), ...ids], (id) => remove(crowd, id), { discard: true })
    yield* stored(
      method,
      crowd.store.remove(
        tables.data,
        Array.from(ofRows, ({ id }) => id)
      )
    )
  })
