/** What becomes of the message by which a process conducts a run. */
import * as Entity from "@effect/cluster/Entity"
import type { ShardId } from "@effect/cluster/ShardId"
import * as ShardingConfig from "@effect/cluster/ShardingConfig"
import { describe, expect, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Logger from "effect/Logger"
import * as Option from "effect/Option"
import * as Ref from "effect/Ref"
import * as TestClock from "effect/TestClock"
import * as Renewal from "../../src/conductor-cluster/renewal.js"
import * as runEntity from "../../src/conductor-cluster/runEntity.js"
import * as Ids from "../../src/Ids.js"
import * as Mock from "../../src/Mock.js"
import { TaskRuns } from "../../src/TaskRuns.js"
import { Units } from "../../src/Units.js"
import { failure, kit } from "../support/failures.js"

/** Sends the message to a process that has the run; answers how it goes. */
const conducting = Effect.gen(function* () {
  const conducting = yield* runEntity.makeConducting
  const renewal = yield* Renewal.make
  /** Of the runs, in the order in which they were given to it. */
  const shards: Array<ShardId> = []
  const whileHeld: Renewal.Renewal["whileHeld"] = (shard, work) =>
    Effect.zipRight(
      Effect.sync(() => shards.push(shard)),
      renewal.whileHeld(shard, work)
    )
  const ours = { conducting, renewal: { ...renewal, whileHeld } }
  const client = yield* Entity.makeTestClient(runEntity.Run, runEntity.layer(ours, {}))
  const conduct = (run: Ids.RunId, generation: number) =>
    Effect.flatMap(client(run), (entity) => Effect.fork(entity.Conduct({ run, generation })))
  const renewed = (shards: Iterable<ShardId>) =>
    Effect.flatMap(Clock.currentTimeMillis, (now) => renewal.renewed(now, shards))
  return { conduct, renewed, shards, owned: Effect.map(Ref.get(conducting), (runs) => [...runs.keys()]) }
})

const isAnswered = (message: Fiber.RuntimeFiber<unknown, unknown>) => Effect.map(Fiber.poll(message), Option.isSome)

const expire = (run: Ids.RunId) => Effect.flatMap(Units, (units) => units.expireAll(run))

/** All that is logged meanwhile. */
const logs = () => {
  const told: Array<string> = []
  const logger = Logger.make(({ message }) => told.push(String(message)))
  return { told, layer: Logger.replace(Logger.defaultLogger, logger) }
}

describe("the message that a run is to be conducted", () => {
  it.scoped("is answered once the run is decided", () =>
    Effect.gen(function* () {
      const { conduct, owned } = yield* conducting
      const run = yield* kit.launched({ rows: 1 })
      const message = yield* conduct(run.id, 1)
      yield* TestClock.adjust("1 minute")
      expect(yield* isAnswered(message)).toBe(false)
      expect(yield* owned).toEqual([run.id])
      yield* expire(run.id)
      yield* TestClock.adjust("1 minute")
      expect(yield* isAnswered(message)).toBe(true)
      expect(yield* owned).toEqual([])
    }).pipe(Effect.provide([Mock.layer(), ShardingConfig.layer()]))
  )

  it.scoped("is answered by no fault, no bug and no interruption, each of which is told once", () => {
    const { layer, told } = logs()
    return Effect.gen(function* () {
      const mock = yield* Mock.Mock
      const { conduct } = yield* conducting
      const run = yield* kit.launched({ rows: 1 })
      yield* Effect.replicateEffect(mock.script("observe", failure("Rejected")), 3)
      yield* Effect.replicateEffect(mock.script("observe", Effect.die("broken")), 3)
      yield* Effect.replicateEffect(mock.script("observe", Effect.interrupt), 3)
      const message = yield* conduct(run.id, 1)
      yield* TestClock.adjust("1 minute")
      expect(told).toHaveLength(3)
      expect(told[0]).toContain(`${run.id}: mock`)
      expect(told[1]).toContain("a bug, please report it: broken")
      expect(told[2]).toContain("it was cut off")
      expect(yield* isAnswered(message)).toBe(false)
      yield* expire(run.id)
      yield* TestClock.adjust("1 minute")
      expect(yield* isAnswered(message)).toBe(true)
    }).pipe(Effect.provide([Mock.layer(), ShardingConfig.layer(), layer]))
  })

  it.scoped("conducts nothing once the lock of its shard has ended, and goes on where it is renewed", () =>
    Effect.gen(function* () {
      const { conduct, owned, renewed, shards } = yield* conducting
      const kept = yield* kit.launched({ rows: 1 })
      const lost = yield* kit.launched({ rows: 1 })
      yield* conduct(kept.id, 1)
      const message = yield* conduct(lost.id, 1)
      yield* TestClock.adjust("1 second")
      yield* renewed(shards)
      yield* TestClock.adjust("4 seconds")
      expect(yield* owned).toEqual([kept.id, lost.id])
      yield* renewed(shards.slice(0, 1))
      yield* TestClock.adjust("2 seconds")
      expect(yield* owned).toEqual([kept.id])
      yield* renewed(shards)
      yield* TestClock.adjust("1 second")
      expect(yield* owned).toEqual([kept.id, lost.id])
      expect(yield* isAnswered(message)).toBe(false)
      yield* expire(lost.id)
      yield* TestClock.adjust("3 seconds")
      expect(yield* isAnswered(message)).toBe(true)
    }).pipe(Effect.provide([Mock.layer(), ShardingConfig.layer({ shardsPerGroup: 1_000_000_000 })]))
  )

  it.scoped("is answered at once where the run became undecided again since, or is not there", () =>
    Effect.gen(function* () {
      const { conduct, owned } = yield* conducting
      const run = yield* kit.launched({ rows: 1 })
      yield* expire(run.id)
      expect(yield* (yield* TaskRuns).relaunch(run.id)).toBe(1)
      const old = yield* conduct(run.id, 1)
      const unknown = yield* conduct(Ids.RunId.make("run_none"), 1)
      yield* TestClock.adjust("1 second")
      expect([yield* isAnswered(old), yield* isAnswered(unknown)]).toEqual([true, true])
      expect(yield* owned).toEqual([])
      const current = yield* conduct(run.id, 2)
      yield* TestClock.adjust("1 minute")
      expect(yield* isAnswered(current)).toBe(false)
    }).pipe(Effect.provide([Mock.layer(), ShardingConfig.layer()]))
  )
})
