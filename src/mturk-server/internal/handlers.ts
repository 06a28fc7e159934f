import * as account from "./account.js"
import * as assignments from "./assignments.js"
import * as bonuses from "./bonuses.js"
import type { Context } from "./context.js"
import * as hitLists from "./hitLists.js"
import * as hits from "./hits.js"
import * as notifications from "./notifications.js"
import type { Handler } from "./operation.js"
import * as people from "./people.js"
import * as qualificationRequests from "./qualificationRequests.js"
import * as qualificationTypes from "./qualificationTypes.js"
import * as scores from "./scores.js"

/** Every operation that is offered, by its name. */
export const handlers = (context: Context): ReadonlyMap<string, Handler> =>
  new Map(
    [
      account,
      assignments,
      bonuses,
      hits,
      hitLists,
      notifications,
      people,
      qualificationRequests,
      qualificationTypes,
      scores
    ]
      .flatMap<Handler>((part) => part.handlers(context))
      .map((handler) => [handler.name, handler])
  )
