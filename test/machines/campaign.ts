/** Runs over one database, the people who work on them, and the books afterwards. */
import * as SqlClient from "@effect/sql/SqlClient"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { Agents } from "../../src/Agents.js"
import type { RunId } from "../../src/Ids.js"
import { Journal } from "../../src/Journal.js"
import type { Core } from "../../src/Provider.js"
import * as SqlStore from "../../src/store/SqlStore.js"
import { type TaskRun, TaskRuns } from "../../src/TaskRuns.js"
import { Between, between, client, service } from "../mturk/market.js"
import { Marketplace } from "../mturk-server/support.js"
import { clientAt } from "../support/postgres.js"
import * as server from "../support/server.js"
import { crowdOf } from "./crowds.js"
import type { CrowdName } from "./protocol.js"

const reward = 5

/** The crowd as it is hired here, by way of nothing that is cut; MTurk's service is in this process. */
export const hired = (crowd: CrowdName, url: string): Layer.Layer<Core | SqlClient.SqlClient, unknown> => {
  const store = Layer.provideMerge(SqlStore.layer, clientAt(url, 5))
  const provider =
    crowd === "mturk"
      ? client({}).pipe(
          Layer.provideMerge(between),
          Layer.provideMerge(service({ every: "5 seconds", mode: "production" }))
        )
      : crowdOf(crowd, "")
  return Layer.provideMerge(provider, store)
}

/** Where MTurk's protocol is spoken, and all calls are counted. */
export const endpoint = Effect.map(
  Effect.serviceOption(Between),
  Option.match({ onNone: () => "", onSome: ({ wire }) => wire.url })
)

const Setup = Schema.Struct({ hitType: Schema.String })

/** Somebody takes a unit of the run and hands in their work. */
export const workOnce = (run: TaskRun, worker: string) =>
  Effect.gen(function* () {
    const market = yield* Effect.serviceOption(Marketplace)
    if (Option.isSome(market)) {
      const { accept, submit } = market.value
      const { hitType } = yield* Schema.decodeUnknown(Setup)(Option.getOrNull(run.setup))
      return yield* submit(yield* accept(worker, hitType), { answer: "yes" })
    }
    const agents = yield* Agents
    const agent = yield* agents.register(run.id, { worker })
    yield* agents.submit({ agent: agent.id, worker: agent.worker, answers: { answer: "yes" } })
  })

/** Launches so many runs of so many units each, of which what is submitted approves itself after a second. */
export const launched = (runs: number, rows: number) =>
  Effect.forEach(
    Array.from({ length: runs }),
    (_, run) => server.launched(server.task(`Run ${run}`, { autoApprovalDelay: Duration.seconds(1) }), rows),
    { concurrency: 4 }
  )

/** How many calls MTurk's service got. */
export const callsAtService = Effect.map(Effect.serviceOption(Between), (between) =>
  Option.match(between, { onNone: () => 0, onSome: ({ wire }) => wire.calls.length })
)

const countOf = (run: RunId, state: "pending" | "uncertain" | "failed") =>
  Effect.flatMap(Journal, (journal) => Stream.runCount(journal.list(state, run)))

/** What is not as it must be once every unit is decided, in words. */
export const wrong = (run: RunId, rows: number) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const { cost, units } = yield* Effect.flatMap(TaskRuns, (runs) => runs.summary(run))
    const [paid] = yield* sql<{ readonly all: string; readonly units: string }>`
      SELECT COUNT(*) AS all, COUNT(DISTINCT unit) AS units FROM crowd_payments WHERE run = ${run}`
    const [launches] = yield* sql<{ readonly all: string; readonly times: string }>`
      SELECT COUNT(*) AS all, COUNT(DISTINCT subject) AS times FROM crowd_intents WHERE run = ${run} AND kind = 'launch'`
    const facts: ReadonlyArray<readonly [string, number, number]> = [
      ["units accepted", units.accepted, rows],
      ["cents of reward", cost.rewards, rows * reward],
      ["payments", Number(paid?.all), rows],
      ["units paid", Number(paid?.units), rows],
      ["launches", Number(launches?.all), Number(launches?.times)],
      ["intents pending", yield* countOf(run, "pending"), 0],
      ["intents uncertain", yield* countOf(run, "uncertain"), 0]
    ]
    return facts.flatMap(([what, is, must]) => (is === must ? [] : [`${run}: ${what} ${is}, not ${must}`]))
  })
