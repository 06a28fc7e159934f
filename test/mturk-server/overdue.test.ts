/** Submissions whose time to be decided is over. */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import * as Option from "effect/Option"
import * as TestClock from "effect/TestClock"
import { Agents } from "../../src/Agents.js"
import { makeContext } from "../../src/mturk-server/makeContext.js"
import * as upkeep from "../../src/mturk-server/upkeep.js"
import * as samples from "./samples.js"
import { type Held, layer, Marketplace } from "./support.js"

/** What is logged by what runs in it. */
const listening = () => {
  const lines: Array<string> = []
  const logger = Logger.make<unknown, void>(({ message }) => void lines.push(String(message)))
  return { lines, layer: Logger.replace(Logger.defaultLogger, logger) }
}

const take = (worker: string, type: string) =>
  Effect.gen(function* () {
    const market = yield* Marketplace
    const held = yield* market.accept(worker, type)
    yield* market.submit(held, { label: "good" })
    return held
  })

const statusOf = ({ agent }: Held) =>
  Effect.flatMap(Agents, (agents) => Effect.map(agents.get(agent.id), ({ status }) => status))

describe("submissions that approve themselves", () => {
  it.scoped("are not held up by older ones that cannot be paid, of which each is told once", () => {
    const log = listening()
    return Effect.gen(function* () {
      const own = yield* makeContext(Option.some(1000))
      const many = yield* samples.create({ MaxAssignments: 100 })
      const dear = yield* Effect.forEach(Array.from({ length: 100 }), (_, n) => take(`worker ${n}`, many.type))
      yield* TestClock.adjust("1 second")
      const cheap = yield* take("another", (yield* samples.create()).type)
      yield* own.rows.accounts.put("", yield* own.requester("mturk"), { balance: 6, held: 0 })
      yield* TestClock.adjust("2 hours")
      const round = Effect.provide(upkeep.round(own), log.layer)
      yield* Effect.repeatN(round, 1)
      expect(yield* statusOf(cheap)).toBe("approved")
      yield* Effect.repeatN(round, 4)
      expect(new Set(yield* Effect.forEach(dear, statusOf))).toEqual(new Set(["completed"]))
      expect(log.lines).toHaveLength(100)
      const named = dear.filter(({ assignmentId }) => log.lines.some((line) => line.includes(assignmentId)))
      expect(named).toHaveLength(100)
    }).pipe(Effect.provide(layer({ balance: 1000 })))
  })

  it.scoped("and that others have approved meanwhile are no trouble to tell of", () => {
    const log = listening()
    return Effect.gen(function* () {
      const [own, other] = yield* Effect.all([makeContext(Option.none()), makeContext(Option.none())])
      const { type } = yield* samples.create({ MaxAssignments: 20 })
      const held = yield* Effect.forEach(Array.from({ length: 20 }), (_, n) => take(`worker ${n}`, type))
      yield* TestClock.adjust("2 hours")
      yield* Effect.all([upkeep.round(own), upkeep.round(other)], { concurrency: 2 }).pipe(Effect.provide(log.layer))
      expect(new Set(yield* Effect.forEach(held, statusOf))).toEqual(new Set(["approved"]))
      expect(log.lines).toEqual([])
    }).pipe(Effect.provide(layer({ balance: 1000 })))
  })
})
