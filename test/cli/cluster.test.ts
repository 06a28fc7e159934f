/** `crowd serve` over a Postgres that several processes share. */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { freePort } from "../support/freePort.js"
import * as postgres from "../support/postgres.js"
import { served } from "./served.js"
import { crowd, errorOf, folder } from "./support.js"

const secret = { CROWD_SECRET: "a secret of sixteen characters or more" }

const Told = Schema.parseJson(Schema.Struct({ cluster: Schema.optional(Schema.String) }))

const told = (served: { readonly err: () => string }) => Schema.decodeSync(Told)(served.err().split("\n")[0] ?? "")

describe("crowd serve on Postgres", () => {
  it.scopedLive("joins the others by itself, and says where they reach it", () =>
    Effect.gen(function* () {
      const db = yield* postgres.url
      const words = ["serve", "--json", "--db", db]
      const first = yield* served(words, secret)
      const port = String(yield* Effect.promise(freePort))
      const second = yield* served([...words, "--provider", "local"], { ...secret, CROWD_CLUSTER_PORT: port })
      expect(told(first).cluster).toMatch(/^127\.0\.0\.1:\d+$/)
      expect(told(second).cluster).toBe(`127.0.0.1:${port}`)
      yield* second.stop
      yield* first.stop
    })
  )

  it.scopedLive("tells in the words of the command line why it cannot", () =>
    Effect.gen(function* () {
      const db = yield* postgres.url
      const refused = yield* crowd(["serve", "--json", "--port", "0", "--db", db, "--cluster-host", "0.0.0.0"], {
        env: secret
      })
      expect(refused.code).toBe(2)
      expect(errorOf(refused)).toMatchObject({ _tag: "UsageError" })
      expect(refused.err).toContain("--cluster-host 0.0.0.0 cannot be: others cannot reach a machine by it")
    })
  )

  it.scopedLive("joins nobody where the database is a file", () =>
    Effect.gen(function* () {
      const dir = yield* folder
      const alone = yield* served(["serve", "--json", "--db", `${dir}/crowd.db`])
      expect(told(alone).cluster).toBeUndefined()
      yield* alone.stop
    })
  )
})
