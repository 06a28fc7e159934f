/**
 * Identifiers: branded by what they name, prefixed, sortable by the time they were made, at most 64 characters.
 *
 * @since 0.1.0
 */
import type * as Brand from "effect/Brand"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

const id = <const Prefix extends string, const Brand extends string>(prefix: Prefix, brand: Brand) =>
  Schema.String.pipe(
    Schema.pattern(new RegExp(`^${prefix}_[0-9A-Za-z]{1,58}$`)),
    Schema.brand(brand),
    Schema.annotations({ identifier: brand, description: `${prefix}_ followed by letters and digits` })
  )

/**
 * The id of a requester: `req_` and a ULID.
 *
 * @since 0.1.0
 * @category models
 */
export const RequesterId: Schema.BrandSchema<RequesterId, string> = id("req", "RequesterId")
/**
 * @since 0.1.0
 * @category models
 */
export type RequesterId = string & Brand.Brand<"RequesterId">

/**
 * The id of a run: `run_` and a ULID.
 *
 * @since 0.1.0
 * @category models
 */
export const RunId: Schema.BrandSchema<RunId, string> = id("run", "RunId")
/**
 * @since 0.1.0
 * @category models
 */
export type RunId = string & Brand.Brand<"RunId">

/**
 * The id of an assignment, one row of a run: `asg_` and a ULID.
 *
 * @since 0.1.0
 * @category models
 */
export const AssignmentId: Schema.BrandSchema<AssignmentId, string> = id("asg", "AssignmentId")
/**
 * @since 0.1.0
 * @category models
 */
export type AssignmentId = string & Brand.Brand<"AssignmentId">

/**
 * The id of a unit: `unit_` and a ULID.
 *
 * @since 0.1.0
 * @category models
 */
export const UnitId: Schema.BrandSchema<UnitId, string> = id("unit", "UnitId")
/**
 * @since 0.1.0
 * @category models
 */
export type UnitId = string & Brand.Brand<"UnitId">

/**
 * The id of a worker, the same in all runs of one provider: `worker_` and a ULID.
 *
 * @since 0.1.0
 * @category models
 */
export const WorkerId: Schema.BrandSchema<WorkerId, string> = id("worker", "WorkerId")
/**
 * @since 0.1.0
 * @category models
 */
export type WorkerId = string & Brand.Brand<"WorkerId">

/**
 * The id of an agent: `agent_` and a ULID.
 *
 * @since 0.1.0
 * @category models
 */
export const AgentId: Schema.BrandSchema<AgentId, string> = id("agent", "AgentId")
/**
 * @since 0.1.0
 * @category models
 */
export type AgentId = string & Brand.Brand<"AgentId">

/**
 * The id of a qualification: `qual_` and a ULID.
 *
 * @since 0.1.0
 * @category models
 */
export const QualificationId: Schema.BrandSchema<QualificationId, string> = id("qual", "QualificationId")
/**
 * @since 0.1.0
 * @category models
 */
export type QualificationId = string & Brand.Brand<"QualificationId">

/**
 * The name under which one outward effect is sent, the same however often it is sent. At most 64 characters of
 * `[A-Za-z0-9_]`, which every crowd we know accepts as an idempotency key.
 *
 * @since 0.1.0
 * @category models
 */
export const Token: Schema.BrandSchema<Token, string> = Schema.String.pipe(
  Schema.pattern(/^[0-9A-Za-z_]{1,64}$/),
  Schema.brand("Token")
)
/**
 * @since 0.1.0
 * @category models
 */
export type Token = string & Brand.Brand<"Token">

const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
const timeLength = 10
const randomLength = 16

const encodeTime = (millis: number): string => {
  let rest = millis
  let out = ""
  for (let i = 0; i < timeLength; i++) {
    out = alphabet.charAt(rest % 32) + out
    rest = Math.floor(rest / 32)
  }
  return out
}

const randomDigits = (): Uint8Array => {
  const digits = globalThis.crypto.getRandomValues(new Uint8Array(randomLength))
  for (let i = 0; i < randomLength; i++) digits[i] = (digits[i] ?? 0) % 32
  return digits
}

const increment = (digits: Uint8Array): Uint8Array => {
  for (let i = digits.length - 1; i >= 0; i--) {
    const next = (digits[i] ?? 0) + 1
    digits[i] = next % 32
    if (next < 32) return digits
  }
  return randomDigits()
}

const encodeDigits = (digits: Uint8Array): string => {
  let out = ""
  for (const digit of digits) out += alphabet.charAt(digit)
  return out
}

/**
 * Makes the 26 characters that follow an id's prefix.
 *
 * @since 0.1.0
 * @category models
 */
export interface Service {
  readonly next: Effect.Effect<string>
  /** So many at once, in their order. */
  readonly take: (count: number) => Effect.Effect<ReadonlyArray<string>>
}

