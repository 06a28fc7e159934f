/**
 * Messages to workers. Not every crowd carries them.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { ProviderError, StoreError, WorkerNotFound } from "./CrowdError.js"
import { WorkerId } from "./Ids.js"
import { named } from "./internal/schemas.js"

/**
 * What became of a message to one worker.
 *
 * @since 0.1.0
 * @category models
 */
export type Outcome =
  | { readonly _tag: "Sent"; readonly worker: WorkerId }
  | { readonly _tag: "NotSent"; readonly worker: WorkerId; readonly description: string }
/**
 * @since 0.1.0
 * @category models
 */
export const Outcome = named<Outcome>()(
  Schema.Union(
    Schema.TaggedStruct("Sent", { worker: WorkerId }),
    Schema.TaggedStruct("NotSent", { worker: WorkerId, description: Schema.String })
  )
)

/**
 * What workers are sent: a subject and a text.
 *
 * @since 0.1.0
 * @category models
 */
export interface Message {
  readonly subject: string
  readonly text: string
  /** What the crowd files it under, where it does; one of its own words. */
  readonly category?: string | undefined
}

/**
 * The capability: sends a message to workers of the crowd.
 *
 * @since 0.1.0
 * @category models
 */
export interface Service {
  /** One outcome for each worker, in their order. */
  readonly send: (
    workers: ReadonlyArray<WorkerId>,
    message: Message
  ) => Effect.Effect<ReadonlyArray<Outcome>, WorkerNotFound | ProviderError | StoreError>
}

/**
 * The tag of the capability; only providers whose crowd carries messages have it.
 *
 * @since 0.1.0
 * @category services
 */
export class Messages extends Context.Tag("effect-crowd/Messages")<Messages, Service>() {}
