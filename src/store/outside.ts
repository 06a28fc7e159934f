import * as Effect from "effect/Effect"
import { StoreError } from "../CrowdError.js"

/** What `Store.outside` answers. @internal */
export const outside = (operation: string, isInside: boolean): Effect.Effect<void, StoreError> =>
  isInside
    ? new StoreError({
        reason: "InTransaction",
        operation,
        description:
          "this reaches the crowd, and was called inside a transaction, in which the intent is not durable before it is sent; call it outside"
      })
    : Effect.void
