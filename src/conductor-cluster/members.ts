/**
 * Which processes are in the cluster: each has an address, and no two the same. The engine has a table of its own for it,
 * `_runners`, which gives an address to whoever comes and does not say which process has it: two that join as one would
 * share their locks, and one that was frozen would not see that its address is another's.
 */
import * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Ref from "effect/Ref"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import { InvalidSetting } from "../CrowdError.js"
import { isLoopback } from "../internal/hosts.js"
import * as Address from "./address.js"
import { farewell } from "./connection.js"
import * as timings from "./timings.js"

export interface Joining {
  readonly address: Address.Address
  /** Tells this process from another one that has, or had, the address. */
  readonly process: string
  /** The same for all processes of a cluster. */
  readonly shards: number
}

interface Member {
  readonly address: string
  readonly shards: number
}

const refusedHost = ({ address }: Joining, description: string) =>
  new InvalidSetting({ setting: "host", value: address.host, description })

/** What is asked of the table of members. */
export const membersOf = (prefix: string) =>
  Effect.map(SqlClient.SqlClient, (client) => {
    const sql = client.withoutTransforms()
    const table = sql(`${prefix}_members`)
    const now = sql.onDialectOrElse({
      pg: () => sql.literal("(EXTRACT(EPOCH FROM clock_timestamp()) * 1000)::bigint"),
      orElse: () => sql.literal("CAST(unixepoch('subsec') * 1000 AS INTEGER)")
    })

    const insert = ({ address, process, shards }: Joining) => sql`
      INSERT INTO ${table} (address, process, shards, seen_at)
      VALUES (${Address.toText(address)}, ${process}, ${shards}, ${now})`

    /** Takes the address, where nobody has it. */
    const claim = (joining: Joining) =>
      Effect.map(sql`${insert(joining)} ON CONFLICT (address) DO NOTHING RETURNING address`, (rows) => rows.length > 0)

    /** Takes the address, where nobody has it or whoever has it has not been seen since. */
    const takeOver = (joining: Joining, unseenSince: string) =>
      Effect.map(
        sql`
          ${insert(joining)}
          ON CONFLICT (address) DO UPDATE
          SET process = excluded.process, shards = excluded.shards, seen_at = excluded.seen_at
          WHERE ${table}.seen_at = ${unseenSince}
          RETURNING address`,
        (rows) => rows.length > 0
      )

    const seenAt = ({ address }: Joining) =>
      Effect.map(
        sql<{ readonly seen_at: string | number }>`
          SELECT seen_at FROM ${table} WHERE address = ${Address.toText(address)}`,
        ([row]) => String(row?.seen_at ?? "0")
      )

    /** The others that are alive. */
    const others = ({ address }: Joining) =>
      sql<Member>`
        SELECT address, shards FROM ${table}
        WHERE address <> ${Address.toText(address)} AND seen_at > ${now} - ${Duration.toMillis(timings.lockExpires)}`

    /** Whether the address is still this process's. */
    const beat = ({ address, process }: Joining) =>
      Effect.map(
        sql`
          UPDATE ${table} SET seen_at = ${now}
          WHERE address = ${Address.toText(address)} AND process = ${process}
          RETURNING address`,
        (rows) => rows.length > 0
      )

    const leave = ({ address, process }: Joining) =>
      sql`DELETE FROM ${table} WHERE address = ${Address.toText(address)} AND process = ${process}`

    const forgetLongGone = sql`
      DELETE FROM ${table} WHERE seen_at < ${now} - ${Duration.toMillis(timings.forgottenAfter)}`

    return { claim, takeOver, seenAt, others, beat, leave, forgetLongGone }
  })

type Members = Effect.Effect.Success<ReturnType<typeof membersOf>>

/** Part of what the cluster needs in the database. */
export const createTable = (prefix: string): Effect.Effect<void, SqlError, SqlClient.SqlClient> =>
  Effect.flatMap(SqlClient.SqlClient, (sql) =>
    Effect.asVoid(
      sql`
        CREATE TABLE IF NOT EXISTS ${sql(`${prefix}_members`)} (
          address VARCHAR(255) PRIMARY KEY,
          process VARCHAR(64) NOT NULL,
          shards INTEGER NOT NULL,
          seen_at BIGINT NOT NULL
        )`
    )
  )

