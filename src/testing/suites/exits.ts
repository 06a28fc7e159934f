import { expect } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { Agents } from "../../Agents.js"
import { type Core, Provider } from "../../Provider.js"
import type { Kit, Test } from "./kit.js"
import { step } from "./timeLimit.js"

/** Where people go who are done. */
export const exits = <R>(test: Test<Core | R>, kit: Kit<Core | R>): void => {
  test("MUST tell nobody where completed work goes before its answers are stored", () =>
    Effect.gen(function* () {
      const agents = yield* Agents
      const run = yield* kit.launched({ rows: 3 })
      const agent = yield* kit.accepted(run)
      expect(yield* agents.exit(agent.id)).toEqual(Option.none())
      yield* agents.start(agent.id)
      expect(yield* agents.exit(agent.id)).toEqual(Option.none())
      const left = yield* kit.givenBack(yield* kit.accepted(run))
      yield* kit.submitted(agent)
      const done = yield* agents.exit(agent.id)
      expect(Option.isSome(done)).toBe((yield* Provider).hasExits)
      const said = yield* step("Harness.arrive")(kit.harness.arrive(yield* kit.worker, run))
      const others = [yield* agents.exit(left.id), yield* agents.refusalExit(run.id, { _tag: "NothingLeft" }, said)]
      if (Option.isSome(done)) for (const other of others) expect(other).not.toEqual(done)
    }))

  test("MUST send the same worker to the same place however often they ask, and whatever is decided of their work", () =>
    Effect.gen(function* () {
      const agents = yield* Agents
      const { agent } = yield* kit.completed()
      const exit = yield* agents.exit(agent.id)
      expect(yield* agents.exit(agent.id)).toEqual(exit)
      yield* agents.approve(agent.id)
      expect(yield* agents.exit(agent.id)).toEqual(exit)
    }))
}
