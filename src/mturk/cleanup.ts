/** What was made for a run is removed once it is of no more use. */
import { DeleteHITCommand } from "@aws-sdk/client-mturk"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { ProviderError } from "../CrowdError.js"
import type { Driver } from "../Driver.js"
import type { UnitStatus } from "../States.js"
import { pages } from "../store/pages.js"
import * as tables from "../store/tables.js"
import type { TaskRun } from "../TaskRuns.js"
import type { Unit } from "../Units.js"
import { Nothing } from "./client.js"
import { type Crowd, refused, setupOf, stored, unitsIn, unreadable } from "./crowd.js"
import { isMissing } from "./errors.js"
import { removeQualifications } from "./hitTypes.js"

const method = "DeleteHIT"

/** A rejection can be overridden only as long as its HIT is there. */
const disposable = ["accepted", "soft_rejected", "expired"] as const satisfies ReadonlyArray<UnitStatus>

const isDisposable = ({ status }: Unit): boolean => disposable.some((one) => one === status)

const dispose = (crowd: Crowd, id: string): Effect.Effect<void, ProviderError> =>
  crowd.client
    .call(method, () => new DeleteHITCommand({ HITId: id }), Nothing)
    .pipe(
      Effect.catchIf(
        (error) => error._tag === "Refusal" && (isMissing(error) || error.code === "invalidhitstate"),
        () => Effect.void
      ),
      Effect.mapError(refused(crowd)),
      Effect.asVoid
    )

/** The unit's HIT, where nothing of it is undecided; with the first of its units, so that it is disposed of once. */
const disposeOf = (crowd: Crowd, run: TaskRun, { id, remoteId }: Unit): Effect.Effect<void, ProviderError> =>
  Effect.gen(function* () {
    if (Option.isNone(remoteId)) return
    const units = yield* unitsIn(crowd, method, run, remoteId.value)
    if (units[0]?.id === id && units.every(isDisposable)) yield* dispose(crowd, remoteId.value)
  })

/** Disposes of the HITs of which everything is decided; those that somebody is still at work on stay. */
const disposeAll = (crowd: Crowd, run: TaskRun) =>
  Effect.forEach(
    disposable,
    (status) =>
      pages(crowd.store, tables.units, { where: { run: run.id, status }, orderBy: "place" }).pipe(
        Stream.mapError(unreadable(method)),
        Stream.mapEffect((unit) => disposeOf(crowd, run, unit), { concurrency: crowd.concurrency, unordered: true }),
        Stream.runDrain
      ),
    { discard: true }
  )

/** Who has reached the limit is kept out as long as a unit of the run may be launched again. */
export const cleanup =
  (crowd: Crowd): Driver["cleanup"] =>
  (run) =>
    Effect.gen(function* () {
      if (Option.isNone(run.setup)) return
      yield* setupOf(crowd, method, run)
      yield* disposeAll(crowd, run)
      const { accepted = 0, ...others } = yield* stored(
        method,
        crowd.store.count(tables.units, { run: run.id }, "status")
      )
      const isComplete = accepted > 0 && Object.values(others).every((units) => units === 0)
      if (isComplete) yield* removeQualifications(crowd, run)
    })
