/**
 * MTurk's names for what has a name here already: the same letters under another prefix, so that nothing is looked up.
 * Those of HITTypes, HITs and workers tell when they were made and can be guessed: the pages of everything on offer show
 * them, and they open nothing. Those of assignments cannot: they are made with a random key of their HIT.
 */
import { createHmac, randomBytes } from "node:crypto"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Ids from "../Ids.js"

const tail = (id: string): string => id.slice(id.indexOf("_") + 1)

const from =
  <A extends string, I>(schema: Schema.Schema<A, I>, prefix: string) =>
  (name: string): Option.Option<A> =>
    Either.getRight(Schema.decodeUnknownEither(schema)(`${prefix}_${name}`))

/** A HITType is a TaskRun. */
export const hitTypeOf = (run: Ids.RunId): string => tail(run)
export const runOf = from(Ids.RunId, "run")

export const qualificationTypeOf = (id: Ids.QualificationId): string => tail(id)

export const workerNameOf = (id: Ids.WorkerId): string => `A${tail(id)}`
export const workerOf = (name: string): Option.Option<Ids.WorkerId> => from(Ids.WorkerId, "worker")(name.slice(1))

const hitLength = 26

/** The HIT of a row of a run's data: the row is named after it. */
export const hitOf = (assignment: Ids.AssignmentId): string => tail(assignment).slice(0, hitLength)

/** The row of a HIT that moves to another HITType. */
export const movedTo = (hit: string): Effect.Effect<Ids.AssignmentId> =>
  Effect.map(Ids.assignmentId, (fresh) => Ids.AssignmentId.make(`asg_${hit}${tail(fresh)}`))

/** What the Units of one HIT are named with. */
export const unitKey: Effect.Effect<string> = Effect.sync(() => randomBytes(16).toString("base64url"))

const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
const assignmentLength = 30

/**
 * Found from the HIT's row without a search, and told by nothing but its key: 150 bits, in the form of MTurk's names.
 */
export const unitOf = (key: string, index: number): Ids.UnitId => {
  const digest = createHmac("sha256", key).update(String(index)).digest().subarray(0, assignmentLength)
  return Ids.UnitId.make(`unit_${Array.from(digest, (byte) => alphabet.charAt(byte % alphabet.length)).join("")}`)
}

/** An MTurk assignment is a Unit: the next worker has it again after a return. */
export const assignmentOf = (unit: Ids.UnitId): string => tail(unit)
export const unitOfAssignment = from(Ids.UnitId, "unit")

/** After every other, where the order is by something else first. */
export const lastAssignment = Ids.AssignmentId.make("asg_z")

/** Where the order is not by the worker. */
export const anyWorker = Ids.WorkerId.make("worker_0")
