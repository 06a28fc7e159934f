/**
 * The journal: everything that reaches the outside world is first written down as an intent, then sent with the
 * intent's token, then marked with what came back. After a crash at any instant, `settle` finishes what was begun.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as Stream from "effect/Stream"
import type { IntentNotFound, StoreError, TaskRunNotFound } from "./CrowdError.js"
import { RunId, Token } from "./Ids.js"
import { Json } from "./Json.js"

/**
 * - `pending`: written down; may be on its way, or may have been cut off.
 * - `done`: the crowd has it; `receipt` is what it answered.
 * - `failed`: it did not happen; asking again sends it again.
 * - `uncertain`: it may have happened, and is never sent again by itself. A person can find out, and so can `settle`
 *   where what was done comes to be seen later.
 *
 * @since 0.1.0
 * @category models
 */
export const IntentState = Schema.Literal("pending", "done", "failed", "uncertain")
/**
 * @since 0.1.0
 * @category models
 */
export type IntentState = typeof IntentState.Type

/**
 * One outward effect: what is to be done under which token, and how far it is.
 *
 * @since 0.1.0
 * @category models
 */
export const Intent = Schema.Struct({
  id: Token,
  provider: Schema.String,
  /** The operation: `launch`, `expire`, `approve`, `reject`, `bonus`, `block`, `unblock`, `grant`, `revoke`. */
  kind: Schema.String,
  run: Schema.OptionFromNullOr(RunId),
  /** The id of what it is done to. */
  subject: Schema.String,
  payload: Json,
  /** What was prepared for it before it was sent; none until then, and where nothing has to be. */
  prepared: Schema.OptionFromNullOr(Json),
  state: IntentState,
  /** How often somebody took it up to send it. */
  attempts: Schema.Int,
  firstSentAt: Schema.DateTimeUtcFromNumber,
  /** Until when the process that wrote it may still be sending it. */
  leaseUntil: Schema.DateTimeUtcFromNumber,
  settledAt: Schema.OptionFromNullOr(Schema.DateTimeUtcFromNumber),
  receipt: Schema.OptionFromNullOr(Json),
  /** Why it failed; of a pending one, what the attempts so far came to. */
  error: Schema.OptionFromNullOr(Json)
}).annotations({ identifier: "Intent" })
/**
 * @since 0.1.0
 * @category models
 */
export interface Intent extends Schema.Schema.Type<typeof Intent> {}

/**
 * What became of the intents that were found pending, and of the uncertain ones that were looked up again.
 *
 * @since 0.1.0
 * @category models
 */
export const Settlement = Schema.Struct({
  done: Schema.Int,
  failed: Schema.Int,
  uncertain: Schema.Int,
  /** The crowd did not answer; settle again later. */
  pending: Schema.Int
})
/**
 * @since 0.1.0
 * @category models
 */
export interface Settlement extends Schema.Schema.Type<typeof Settlement> {}

/**
 * The capability: what was begun is listed, and finished after a crash.
 *
 * @since 0.1.0
 * @category models
 */
export interface Service {
  /**
   * Finishes every pending intent of the run (of all runs, if none is named): sends it again with the same token where
   * that is safe, asks the crowd what it has where it can be asked, and otherwise marks it `uncertain`. Where a look-up can
   * only confirm, it looks the uncertain ones up again, and marks those done that are to be seen by now.
   *
   * Fails with TaskRunNotFound where the run named is none of this provider. An intent that another process (or fiber)
   * may still be sending is waited for, unless `leased` is `skip`.
   */
  readonly settle: (
    run?: RunId,
    options?: { readonly leased?: "wait" | "skip" | undefined }
  ) => Effect.Effect<Settlement, TaskRunNotFound | StoreError>
  /** The intents in this state, oldest first, paged. */
  readonly list: (state: IntentState, run?: RunId) => Stream.Stream<Intent, TaskRunNotFound | StoreError>
  /**
   * A person has looked, and says whether an uncertain effect happened. If it did, it is recorded as done; if not, it
   * is recorded as failed, and asking for it again sends it again. `remoteId` is the crowd's own name for what was made:
   * a launched unit without it is not found by workers who arrive with that name.
   */
  readonly resolve: (
    token: Token,
    verdict: "happened" | "did_not_happen",
    options?: { readonly remoteId?: string | undefined }
  ) => Effect.Effect<Intent, IntentNotFound | StoreError>
}

/**
 * The tag of the capability; every provider has it.
 *
 * @since 0.1.0
 * @category services
 */
export class Journal extends Context.Tag("effect-crowd/Journal")<Journal, Service>() {}
