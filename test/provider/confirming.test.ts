/** Arrivals that the crowd is asked about: what a browser says can be made up. */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { Agents } from "../../src/Agents.js"
import { InvalidProviderData } from "../../src/CrowdError.js"
import * as Mock from "../../src/Mock.js"
import { Workers } from "../../src/Workers.js"
import { failure, kit } from "../support/failures.js"

const confirming = Effect.provide(Mock.layer({ confirms: true }))

const asked = Effect.flatMap(Mock.Mock, (mock) =>
  Effect.map(mock.calls, (calls) => calls.filter(({ method }) => method === "confirm").length)
)

const unknown = new InvalidProviderData({ provider: "mock", description: "there is no such submission" })

const ada = { worker: "ada", agent: "session-1" }

describe("an arrival that the crowd confirms", () => {
  it.effect("gives nobody a unit whom the crowd does not know, and makes no worker", () =>
    Effect.gen(function* () {
      const agents = yield* Agents
      const run = yield* kit.launched()
      yield* (yield* Mock.Mock).script("confirm", Effect.fail(unknown))
      const refused = yield* Effect.flip(agents.register(run.id, ada))
      expect(refused).toMatchObject({ _tag: "InvalidProviderData", description: "there is no such submission" })
      expect((yield* kit.unitsOf(run)).map(({ status }) => status)).toEqual(["launched"])
      expect((yield* Effect.flip((yield* Workers).findByName("ada")))._tag).toBe("WorkerNotFound")
      expect((yield* agents.register(run.id, ada)).status).toBe("accepted")
    }).pipe(confirming)
  )

  it.effect("is asked about again after an error that may pass", () =>
    Effect.gen(function* () {
      const agents = yield* Agents
      const mock = yield* Mock.Mock
      const run = yield* kit.launched()
      yield* mock.script("confirm", failure("NotYet"))
      yield* mock.script("confirm", failure("Unavailable"))
      const arriving = yield* kit.patient(agents.register(run.id, ada))
      expect(arriving.workerName).toBe("ada")
      expect(yield* asked).toBe(3)
    }).pipe(confirming)
  )

  it.effect("is not let in as long as the crowd cannot say", () =>
    Effect.gen(function* () {
      const run = yield* kit.launched()
      yield* (yield* Mock.Mock).script("confirm", failure("Rejected"))
      const refused = yield* Effect.flip((yield* Agents).register(run.id, ada))
      expect(refused).toMatchObject({ _tag: "ProviderError", reason: "Rejected" })
      expect((yield* kit.unitsOf(run)).map(({ status }) => status)).toEqual(["launched"])
    }).pipe(confirming)
  )

  it.effect("is asked about once for an agent under the crowd's name, by the same worker, who has not left", () =>
    Effect.gen(function* () {
      const agents = yield* Agents
      const run = yield* kit.launched({ rows: 3 })
      const first = yield* agents.register(run.id, ada)
      expect((yield* agents.register(run.id, ada)).id).toBe(first.id)
      yield* agents.submit({ agent: first.id, worker: first.worker, answers: { answer: "yes" } })
      expect((yield* agents.register(run.id, ada)).id).toBe(first.id)
      expect(yield* asked).toBe(1)
      yield* agents.register(run.id, { ...ada, worker: "bob" })
      yield* agents.register(run.id, { ...ada, agent: "session-2" })
      expect(yield* asked).toBe(3)
    }).pipe(confirming)
  )

  it.effect("is asked about again once they have left", () =>
    Effect.gen(function* () {
      const agents = yield* Agents
      const run = yield* kit.launched({ rows: 3 })
      const first = yield* agents.register(run.id, ada)
      yield* agents.return(first.id)
      yield* agents.register(run.id, ada)
      expect(yield* asked).toBe(2)
    }).pipe(confirming)
  )

  it.effect("is believed where the driver does not confirm", () =>
    Effect.gen(function* () {
      const run = yield* kit.launched()
      yield* (yield* Agents).register(run.id, ada)
      expect(yield* asked).toBe(0)
    }).pipe(Effect.provide(Mock.layer()))
  )
})
