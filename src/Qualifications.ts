/**
 * Qualifications: named, integer-valued standings of workers. Not every crowd keeps them.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type * as Stream from "effect/Stream"
import type {
  InvalidInput,
  ProviderError,
  QualificationExists,
  QualificationNotFound,
  StoreError,
  Uncertain,
  WorkerNotFound
} from "./CrowdError.js"
import { QualificationId, type WorkerId } from "./Ids.js"

/**
 * A named whole number that workers of one provider can have.
 *
 * @since 0.1.0
 * @category models
 */
export const Qualification = Schema.Struct({
  id: QualificationId,
  provider: Schema.String,
  name: Schema.String,
  description: Schema.String,
  /** The crowd's own name for it. */
  remoteId: Schema.OptionFromNullOr(Schema.String),
  createdAt: Schema.DateTimeUtcFromNumber
}).annotations({ identifier: "Qualification" })
/**
 * @since 0.1.0
 * @category models
 */
export interface Qualification extends Schema.Schema.Type<typeof Qualification> {}

/** What granting and revoking can fail with. @since 0.1.0 @category errors */
export type GrantError = QualificationNotFound | WorkerNotFound | Uncertain | ProviderError | StoreError

/**
 * The capability: qualifications are made and deleted, granted to workers and revoked.
 *
 * @since 0.1.0
 * @category models
 */
export interface Service {
  /** Fails with InvalidInput where the name is empty. */
  readonly create: (
    name: string,
    description: string
  ) => Effect.Effect<Qualification, InvalidInput | QualificationExists | ProviderError | StoreError>
  /** Deletes it here and with the crowd, and all that was granted of it. */
  readonly delete: (name: string) => Effect.Effect<void, QualificationNotFound | ProviderError | StoreError>
  readonly find: (name: string) => Effect.Effect<Qualification, QualificationNotFound | StoreError>
  readonly list: Stream.Stream<Qualification, StoreError>
  /** Gives the worker this value, replacing an earlier one. Fails with InvalidInput where it is no whole number. */
  readonly grant: (name: string, worker: WorkerId, value: number) => Effect.Effect<void, GrantError | InvalidInput>
  /** Takes it away; a worker who does not have it is left as they are. */
  readonly revoke: (name: string, worker: WorkerId) => Effect.Effect<void, GrantError>
  readonly value: (
    name: string,
    worker: WorkerId
  ) => Effect.Effect<Option.Option<number>, QualificationNotFound | StoreError>
}

/**
 * The tag of the capability; only providers whose crowd keeps qualifications have it.
 *
 * @since 0.1.0
 * @category services
 */
export class Qualifications extends Context.Tag("effect-crowd/Qualifications")<Qualifications, Service>() {}
