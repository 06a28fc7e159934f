/** Processes over one Postgres: each run has one owner, and whoever goes hands its runs over. */
import * as SqlClient from "@effect/sql/SqlClient"
import { describe, expect, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import * as Ids from "../../src/Ids.js"
import * as Mock from "../../src/Mock.js"
import { TaskRuns } from "../../src/TaskRuns.js"
import { Units } from "../../src/Units.js"
import { kit } from "../support/failures.js"
import { make } from "../support/offersCrowd.js"
import * as postgres from "../support/postgres.js"
import { unanswered } from "../support/unanswered.js"
import { until } from "../support/until.js"
import { clientOf, over, ownersOf, type Process, start } from "./process.js"

const crowdOf = () => make({ offers: { holds: "unit" } }).over

const haveOneOwnerEach = (runs: ReadonlyArray<Ids.RunId>) => (owners: ReadonlyMap<Ids.RunId, ReadonlyArray<string>>) =>
  owners.size === runs.length && runs.every((run) => owners.get(run)?.length === 1)

const waitForOneEach = (runs: ReadonlyArray<Ids.RunId>, processes: ReadonlyArray<Process>) =>
  until("each run has one owner", ownersOf(processes), haveOneOwnerEach(runs))

const launch = (count: number) =>
  Effect.map(
    Effect.forEach(Array.from({ length: count }), () => kit.launched({ rows: 1 })),
    (runs) => runs.map(({ id }) => id)
  )

/** The lock of one shard is neither renewed nor given back any more. Answers the runs in it. */
const stickOne = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const messages = yield* sql<{ readonly shard_id: string; readonly entity_id: string }>`
    SELECT shard_id, entity_id FROM crowd_cluster_places_test_messages ORDER BY shard_id`
  const shard = messages[0]?.shard_id ?? ""
  yield* sql.unsafe(`
    CREATE FUNCTION stick() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      IF OLD.shard_id <> '${shard}' THEN RETURN COALESCE(NEW, OLD); END IF;
      IF TG_OP = 'DELETE' THEN RAISE 'it is stuck'; END IF;
      RETURN NULL;
    END $$;
    CREATE TRIGGER stick BEFORE UPDATE OR DELETE ON crowd_cluster_places_test_locks
      FOR EACH ROW EXECUTE FUNCTION stick();`)
  return messages.filter(({ shard_id }) => shard_id === shard).map(({ entity_id }) => Ids.RunId.make(entity_id))
})

describe.concurrent("processes of a cluster", () => {
  it.scopedLive(
    "share the runs, hand theirs over when they stop, and answer each once it is decided",
    () =>
      Effect.gen(function* () {
        const url = yield* postgres.url
        const crowd = crowdOf()
        const launcher = over(url, crowd)
        const first = yield* start(url, crowd)
        const runs = yield* Effect.provide(launch(8), launcher)
        yield* waitForOneEach(runs, [first])
        const second = yield* start(url, crowd)
        expect(second.address).not.toBe(first.address)
        yield* until("the second has some", second.owned, (owned) => owned.length > 0)
        const owners = yield* waitForOneEach(runs, [first, second])
        const told = yield* first.ownersOf(runs)
        expect(new Map([...owners].map(([run, [address]]) => [run, address]))).toEqual(told)
        const [stopping] = yield* Effect.timed(first.stop)
        expect(Duration.toSeconds(stopping)).toBeLessThan(3)
        yield* waitForOneEach(runs, [second])
        yield* Effect.forEach(runs, (run) => Effect.flatMap(Units, (units) => units.expireAll(run))).pipe(
          Effect.provide(launcher)
        )
        yield* until("all are answered", Effect.provide(unanswered, clientOf(url)), (left) => left === 0)
        expect(yield* second.owned).toEqual([])
        const again = runs[0] ?? Ids.RunId.make("run_none")
        yield* Effect.provide(
          Effect.flatMap(TaskRuns, (all) => all.relaunch(again)),
          launcher
        )
        yield* until("what is relaunched is conducted again", second.owned, (owned) => owned.includes(again))
      }),
    60_000
  )

  it.scopedLive("conduct only runs of the crowd that they hire, where others share the database", () =>
    Effect.gen(function* () {
      const url = yield* postgres.url
      const [places, mock] = [crowdOf(), Mock.layerStore()]
      const [ofPlaces, ofMock] = yield* Effect.all([start(url, places), start(url, mock)], { concurrency: 2 })
      const here = yield* Effect.provide(launch(2), over(url, places))
      const there = yield* Effect.provide(launch(2), over(url, mock))
      yield* waitForOneEach([...here, ...there], [ofPlaces, ofMock])
      expect((yield* ofPlaces.owned).toSorted()).toEqual(here.toSorted())
      expect((yield* ofMock.owned).toSorted()).toEqual(there.toSorted())
    })
  )

  it.scopedLive("conduct nothing any more once another one has their address", () =>
    Effect.gen(function* () {
      const url = yield* postgres.url
      const crowd = crowdOf()
      const robbed = yield* start(url, crowd)
      const runs = yield* Effect.provide(launch(1), over(url, crowd))
      yield* waitForOneEach(runs, [robbed])
      yield* Effect.flatMap(
        SqlClient.SqlClient,
        (sql) => sql`UPDATE crowd_cluster_places_test_members SET process = 'another'`
      ).pipe(Effect.provide(clientOf(url)))
      yield* until("it lets go", robbed.owned, (owned) => owned.length === 0)
      yield* waitForOneEach(runs, [yield* start(url, crowd)])
    }).pipe(Logger.withMinimumLogLevel(LogLevel.None))
  )

  it.scopedLive("conduct what is in their other shards, where one is stuck", () =>
    Effect.gen(function* () {
      const url = yield* postgres.url
      const crowd = crowdOf()
      const process = yield* start(url, crowd)
      const runs = yield* Effect.provide(launch(6), over(url, crowd))
      yield* waitForOneEach(runs, [process])
      const stuck = yield* Effect.provide(stickOne, clientOf(url))
      const kept = runs.filter((run) => !stuck.includes(run))
      expect(kept.length).toBeGreaterThan(0)
      const since = Date.now()
      const seen = Effect.tap(process.owned, (owned) =>
        Effect.sync(() => expect(owned).toEqual(expect.arrayContaining(kept)))
      )
      yield* until("the time of two locks", seen, () => Date.now() - since > 10_000)
      expect((yield* process.owned).toSorted()).toEqual(kept.toSorted())
    }).pipe(Logger.withMinimumLogLevel(LogLevel.None))
  )
})
