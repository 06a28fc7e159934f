/** Blocks that also hold for the address of whoever is blocked. */
import { expect, layer as share } from "@effect/vitest"
import * as Config from "effect/Config"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as TestClock from "effect/TestClock"
import { Agents } from "../../src/Agents.js"
import * as Local from "../../src/Local.js"
import * as Money from "../../src/Money.js"
import { taskDefaults } from "../../src/TaskRuns.js"
import { refusal } from "../../src/testing/suites/kit.js"
import { Workers } from "../../src/Workers.js"
import { launched } from "../support/server.js"
import * as sqlite from "../support/sqlite.js"
import { from, secret } from "./visits.js"

const crowd = (blockAddress: boolean) => Local.layer({ identify: "name", secret, blockAddress })

/** As another process over the same database sees its visitors, or this one after it was started again. */
const startedAgain = Effect.map(Layer.build(Layer.fresh(crowd(true))), Context.get(Local.Local))

/** Somebody of this name, at work from there, whose requester blocks them. */
const blocked = (name: string, peer: string) =>
  Effect.gen(function* () {
    const { cookie } = yield* (yield* Local.Local).name(from(peer), name)
    const task = { ...taskDefaults, title: name, reward: Money.make(1), maxUnitsPerWorker: Option.none() }
    const run = yield* launched(task, 1)
    const { worker } = yield* (yield* Agents).register(run.id, { worker: name })
    const workers = yield* Workers
    yield* workers.block(worker, { requester: run.requester }, "spam")
    yield* TestClock.adjust("3 seconds")
    const unblock = workers.unblock(worker, { requester: run.requester })
    return { cookie, unblock: Effect.zipRight(unblock, TestClock.adjust("3 seconds")) }
  })

share(Layer.provideMerge(crowd(true), sqlite.layer()))("a block that also holds for the address", (it) => {
  it.scoped("keeps out every other name from there, also one that is new, and nobody elsewhere", () =>
    Effect.gen(function* () {
      const local = yield* Local.Local
      const ada = yield* local.name(from("192.0.2.1"), "Ada")
      yield* blocked("Eve", "192.0.2.1")
      const told = yield* refusal(local.name(from("192.0.2.1"), "Eve the second"), "Unwelcome")
      expect(told).toMatchObject({ address: "192.0.2.1", reason: "blocked" })
      const known = from("192.0.2.1", { cookie: Option.some(ada.cookie) })
      expect((yield* refusal(local.worker(known), "Unwelcome")).reason).toBe("blocked")
      expect((yield* refusal(local.worker(from("192.0.2.1")), "Unwelcome")).reason).toBe("blocked")
      expect(yield* local.worker(from("192.0.2.2", { cookie: known.cookie }))).toEqual(Option.some("Ada"))
      expect((yield* local.name(from("192.0.2.2"), "Grace")).worker).toBe("Grace")
    })
  )

  it.scoped("leaves to the blocked one what is theirs, and holds wherever they come from", () =>
    Effect.gen(function* () {
      const local = yield* Local.Local
      const { cookie } = yield* blocked("Mallory", "198.51.100.1")
      const moved = from("2001:db8::1", { cookie: Option.some(cookie) })
      expect(yield* local.worker(moved)).toEqual(Option.some("Mallory"))
      yield* TestClock.adjust("3 seconds")
      expect((yield* refusal(local.worker(from("2001:db8::2")), "Unwelcome")).reason).toBe("blocked")
      yield* refusal(local.name(moved, "Mallory again"), "Unwelcome")
    })
  )

  it.scoped("holds after a restart, and ends with the block", () =>
    Effect.gen(function* () {
      const { unblock } = yield* blocked("Trudy", "203.0.113.1")
      const again = yield* startedAgain
      expect((yield* refusal(again.worker(from("203.0.113.1")), "Unwelcome")).reason).toBe("blocked")
      yield* unblock
      expect(yield* again.worker(from("203.0.113.1"))).toEqual(Option.none())
    })
  )
})

share(Layer.provideMerge(crowd(false), sqlite.layer()))("a block by default", (it) => {
  it.scoped("is of the name alone", () =>
    Effect.gen(function* () {
      yield* blocked("Eve", "192.0.2.1")
      expect((yield* (yield* Local.Local).name(from("192.0.2.1"), "Ada")).worker).toBe("Ada")
    })
  )
})

const configured = Layer.provide(
  Local.layerConfig({
    identify: Config.succeed("name" as const),
    secret: Config.succeed(secret),
    blockAddress: Config.boolean("CROWD_BLOCK_ADDRESS")
  }),
  Layer.setConfigProvider(ConfigProvider.fromMap(new Map([["CROWD_BLOCK_ADDRESS", "true"]])))
)

share(Layer.provideMerge(configured, sqlite.layer()))("a block whose reach the configuration says", (it) => {
  it.scoped("also holds for the address where layerConfig finds blockAddress", () =>
    Effect.gen(function* () {
      yield* blocked("Eve", "192.0.2.1")
      const local = yield* Local.Local
      expect((yield* refusal(local.worker(from("192.0.2.1")), "Unwelcome")).reason).toBe("blocked")
    })
  )
})
