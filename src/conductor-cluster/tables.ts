/**
 * The cluster's tables: what they are called, and that one process after the other makes them, for two at once fail at
 * `CREATE TABLE IF NOT EXISTS`.
 */
import * as SqlClient from "@effect/sql/SqlClient"
import type { Connection } from "@effect/sql/SqlConnection"
import { SqlError } from "@effect/sql/SqlError"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Hash from "effect/Hash"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import * as timings from "./timings.js"

const longest = 24

/**
 * The beginning of the names of the cluster's tables. Each crowd has a cluster of its own, since a process conducts only
 * runs of the crowd that it hires. Short enough for all names of tables and indexes that begin with it.
 */
export const prefixOf = (provider: string, mode: string): string => {
  const name = `${provider}_${mode}`
  if (/^[a-z0-9_]+$/.test(name) && name.length <= longest) return `crowd_cluster_${name}`
  const hash = (Hash.string(name) >>> 0).toString(36)
  const readable = name.toLowerCase().replace(/[^a-z0-9_]/g, "_")
  return `crowd_cluster_${readable.slice(0, longest - hash.length - 1)}_${hash}`
}

const refused = (message: string) => () => new SqlError({ cause: new Error(message), message })

const inVain = refused(
  "another process has been making the tables of the cluster for too long; wait for it, or stop it if it hangs"
)

const noEnd = refused(
  "the tables of the cluster are not made in time; give the cluster's client three connections or more, and try again"
)

/** To the end, for a statement that is cancelled may take its successor with it. */
const say = (lock: Connection, statement: string) => Effect.uninterruptible(lock.executeRaw(statement, []))

/**
 * Takes the turn until the scope ends. Asks again and again, so that the connection is not silent: the database ends one
 * that is, as that of a frozen process, and with it the turn.
 */
export const take = (lock: Connection, prefix: string): Effect.Effect<void, SqlError, Scope.Scope> => {
  const ask = lock.executeValues("SELECT pg_try_advisory_xact_lock(hashtext($1))", [prefix])
  const silence = `SET LOCAL idle_in_transaction_session_timeout = ${Duration.toMillis(timings.forgets)}`
  return Effect.acquireRelease(say(lock, "BEGIN"), () => Effect.ignore(say(lock, "COMMIT"))).pipe(
    Effect.zipRight(say(lock, silence)),
    Effect.zipRight(
      Effect.uninterruptible(ask).pipe(
        Effect.repeat({ schedule: Schedule.spaced(timings.asks), until: ([row]) => row?.[0] === true }),
        Effect.timeoutFail({ duration: timings.turn, onTimeout: inVain })
      )
    )
  )
}

const keep = (lock: Connection) => Effect.forever(Effect.delay(say(lock, "SELECT 1"), timings.asks))

/**
 * Does it in a turn, which a transaction on a connection of its own holds: over a pooler, another lock would stay behind.
 * No `sql.withTransaction`, for the work is not to be part of it: the engine's tries a table that may not be there, which
 * would undo all of it.
 */
export const oneAtATime = <A, E, R>(prefix: string, work: Effect.Effect<A, E, R>) =>
  Effect.flatMap(SqlClient.SqlClient, (sql) => {
    const bounded = Effect.timeoutFail(work, { duration: timings.turn, onTimeout: noEnd })
    const inTurn = Effect.gen(function* () {
      const lock = yield* sql.reserve
      yield* take(lock, prefix)
      return yield* Effect.raceFirst(bounded, keep(lock))
    })
    return sql.onDialectOrElse({ pg: () => Effect.scoped(inTurn), orElse: () => work })
  })
