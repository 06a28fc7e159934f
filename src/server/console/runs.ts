/** Runs as the console shows them. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { isDecided } from "../../Conductor.js"
import type { StoreError, TaskRunNotFound } from "../../CrowdError.js"
import { placesOf } from "../../driver/offers.js"
import type { RunId } from "../../Ids.js"
import * as Money from "../../Money.js"
import { Owners } from "../../Owners.js"
import { Provider } from "../../Provider.js"
import { undecidedUnits } from "../../provider/runTotals.js"
import { TaskRuns } from "../../TaskRuns.js"
import { Units } from "../../Units.js"
import type { RunView } from "../ConsoleApi.js"

export const make = Effect.gen(function* () {
  const { fee, feedback, offers } = yield* Provider
  const runs = yield* TaskRuns
  const units = yield* Units
  const owners = yield* Effect.serviceOption(Owners)

  const ownerOf = (id: RunId) =>
    Effect.map(
      Effect.transposeMapOption(owners, ({ ownersOf }) => ownersOf([id])),
      (found) => Option.flatMap(found, (of) => Option.fromNullable(of.get(id)))
    )

  const view = (id: RunId): Effect.Effect<typeof RunView.Type, TaskRunNotFound | StoreError> =>
    Effect.gen(function* () {
      const { createdAt, setup, task } = yield* runs.get(id)
      const summary = yield* runs.summary(id)
      const { description, qualifications, reward, title } = task
      const places = placesOf(offers, task, summary.assignments * task.unitsPerAssignment)
      const each = reward.minor + fee({ kind: "reward", amount: reward, places, qualifications, setup }).minor
      const toCome = Money.total(undecidedUnits(summary.units) * each)
      return {
        summary,
        title,
        description,
        reward,
        toCome,
        createdAt,
        endsAt: Option.map(yield* units.offerEnds(id), ({ last }) => last),
        feedback: { minLength: feedback?.minLength ?? 1, categories: feedback?.categories ?? [] },
        conductedBy: isDecided(summary) ? Option.none() : yield* ownerOf(id)
      }
    })

  return { view }
})
