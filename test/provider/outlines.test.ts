/** Answers may be large: what does not ask for them does not read them. */
import { SqlClient } from "@effect/sql/SqlClient"
import { expect, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { Agents } from "../../src/Agents.js"
import * as Mock from "../../src/Mock.js"
import { TaskRuns } from "../../src/TaskRuns.js"
import { Workers } from "../../src/Workers.js"
import { kit } from "../support/failures.js"
import * as sqlite from "../support/sqlite.js"

layer(Layer.provideMerge(Mock.layerStore(), sqlite.layer()))("Answers that nobody can read", (it) => {
  it.effect("stand in the way of no list, of no summary and of nobody's part in a run", () =>
    Effect.gen(function* () {
      const [agents, runs, workers, sql] = [yield* Agents, yield* TaskRuns, yield* Workers, yield* SqlClient]
      const { agent, run } = yield* kit.completed()
      yield* sql`UPDATE crowd_agents SET answers = '{' WHERE id = ${agent.id}`
      expect(yield* Effect.flip(agents.get(agent.id))).toMatchObject({ _tag: "StoreError", reason: "Corrupt" })

      const [outline] = yield* Stream.runCollect(agents.ofWorker(agent.worker))
      expect(outline).toMatchObject({ id: agent.id, status: "completed" })
      expect(outline).not.toHaveProperty("answers")
      expect((yield* runs.summary(run.id)).medianTime).toEqual(Option.some(expect.any(Number)))
      const [part] = yield* Stream.runCollect(workers.ofRun(run.id))
      expect(part?.medianTime).toEqual(Option.some(expect.any(Number)))
      expect(yield* workers.standing(run.id, agent.worker)).toMatchObject({ held: Option.none() })
    })
  )
})
