/** What the operations stand on, from the capabilities of the crowd. */
import * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import { Agents } from "../Agents.js"
import type { RequesterId, WorkerId } from "../Ids.js"
import { boundedMap } from "../internal/boundedMap.js"
import { Provider } from "../Provider.js"
import { enrol } from "../provider/workerRegistry.js"
import { Qualifications } from "../Qualifications.js"
import { Requesters } from "../Requesters.js"
import { Store } from "../Store.js"
import { TaskRuns } from "../TaskRuns.js"
import { Workers } from "../Workers.js"
import { type Context, orDefect } from "./context.js"
import * as paying from "./money/paying.js"
import { make as makeProcessState } from "./processState.js"
import * as rows from "./rows.js"

export const makeContext = (balance: Option.Option<number>) =>
  Effect.gen(function* () {
    const store = yield* Store
    const requesters = yield* Requesters
    const { provider } = yield* Provider
    const crowd = { store, driver: { provider }, workersByName: boundedMap<WorkerId>(1_000) }
    const known = new Map<string, RequesterId>()

    const requester: Context["requester"] = (name) => {
      const found = known.get(name)
      if (found !== undefined) return Effect.succeed(found)
      return orDefect(requesters.register(name, {})).pipe(
        Effect.map(({ id }) => id),
        Effect.tap((id) => Effect.sync(() => known.set(name, id)))
      )
    }

    const unpaid: Context = {
      store,
      rows: rows.make(store),
      runs: yield* TaskRuns,
      agents: yield* Agents,
      workers: yield* Workers,
      qualifications: yield* Qualifications,
      enrol: (name) => Effect.map(enrol(crowd, name), ({ id }) => id),
      requester,
      balance,
      processState: makeProcessState()
    }
    return { ...unpaid, agents: paying.agents(unpaid), workers: paying.workers(unpaid) } satisfies Context
  })
