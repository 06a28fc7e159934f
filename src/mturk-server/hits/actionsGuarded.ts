/**
 * `ActionsGuarded`: what a worker sees of a HITType whose requirements they do not all meet, and what they may ask for.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { StoreError } from "../../CrowdError.js"
import type { RunId, WorkerId } from "../../Ids.js"
import type { Access, Lack } from "../../server/TaskSource.js"
import type { Context } from "../context.js"
import * as ids from "../ids.js"
import * as workerRequests from "../people/workerRequests.js"
import type { QualificationRequirement } from "../protocol/model.js"
import type { QualificationTypeRow } from "../rows.js"
import * as requirements from "./requirements.js"

const everything: Access = { sees: "page", lacks: [] }

interface Unmet {
  readonly requirement: QualificationRequirement
  readonly type: Option.Option<QualificationTypeRow>
  /** What the worker has of it, which is not enough, or too much. */
  readonly value: Option.Option<number>
}

/** None where it is met. */
const unmet = (context: Context, requirement: QualificationRequirement, worker: Option.Option<WorkerId>) =>
  Effect.gen(function* () {
    const type = yield* context.rows.qualificationTypes.get(requirement.QualificationTypeId)
    const value = yield* Effect.transposeOption(
      Option.zipWith(type, worker, (type, worker) => workerRequests.valueOf(context, type, worker))
    )
    const has = Option.flatten(value)
    return requirements.isMet(requirement, has) ? Option.none() : Option.some<Unmet>({ requirement, type, value: has })
  })

/** Nothing is guarded but acceptance, unless the requirement says so. */
const seenWithout = ({ ActionsGuarded, RequiredToPreview = false }: QualificationRequirement): Access["sees"] => {
  switch (ActionsGuarded ?? (RequiredToPreview ? "PreviewAndAccept" : "Accept")) {
    case "Accept":
      return "page"
    case "PreviewAndAccept":
      return "offer"
    case "DiscoverPreviewAndAccept":
      return "nothing"
  }
}

const least = (all: ReadonlyArray<Access["sees"]>): Access["sees"] =>
  (["nothing", "offer"] as const).find((sees) => all.includes(sees)) ?? "page"

/** Whoever has it, but not as the requirement says, has no use for asking. */
const lackOf = (context: Context, { type, value }: Unmet, worker: Option.Option<WorkerId>) =>
  Option.match(
    Option.filter(type, ({ status }) => status === "Active" && Option.isNone(value)),
    {
      onNone: () => Effect.succeedNone,
      onSome: (type) =>
        Effect.map(workerRequests.standing(context, type, worker), ({ reason, status }) =>
          Option.some<Lack>({
            qualification: type.id,
            name: type.name,
            description: type.description,
            status,
            reason: Option.getOrNull(reason)
          })
        )
    }
  )

/** What this worker, or somebody who is not known yet, may see and ask for. */
export const access = (
  context: Context,
  run: RunId,
  worker: Option.Option<WorkerId>
): Effect.Effect<Access, StoreError> =>
  Effect.gen(function* () {
    const type = yield* context.rows.hitTypes.get(ids.hitTypeOf(run))
    const asked = Option.getOrElse(
      Option.flatMap(type, (type) => type.requirements),
      () => []
    )
    const found = yield* Effect.forEach(asked.filter(requirements.isOwn), (one) => unmet(context, one, worker))
    const all = found.flatMap(Option.toArray)
    if (all.length === 0) return everything
    const lacks = yield* Effect.forEach(all, (one) => lackOf(context, one, worker))
    return {
      sees: least(all.map(({ requirement }) => seenWithout(requirement))),
      lacks: lacks.flatMap(Option.toArray)
    }
  })
