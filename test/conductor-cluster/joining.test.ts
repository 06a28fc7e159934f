/** Who may join a cluster, and what is said to those who may not. */

import { SqlClient } from "@effect/sql/SqlClient"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import * as Address from "../../src/conductor-cluster/address.js"
import * as members from "../../src/conductor-cluster/members.js"
import { prefixOf } from "../../src/conductor-cluster/tables.js"
import { freePort } from "../support/freePort.js"
import * as postgres from "../support/postgres.js"

const listens = (options: Parameters<typeof Address.listen>[0]) =>
  Effect.scoped(Effect.map(Address.listen(options), ({ address }) => address))

const messageOf = <A, R>(refused: Effect.Effect<A, { readonly message: string }, R>) =>
  Effect.map(Effect.flip(refused), ({ message }) => message)

const port = Effect.promise(freePort)

describe("an address", () => {
  it.live("that names no machine, or none of this one, is refused", () =>
    Effect.gen(function* () {
      for (const host of ["0.0.0.0", "::", "0:0::0"]) {
        expect(yield* messageOf(listens({ host }))).toContain("others cannot reach a machine by it")
      }
      for (const host of ["", "a b", "10.0.0.5'; DROP TABLE crowd_runs; --"]) {
        expect(yield* messageOf(listens({ host }))).toContain("name or the address of this machine")
      }
      expect(yield* messageOf(listens({ host: "203.0.113.7", port: yield* port }))).toContain(
        "no address of this machine (EADDRNOTAVAIL)"
      )
    })
  )

  it.live("has a port that is free: the first, or the one that was named", () =>
    Effect.gen(function* () {
      const { address: first } = yield* Address.listen({})
      const { address: second } = yield* Address.listen({})
      expect(second).toEqual({ host: "127.0.0.1", port: expect.any(Number) })
      expect(second.port).toBeGreaterThan(first.port)
      expect(yield* messageOf(listens({ port: first.port }))).toContain("another program has it on 127.0.0.1")
      expect(yield* messageOf(listens({ port: 70_000 }))).toContain("a whole number from 1 to 65535")
      const named = yield* port
      expect(yield* listens({ port: named })).toEqual({ host: "127.0.0.1", port: named })
    }).pipe(Effect.scoped)
  )
})

const prefix = prefixOf("local", "live")

const joining = (process: string, address: Address.Address, shards = 64) =>
  members.join(prefix, { address, process, shards })

/** Over an empty database with the table of members. */
const overDatabase = <A, E>(work: Effect.Effect<A, E, SqlClient | Scope.Scope>) =>
  Effect.scoped(Effect.zipRight(members.createTable(prefix), work)).pipe(Effect.provide(postgres.layer))

const stop = (scope: Scope.CloseableScope) => Scope.close(scope, Exit.void)

describe.concurrent("a process that joins", () => {
  it.live("is refused an address that a process on another machine has, until that one has left", () =>
    overDatabase(
      Effect.gen(function* () {
        const address = { host: "127.0.0.1", port: 34_431 }
        const elsewhere = yield* Scope.make()
        yield* Scope.extend(joining("elsewhere", address), elsewhere)
        expect(yield* messageOf(Effect.scoped(joining("here", address)))).toContain(
          "a process on another machine has joined as 127.0.0.1:34431"
        )
        yield* stop(elsewhere)
        yield* joining("here", address)
      })
    )
  )

  it.live("gets the address of one that was killed, which is told where it was only frozen", () =>
    overDatabase(
      Effect.gen(function* () {
        const address = { host: "127.0.0.1", port: 34_432 }
        const frozen = yield* members.membersOf(prefix)
        expect(yield* frozen.claim({ address, process: "frozen", shards: 64 })).toBe(true)
        yield* joining("its successor", address)
        expect(yield* frozen.beat({ address, process: "frozen", shards: 64 })).toBe(false)
      })
    )
  )

  it.live(
    "is refused where the others have other settings, or are on machines that its address does not lead from",
    () =>
      overDatabase(
        Effect.gen(function* () {
          const other = yield* members.membersOf(prefix)
          yield* other.claim({ address: { host: "198.51.100.9", port: 34_431 }, process: "other", shards: 64 })
          const here = { host: "127.0.0.1", port: yield* port }
          expect(yield* messageOf(Effect.scoped(joining("here", here)))).toContain(
            "198.51.100.9:34431 is in this cluster, on another machine, and cannot reach this one by it"
          )
          expect(yield* messageOf(Effect.scoped(joining("here", here, 300)))).toContain(
            "198.51.100.9:34431 is in this cluster with 64; stop all processes of another version first"
          )
        })
      )
  )

  it.live("is still in it after it was away for so long that the others have forgotten it", () =>
    overDatabase(
      Effect.gen(function* () {
        const sql = yield* SqlClient
        const table = sql(`${prefix}_members`)
        const lost = yield* joining("here", { host: "127.0.0.1", port: yield* port })
        yield* sql`DELETE FROM ${table}`
        yield* Effect.repeat(Effect.delay(sql`SELECT process FROM ${table}`, "100 millis"), {
          until: (rows) => rows.length > 0
        })
        expect(yield* lost).toBe(false)
      })
    )
  )

  it.live("waits for one that it cannot reach, which was killed a moment ago", () =>
    overDatabase(
      Effect.gen(function* () {
        const killed = yield* members.membersOf(prefix)
        const address = { host: "127.0.0.1", port: yield* port }
        yield* killed.claim({ address, process: "killed", shards: 64 })
        yield* joining("here", { host: "127.0.0.1", port: yield* port })
      })
    )
  )

  it.live("is refused where it cannot reach another that is alive", () =>
    overDatabase(
      Effect.gen(function* () {
        yield* joining("unreachable", { host: "127.0.0.1", port: yield* port })
        const here = Effect.scoped(joining("here", { host: "127.0.0.1", port: yield* port }))
        expect(yield* messageOf(here)).toContain("cannot be reached from here")
      })
    )
  )
})

describe("the names of a cluster's tables", () => {
  it("tell crowds apart, and are short enough for a database", () => {
    const names = [
      prefixOf("mturk", "live"),
      prefixOf("mturk", "test"),
      prefixOf("acme", "test"),
      prefixOf("Acme", "test"),
      prefixOf("a-crowd-with-quite-a-long-name", "test"),
      prefixOf("a-crowd-with-quite-a-long-nome", "test"),
      prefixOf('"; DROP TABLE crowd_runs; --', "test")
    ]
    expect(new Set(names).size).toBe(names.length)
    for (const name of names) expect(name).toMatch(/^crowd_cluster_[a-z0-9_]{1,24}$/)
  })
})