/** One that was killed a moment ago still has the address; one that is alive is seen again meanwhile. */
const take = (members: Members, joining: Joining) =>
  Effect.gen(function* () {
    if (yield* members.claim(joining)) return
    const before = yield* members.seenAt(joining)
    yield* Effect.sleep(timings.silence)
    if (yield* members.takeOver(joining, before)) return
    return yield* refusedHost(
      joining,
      `a process on another machine has joined as ${Address.toText(joining.address)}; name the address that others have for this machine, or another port`
    )
  })

const checkSettings = ({ shards }: Joining, others: ReadonlyArray<Member>) => {
  const other = others.find((member) => member.shards !== shards)
  return other === undefined
    ? Effect.void
    : new InvalidSetting({
        setting: "shards",
        value: String(shards),
        description: `${other.address} is in this cluster with ${other.shards}; stop all processes of another version first`
      })
}

const checkLoopback = (joining: Joining, others: ReadonlyArray<Member>) => {
  const elsewhere = others.find(({ address }) => !Address.isHere(Address.fromText(address).host))
  return !isLoopback(joining.address.host) || elsewhere === undefined
    ? Effect.void
    : refusedHost(
        joining,
        `${elsewhere.address} is in this cluster, on another machine, and cannot reach this one by it; name the address that others have for this machine`
      )
}

/** Whoever was killed a moment ago is no longer among the others when this is tried for the last time. */
const patience = Schedule.intersect(Schedule.spaced("1 second"), Schedule.recurs(7))

const checkReachable = (members: Members, joining: Joining) =>
  Effect.gen(function* () {
    const others = (yield* members.others(joining)).map(({ address }) => address)
    const reached = yield* Effect.forEach(others, (other) => Address.isReachable(Address.fromText(other)), {
      concurrency: 10
    })
    const lost = others.find((_, i) => reached[i] === false)
    if (lost === undefined) return
    return yield* refusedHost(
      joining,
      `${lost} is in this cluster and cannot be reached from here; open that port between the machines, or start that process with an address that others can reach`
    )
  }).pipe(Effect.retry({ schedule: patience, while: (error) => error._tag === "InvalidSetting" }))

const check = (members: Members, joining: Joining) =>
  Effect.gen(function* () {
    const others = yield* members.others(joining)
    yield* checkSettings(joining, others)
    yield* checkLoopback(joining, others)
    yield* checkReachable(members, joining)
  })

const lostMessage = ({ address }: Joining) =>
  `Another process has joined the cluster as ${Address.toText(address)} while this one stood still. This one conducts no run any more: start it again with an address of its own.`

/**
 * Joins until the scope ends. Answers whether this process has lost its address to another one meanwhile: after it was
 * frozen, or where both joined at once.
 */
export const join = (
  prefix: string,
  joining: Joining
): Effect.Effect<Ref.Ref<boolean>, InvalidSetting | SqlError, SqlClient.SqlClient | Scope.Scope> =>
  Effect.gen(function* () {
    const members = yield* membersOf(prefix)
    const lost = yield* Ref.make(false)
    yield* members.forgetLongGone
    yield* Effect.acquireRelease(Effect.interruptible(take(members, joining)), () =>
      Effect.ignore(farewell(members.leave(joining)))
    )
    /** Who was away for so long as to be forgotten joins again. */
    const isOurs = Effect.flatMap(members.beat(joining), (ours) =>
      ours ? Effect.succeed(true) : members.claim(joining)
    )
    const beat = Effect.flatMap(isOurs, (ours) =>
      ours ? Effect.void : Effect.zipRight(Ref.set(lost, true), Effect.logError(lostMessage(joining)))
    )
    yield* beat.pipe(
      Effect.catchAllCause(Effect.logDebug),
      Effect.zipRight(Ref.get(lost)),
      Effect.repeat({ schedule: Schedule.spaced(timings.heartbeat), until: (lost) => lost }),
      Effect.interruptible,
      Effect.forkScoped
    )
    yield* check(members, joining)
    return lost
  })
