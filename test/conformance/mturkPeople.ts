/** MTurk against our own service, with people who work there, for a program that knows of neither. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { Agents, type Provider, TaskRuns, Workers } from "../../src/index.js"
import type { Store } from "../../src/Store.js"
import { layer } from "../mturk/market.js"
import { type Held, Marketplace } from "../mturk-server/support.js"

const Worker = Schema.Struct({ worker: Schema.String })
const Setup = Schema.Struct({ hitType: Schema.String })

/**
 * Turns `{ worker: "ada" }` into somebody of that name who accepts a HIT on the service, lets their browser tell the
 * service what it tells us, and calls them by that name again. Who is turned away here gives the HIT back there.
 */
const people = Effect.gen(function* () {
  const market = yield* Marketplace
  const agents = yield* Agents.Agents
  const workers = yield* Workers.Workers
  const runs = yield* TaskRuns.TaskRuns
  const names = new Map<string, string>()
  const held = new Map<string, Held>()

  const named = (agent: Agents.Agent): Agents.Agent => ({
    ...agent,
    workerName: names.get(agent.workerName) ?? agent.workerName
  })
  const holding = (id: string, act: (hold: Held) => Effect.Effect<void>) =>
    Effect.suspend(() => {
      const hold = held.get(id)
      return hold === undefined ? Effect.dieMessage(`nobody holds ${id}`) : act(hold)
    })

  const register: Agents.Service["register"] = (run, data) =>
    Effect.gen(function* () {
      const { worker } = yield* Effect.orDie(Schema.decodeUnknown(Worker)(data))
      const { setup } = yield* runs.get(run)
      const { hitType } = yield* Effect.orDie(Schema.decodeUnknown(Setup)(Option.getOrNull(setup)))
      const hold = yield* market.accept(worker, hitType)
      const { assignmentId, hitId, workerId } = hold
      names.set(workerId, worker)
      const agent = yield* Effect.tapError(agents.register(run, { workerId, assignmentId, hitId }), () =>
        market.giveBack(hold)
      )
      held.set(agent.id, hold)
      return { ...named(agent), repeated: agent.repeated }
    })

  return Context.make(Agents.Agents, {
    ...agents,
    register,
    submit: (submission) =>
      Effect.zipLeft(
        Effect.map(agents.submit(submission), named),
        holding(submission.agent, (hold) => market.submit(hold, submission.answers))
      ),
    return: (id) => Effect.zipRight(holding(id, market.giveBack), Effect.map(agents.return(id), named)),
    list: (run) => Stream.map(agents.list(run), named),
    submissions: (run, options) => Stream.map(agents.submissions(run, options), named)
  }).pipe(
    Context.add(Workers.Workers, {
      ...workers,
      findByName: (name) => workers.findByName([...names].find(([, called]) => called === name)?.[0] ?? name)
    })
  )
})

/** One call at a time, so that the service has the HITs in their order; it takes no fees. */
export const marketOver = (store: Layer.Layer<Store, unknown>): Layer.Layer<Provider.Core, unknown> =>
  Layer.effectContext(people).pipe(
    Layer.provideMerge(
      layer({
        client: { concurrency: 1, fees: "none", host: "http://127.0.0.1/task" },
        service: { mode: "sandbox" },
        store
      })
    )
  )
