import * as account from "./account.js"
import type { Context } from "./context.js"
import * as hitLists from "./hitLists.js"
import * as hits from "./hits.js"
import type { Handler } from "./operation.js"

/** Every operation that is offered, by its name. */
export const handlers = (context: Context): ReadonlyMap<string, Handler> =>
  new Map(
    [account, hits, hitLists]
      .flatMap<Handler>((part) => part.handlers(context))
      .map((handler) => [handler.name, handler])
  )
