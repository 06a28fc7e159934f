import type { Connection } from "@effect/sql/SqlConnection"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import type { StoreError } from "../../CrowdError.js"
import type { Database } from "./database.js"

/** Between two looks whether the other writer is done: soon at first, and never later than this. */
const pauses = Schedule.exponential("1 millis").pipe(Schedule.union(Schedule.spaced("25 millis")))

/**
 * Begins a transaction of SQLite as soon as nobody else writes. By itself the driver would wait for its busy timeout
 * without giving way, and nobody could be answered meanwhile. The other writer's time is real, whatever the clock is.
 *
 * @internal
 */
export const begin =
  ({ busyTimeout, dialect, execute }: Database) =>
  (connection: Connection): Effect.Effect<void, StoreError> => {
    const wait = (timeout: Duration.Duration) =>
      execute(connection, "begin", `PRAGMA busy_timeout = ${Math.ceil(Duration.toMillis(timeout))}`)
    const begun = Effect.retry(execute(connection, "begin", dialect.begin), {
      while: ({ reason }) => reason === "Busy",
      schedule: Schedule.upTo(pauses, busyTimeout)
    })
    return Effect.acquireUseRelease(
      wait(Duration.zero),
      () => Effect.withClock(begun, Clock.make()),
      () => Effect.orDie(wait(busyTimeout))
    )
  }
