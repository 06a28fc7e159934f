/** MTurk's names for what has a name here already: the same letters under another prefix, so that nothing is looked up. */
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Ids from "../../Ids.js"

const tail = (id: string): string => id.slice(id.indexOf("_") + 1)

const from =
  <A extends string, I>(schema: Schema.Schema<A, I>, prefix: string) =>
  (name: string): Option.Option<A> =>
    Either.getRight(Schema.decodeUnknownEither(schema)(`${prefix}_${name}`))

/** A HITType is a TaskRun. */
export const hitTypeOf = (run: Ids.RunId): string => tail(run)
export const runOf = from(Ids.RunId, "run")

export const qualificationTypeOf = (id: Ids.QualificationId): string => tail(id)
export const qualificationOf = from(Ids.QualificationId, "qual")

export const workerNameOf = (id: Ids.WorkerId): string => `A${tail(id)}`
export const workerOf = (name: string): Option.Option<Ids.WorkerId> => from(Ids.WorkerId, "worker")(name.slice(1))

/** A HIT's own name; that of its Assignment, until it moves to another HITType. */
export const hitOf = (assignment: Ids.AssignmentId): string => tail(assignment)

const indexLength = 6

/** The Units of a HIT are named after it, so that they are found without a search. */
export const unitOf = (hit: string, index: number): Effect.Effect<Ids.UnitId> =>
  Effect.succeed(Ids.UnitId.make(`unit_${hit}${index.toString(36).toUpperCase().padStart(indexLength, "0")}`))

/** An MTurk assignment is a Unit: the next worker has it again after a return. */
export const assignmentOf = (unit: Ids.UnitId): string => tail(unit)
export const unitOfAssignment = from(Ids.UnitId, "unit")

/** The HIT an MTurk assignment belongs to, by its name. */
export const hitOfAssignment = (assignment: string): string => assignment.slice(0, -indexLength)

/** After every other, where the order is by something else first. */
export const lastAssignment = Ids.AssignmentId.make("asg_z")

/** Where the order is not by the worker. */
export const anyWorker = Ids.WorkerId.make("worker_0")
