/** A message that somebody has read and nobody handles, which the engine shows nobody else for ten minutes. */
import * as SqlClient from "@effect/sql/SqlClient"
import { describe, expect, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { kit } from "../support/failures.js"
import { make } from "../support/offersCrowd.js"
import * as postgres from "../support/postgres.js"
import { until } from "../support/until.js"
import { clientOf, over, start } from "./process.js"

const messages = "crowd_cluster_places_test_messages"

/** What the database does to a message before it is written. */
const meddled = (url: string, event: "INSERT" | "UPDATE", does: string) =>
  Effect.flatMap(SqlClient.SqlClient, (sql) =>
    sql.unsafe(`
      CREATE SEQUENCE times;
      CREATE FUNCTION meddle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${does} RETURN NEW; END $$;
      CREATE TRIGGER meddle BEFORE ${event} ON ${messages} FOR EACH ROW EXECUTE FUNCTION meddle();`)
  ).pipe(Effect.provide(clientOf(url)))

const crowdOf = () => make({ offers: { holds: "unit" } }).over

describe.concurrent("a message that was read by one who does not handle it", () => {
  it.scopedLive("is read by the next owner, though the first statement that shows it again fails", () =>
    Effect.gen(function* () {
      const url = yield* postgres.url
      const crowd = crowdOf()
      const first = yield* start(url, crowd)
      const run = yield* Effect.provide(kit.launched({ rows: 1 }), over(url, crowd))
      yield* until("it is conducted", first.owned, (owned) => owned.includes(run.id))
      yield* meddled(
        url,
        "UPDATE",
        `IF NEW.last_read IS NULL AND current_setting('application_name') = 'next' AND nextval('times') = 1
         THEN RAISE 'it fails'; END IF;`
      )
      const next = yield* start(`${url}?application_name=next`, crowd)
      yield* first.stop
      const [time] = yield* Effect.timed(
        until("it is conducted by the next", next.owned, (owned) => owned.includes(run.id))
      )
      expect(Duration.toSeconds(time)).toBeLessThan(10)
    })
  )

  it.scopedLive("is read by its owner where another one was faster", () =>
    Effect.gen(function* () {
      const url = yield* postgres.url
      const crowd = crowdOf()
      const owner = yield* start(url, crowd)
      yield* meddled(url, "INSERT", "NEW.last_read := NOW();")
      const run = yield* Effect.provide(kit.launched({ rows: 1 }), over(url, crowd))
      const [time] = yield* Effect.timed(until("it is conducted", owner.owned, (owned) => owned.includes(run.id)))
      expect(Duration.toSeconds(time)).toBeLessThan(10)
    })
  )
})
