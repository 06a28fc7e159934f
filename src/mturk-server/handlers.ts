import type { Context } from "./context.js"
import * as hitLists from "./hits/hitLists.js"
import * as hits from "./hits/hits.js"
import * as balance from "./money/balance.js"
import * as bonuses from "./money/bonuses.js"
import * as notifications from "./notifications.js"
import * as people from "./people/people.js"
import * as qualificationRequests from "./people/qualificationRequests.js"
import * as scores from "./people/qualificationScores.js"
import * as qualificationTypes from "./people/qualificationTypes.js"
import type { Handler } from "./protocol/operation.js"
import * as assignments from "./work/assignments.js"

/** Every operation that is offered, by its name. */
export const handlers = (context: Context): ReadonlyMap<string, Handler> =>
  new Map(
    [
      balance,
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
