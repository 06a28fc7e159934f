/** Refusals of what was called inside a transaction that it must not be part of. */
import { StoreError } from "../CrowdError.js"

const inTransaction = (operation: string, description: string): StoreError =>
  new StoreError({ reason: "InTransaction", operation, description })

/** Of what reaches the crowd, inside a transaction of the Store's. @internal */
export const reachesTheCrowd = (operation: string): StoreError =>
  inTransaction(
    operation,
    "this reaches the crowd, and was called inside a transaction, in which the intent is not durable before it is sent; call it outside"
  )

/** Of what reads or writes the Store, inside a transaction of the caller's own SqlClient. @internal */
export const inCallersTransaction = (operation: string): StoreError =>
  inTransaction(
    operation,
    "this was called inside a transaction of your own SqlClient, and nothing here may be undone with it; call it outside, or run both in Store.transaction, which your SqlClient's statements are then part of"
  )
