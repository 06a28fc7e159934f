import * as Array from "effect/Array"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { AgentOutline } from "../Agents.js"
import type { StoreError } from "../CrowdError.js"
import type { RunId, WorkerId } from "../Ids.js"
import type * as Store from "../Store.js"
import * as tables from "../store/tables.js"

interface Of {
  readonly run: RunId
  readonly worker?: WorkerId
}

const sampled = 100

const latest = (store: Store.Service, of: Of): Effect.Effect<ReadonlyArray<AgentOutline>, StoreError> =>
  Effect.map(
    Effect.forEach(["approved", "completed"] as const, (status) =>
      store.page(tables.agentOutlines, {
        where: { ...of, status },
        orderBy: of.worker === undefined ? "submittedAt" : undefined,
        reverse: true,
        limit: sampled
      })
    ),
    Array.flatten
  )

const median = (agents: ReadonlyArray<AgentOutline>): Option.Option<number> => {
  const times = agents
    .flatMap((agent) =>
      Option.match(agent.submittedAt, {
        onNone: () => [],
        onSome: (at) => [Math.max(0, DateTime.distance(agent.acceptedAt, at))]
      })
    )
    .sort((a, b) => a - b)
  return Option.fromNullable(times[Math.floor((times.length - 1) / 2)])
}

/** Of the latest two hundred submissions to a run, or of one worker's, from accept to submit, in milliseconds. */
export const medianTime = (store: Store.Service, of: Of): Effect.Effect<Option.Option<number>, StoreError> =>
  Effect.map(latest(store, of), median)
