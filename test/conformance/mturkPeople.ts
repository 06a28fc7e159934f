/** MTurk against our own service, with people who work there, for a program that knows of neither. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { Provider, TaskRuns } from "../../src/index.js"
import type { Store } from "../../src/Store.js"
import { layer } from "../mturk/market.js"
import { Marketplace } from "../mturk-server/support.js"
import { people } from "./people.js"

const Setup = Schema.Struct({ hitType: Schema.String })

/** Somebody of that name accepts a HIT on the service. */
const accept = Effect.map(
  Marketplace,
  (market) =>
    (worker: string, { setup }: TaskRuns.TaskRun) =>
      Effect.gen(function* () {
        const { hitType } = yield* Effect.orDie(Schema.decodeUnknown(Setup)(Option.getOrNull(setup)))
        const hold = yield* market.accept(worker, hitType)
        const { assignmentId, hitId, workerId } = hold
        return {
          called: workerId,
          data: { workerId, assignmentId, hitId },
          submit: (answers: Parameters<typeof market.submit>[1]) => market.submit(hold, answers),
          giveBack: market.giveBack(hold)
        }
      })
)

/** One call at a time, so that the service has the HITs in their order; it takes no fees. */
export const marketOver = (store: Layer.Layer<Store, unknown>): Layer.Layer<Provider.Core, unknown> =>
  Layer.effectContext(Effect.flatMap(accept, people)).pipe(
    Layer.provideMerge(
      layer({
        client: { concurrency: 1, fees: "none", host: "http://127.0.0.1/task" },
        service: { mode: "sandbox" },
        store
      })
    )
  )