/**
 * A source of ULIDs: the time of the `Clock` in milliseconds, then `random` digits; within one millisecond each id is
 * the successor of the one before, so ids sort in the order they were made.
 *
 * @example
 * import { Ids } from "effect-crowd"
 * import * as Effect from "effect/Effect"
 *
 * // Draws 16 digits of 0 to 31 whenever the millisecond changes:
 * const counted = Effect.provideService(Ids.runId, Ids.Ids, Ids.make(() => new Uint8Array(16).fill(7)))
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (random: () => Uint8Array = randomDigits): Service => {
  let lastTime = ""
  let lastMillis = -1
  let digits = random()
  const at = (now: number): string => {
    if (now > lastMillis) {
      lastMillis = now
      lastTime = encodeTime(now)
      digits = random()
    } else {
      digits = increment(digits)
    }
    return lastTime + encodeDigits(digits)
  }
  return {
    next: Effect.map(Clock.currentTimeMillis, at),
    take: (count) => Effect.map(Clock.currentTimeMillis, (now) => Array.from({ length: count }, () => at(now)))
  }
}

/**
 * Where ids come from. The default draws from the system's secure random source; tests replace it.
 *
 * @example
 * import { Ids } from "effect-crowd"
 * import * as Effect from "effect/Effect"
 *
 * // Ids that are the same in every run of a test:
 * const deterministic = Effect.provideService(Ids.Ids, Ids.make(() => new Uint8Array(16)))
 *
 * @since 0.1.0
 * @category services
 */
export class Ids extends Context.Reference<Ids>()("effect-crowd/Ids", { defaultValue: () => make() }) {}

const next = (prefix: string): Effect.Effect<string> =>
  Effect.flatMap(Ids, (ids) => Effect.map(ids.next, (rest) => `${prefix}_${rest}`))

const take = (prefix: string, count: number): Effect.Effect<ReadonlyArray<string>> =>
  Effect.flatMap(Ids, (ids) => Effect.map(ids.take(count), (all) => all.map((rest) => `${prefix}_${rest}`)))

/**
 * Returns a new id for a requester.
 *
 * @example
 * import { Ids } from "effect-crowd"
 * import * as Effect from "effect/Effect"
 *
 * Effect.runSync(Ids.requesterId) // req_01JDQ…
 *
 * @since 0.1.0
 * @category constructors
 */
export const requesterId: Effect.Effect<RequesterId> = Effect.map(next("req"), (id) =>
  RequesterId.make(id, { disableValidation: true })
)

/**
 * Returns a new id for a run.
 *
 * @example
 * import { Ids } from "effect-crowd"
 * import * as Effect from "effect/Effect"
 *
 * Effect.runSync(Ids.runId) // run_01JDQ…
 *
 * @since 0.1.0
 * @category constructors
 */
export const runId: Effect.Effect<RunId> = Effect.map(next("run"), (id) => RunId.make(id, { disableValidation: true }))

/**
 * Returns a new id for an assignment.
 *
 * @example
 * import { Ids } from "effect-crowd"
 * import * as Effect from "effect/Effect"
 *
 * Effect.runSync(Ids.assignmentId) // asg_01JDQ…
 *
 * @since 0.1.0
 * @category constructors
 */
export const assignmentId: Effect.Effect<AssignmentId> = Effect.map(next("asg"), (id) =>
  AssignmentId.make(id, { disableValidation: true })
)

/**
 * So many at once, in their order.
 *
 * @example
 * import { Ids } from "effect-crowd"
 * import * as Effect from "effect/Effect"
 *
 * Effect.runSync(Ids.assignmentIds(3)) // ["asg_01JDQ…", …]
 *
 * @since 0.1.0
 * @category constructors
 */
export const assignmentIds = (count: number): Effect.Effect<ReadonlyArray<AssignmentId>> =>
  Effect.map(take("asg", count), (ids) => ids.map((id) => AssignmentId.make(id, { disableValidation: true })))

/**
 * Returns a new id for a unit.
 *
 * @example
 * import { Ids } from "effect-crowd"
 * import * as Effect from "effect/Effect"
 *
 * Effect.runSync(Ids.unitId) // unit_01JDQ…
 *
 * @since 0.1.0
 * @category constructors
 */
export const unitId: Effect.Effect<UnitId> = Effect.map(next("unit"), (id) =>
  UnitId.make(id, { disableValidation: true })
)

/**
 * So many at once, in their order.
 *
 * @example
 * import { Ids } from "effect-crowd"
 * import * as Effect from "effect/Effect"
 *
 * Effect.runSync(Ids.unitIds(3)) // ["unit_01JDQ…", …]
 *
 * @since 0.1.0
 * @category constructors
 */
export const unitIds = (count: number): Effect.Effect<ReadonlyArray<UnitId>> =>
  Effect.map(take("unit", count), (ids) => ids.map((id) => UnitId.make(id, { disableValidation: true })))

/**
 * Returns a new id for a worker.
 *
 * @example
 * import { Ids } from "effect-crowd"
 * import * as Effect from "effect/Effect"
 *
 * Effect.runSync(Ids.workerId) // worker_01JDQ…
 *
 * @since 0.1.0
 * @category constructors
 */
export const workerId: Effect.Effect<WorkerId> = Effect.map(next("worker"), (id) =>
  WorkerId.make(id, { disableValidation: true })
)

/**
 * Returns a new id for an agent.
 *
 * @example
 * import { Ids } from "effect-crowd"
 * import * as Effect from "effect/Effect"
 *
 * Effect.runSync(Ids.agentId) // agent_01JDQ…
 *
 * @since 0.1.0
 * @category constructors
 */
export const agentId: Effect.Effect<AgentId> = Effect.map(next("agent"), (id) =>
  AgentId.make(id, { disableValidation: true })
)

/**
 * Returns a new id for a qualification.
 *
 * @example
 * import { Ids } from "effect-crowd"
 * import * as Effect from "effect/Effect"
 *
 * Effect.runSync(Ids.qualificationId) // qual_01JDQ…
 *
 * @since 0.1.0
 * @category constructors
 */
export const qualificationId: Effect.Effect<QualificationId> = Effect.map(next("qual"), (id) =>
  QualificationId.make(id, { disableValidation: true })
)
