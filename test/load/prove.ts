/** 200 people at 200 addresses against servers that are processes of their own. */
import * as path from "node:path"
import type { SqlClient } from "@effect/sql/SqlClient"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import { Scope } from "effect/Scope"
import * as Local from "../../src/Local.js"
import * as Money from "../../src/Money.js"
import type { Store } from "../../src/Store.js"
import * as SqliteStore from "../../src/store/SqliteStore.js"
import * as SqlStore from "../../src/store/SqlStore.js"
import { type Task, taskDefaults } from "../../src/TaskRuns.js"
import * as postgres from "../support/postgres.js"
import { seeded } from "../support/remoteCrowd/random.js"
import { launched } from "../support/server.js"
import * as serverProcess from "../support/serverProcess.js"
import { visitors } from "../support/serverVisitors.js"
import * as sqlite from "../support/sqlite.js"
import * as books from "./books.js"
import { nothingTold, type Told, workOff } from "./crowd.js"

export interface Options {
  readonly seed: number
  readonly rows: number
  readonly workers: number
  readonly database: "sqlite" | "postgres"
  readonly servers: number
  /** How often a server is killed meanwhile, and started again. */
  readonly kills: number
}

export interface Proof {
  readonly units: number
  readonly perWorker: number
  readonly refusals: Readonly<Record<string, number>>
  readonly cutOff: Readonly<Record<string, number>>
  readonly kills: number
  readonly seconds: number
  /** Each thing that is not as it must be, in words. */
  readonly wrong: ReadonlyArray<string>
}

const unitsPerAssignment = 3

/** A little more than everybody's share, so that some are stopped by it. */
const perWorkerOf = ({ rows, workers }: Options) => Math.ceil(((rows * unitsPerAssignment) / workers) * 1.05) + 1

const task = (options: Options): Task => ({
  ...taskDefaults,
  title: "Load",
  reward: Money.make(5),
  unitsPerAssignment,
  maxUnitsPerWorker: Option.some(perWorkerOf(options)),
  autoApprovalDelay: Duration.seconds(1)
})

type Database = serverProcess.Serving["database"]

const databaseOf = (options: Options) =>
  options.database === "postgres"
    ? Effect.map(Effect.orDie(postgres.url), (url): Database => ({ _tag: "Postgres", url }))
    : Effect.map(
        sqlite.directory,
        (made): Database => ({ _tag: "File", filename: path.join(made, "crowd.db"), durability: "full" })
      )

const storeOf = (database: Database): Layer.Layer<Store | SqlClient, unknown> =>
  database._tag === "Postgres"
    ? Layer.provideMerge(SqlStore.layer, postgres.clientAt(database.url, 5))
    : SqliteStore.layer({ filename: database.filename })

/** The servers; each can be replaced by another one on its port. */
const fleet = (database: Database, count: number) =>
  Effect.gen(function* () {
    const start = (index: number, port: number) => serverProcess.start({ database, port, conducts: index === 0 })
    const servers = yield* Effect.forEach(Array.from({ length: count }), (_, index) => start(index, 0), {
      concurrency: "unbounded"
    })
    const replace = (index: number) =>
      Effect.gen(function* () {
        const killed = servers[index]
        if (killed === undefined) return
        yield* killed.end("SIGKILL")
        servers[index] = yield* start(index, killed.port)
      })
    return { ports: servers.map(({ port }) => port), replace }
  })

/** Kills at even distances of acknowledged work, each at a random moment after. */
const killing = (
  options: Options,
  told: Told,
  random: () => number,
  replace: (index: number) => Effect.Effect<void>
) => {
  const share = (options.rows * unitsPerAssignment) / (options.kills + 1)
  const kill = (number: number) =>
    Effect.sync(() => told.acknowledged.size >= number * share).pipe(
      Effect.repeat({ until: (isTime) => isTime, schedule: Schedule.spaced("2 millis") }),
      Effect.zipRight(Effect.sleep(random() * 100)),
      Effect.zipRight(Effect.suspend(() => replace(Math.floor(random() * options.servers))))
    )
  return Effect.forEach(
    Array.from({ length: options.kills }, (_, index) => index + 1),
    kill
  )
}

export const prove = (options: Options): Effect.Effect<Proof, unknown> =>
  Effect.gen(function* () {
    const units = options.rows * unitsPerAssignment
    const perWorker = perWorkerOf(options)
    const database = yield* databaseOf(options)
    const store = storeOf(database)
    const run = yield* Effect.provide(launched(task(options), options.rows), Layer.provide(Local.layer(), store))
    const scope = yield* Effect.scope
    const { ports, replace } = yield* fleet(database, options.servers)
    const random = seeded(options.seed)
    const told = nothingTold()
    const crowd = yield* visitors(ports[0] ?? 0, options.workers)
    const [took, killed] = yield* Effect.timed(
      Effect.zipRight(
        workOff({ run: run.id, units, visitors: crowd, ports, random, told }),
        killing(options, told, random, (index) => Effect.provideService(replace(index), Scope, scope)),
        { concurrent: true }
      )
    )
    return yield* Effect.gen(function* () {
      yield* Effect.repeat(books.isOver, {
        until: (isOver) => isOver,
        schedule: Schedule.intersect(Schedule.spaced("100 millis"), Schedule.recurs(600))
      })
      return {
        units,
        perWorker,
        refusals: Object.fromEntries(told.refusals),
        cutOff: Object.fromEntries(told.cutOff),
        kills: killed.length,
        seconds: Duration.toSeconds(took),
        wrong: yield* books.wrong(told, { units, perWorker })
      }
    }).pipe(Effect.provide(store))
  }).pipe(Effect.scoped)
