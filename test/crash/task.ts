/** The batch that is run while its process is killed, and what the crowd must have been told of it in the end. */
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Money from "../../src/Money.js"
import { type Task, taskDefaults } from "../../src/TaskRuns.js"
import { Assurances, Kind } from "../support/remoteCrowd/protocol.js"

export const reward = Money.make(7)

export const task: Task = {
  ...taskDefaults,
  title: "Once",
  reward,
  unitsPerAssignment: 2,
  maxUnitsPerWorker: Option.none()
}

/** No two neighbours are paid the same. */
export const bonusOf = (unit: string): Money.Money =>
  Money.make(1 + (Array.from(unit).reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 7) % 997))

export const rowsOf = (units: number) =>
  Array.from({ length: units / task.unitsPerAssignment }, (_, i) => ({ x: `${i}` }))

/** The steps of a bonus that has a preparation. */
export const steps = ["written", "prepared", "kept", "sent", "answered", "recorded"] as const
export const Step = Schema.Literal(...steps)
export type Step = typeof Step.Type

/** What the working process is started with. */
export const Work = Schema.parseJson(
  Schema.Struct({
    file: Schema.String,
    url: Schema.String,
    units: Schema.Int,
    promised: Assurances,
    preparing: Schema.Array(Kind),
    /** The step between which and the next it kills itself. */
    killAt: Schema.NullOr(Step),
    timeout: Schema.Number,
    /** First find out from the crowd about everything uncertain. */
    resolve: Schema.Boolean
  })
)
export type Work = typeof Work.Type

export const phases = ["starting", "resuming", "launching", "working", "approving", "paying"] as const

/** What the working process says: each phase as it begins, and `done`. */
export const Phase = Schema.Literal(...phases, "done")
export type Phase = typeof Phase.Type
