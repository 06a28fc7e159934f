/** What is decided and paid in the console is paid from the account, as what the protocol decides is. */
import * as SDK from "@aws-sdk/client-mturk"
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as HttpApiClient from "@effect/platform/HttpApiClient"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { Agents } from "../../src/Agents.js"
import * as Money from "../../src/Money.js"
import { Requesters } from "../../src/Requesters.js"
import { Api } from "../../src/server/Api.js"
import type { Decision } from "../../src/server/ConsoleApi.js"
import { TaskRuns, taskDefaults } from "../../src/TaskRuns.js"
import { Units } from "../../src/Units.js"
import * as samples from "./samples.js"
import { type Held, layer, Marketplace, token } from "./support.js"

const console = Effect.gen(function* () {
  const { url } = yield* Marketplace
  const authorization = `Bearer ${Redacted.value(token)}`
  const made = yield* HttpApiClient.make(Api, {
    baseUrl: url,
    transformClient: HttpClient.mapRequest(HttpClientRequest.setHeader("authorization", authorization))
  })
  return made.console
}).pipe(Effect.provide(FetchHttpClient.layer))

const decide = ({ agent }: Held, decision: Decision) =>
  Effect.gen(function* () {
    const { decide } = yield* console
    const { outcomes } = yield* decide({ path: { run: agent.run }, payload: { decision, agents: [agent.id] } })
    return outcomes.map((outcome) => (outcome._tag === "Decided" ? outcome.status : outcome.error._tag))
  })

const bonus = ({ agent }: Held, to: "agent" | "worker", key = "once") =>
  Effect.flatMap(console, ({ bonus }) =>
    bonus({
      path: { run: agent.run },
      payload: {
        to: to === "agent" ? { agent: agent.id } : { worker: agent.worker },
        amount: "1.00",
        reason: "well done",
        key
      }
    })
  )

describe("the account", () => {
  it.scoped("pays for what the console approves, once, whoever asks again", () =>
    Effect.gen(function* () {
      const { held, type } = yield* samples.submitted({ MaxAssignments: 10, Reward: "1.00" })
      expect(yield* decide(held, { _tag: "Approve" })).toEqual(["approved"])
      expect(yield* samples.balance).toBe("986.00")
      expect(yield* decide(held, { _tag: "Approve" })).toEqual(["approved"])
      expect((yield* Effect.flip(samples.approve(held))).code).toBe("InvalidAssignmentState")
      expect(yield* samples.balance).toBe("986.00")
      const market = yield* Marketplace
      const other = yield* Effect.tap(market.accept("grace", type), (held) => market.submit(held, { label: "good" }))
      yield* samples.approve(other)
      expect(yield* decide(other, { _tag: "Approve" })).toEqual(["approved"])
      expect(yield* samples.account).toEqual(["986.00", "11.20"])
    }).pipe(Effect.provide(layer()))
  )

  it.scoped("pays for a soft rejection and for an override, and not for a rejection", () =>
    Effect.gen(function* () {
      const soft = yield* samples.submitted({ Reward: "1.00" })
      const hard = yield* samples.submitted({ Reward: "1.00" }, "grace")
      expect(yield* decide(soft.held, { _tag: "SoftReject" })).toEqual(["soft_rejected"])
      expect(yield* decide(hard.held, { _tag: "Reject", feedback: "empty" })).toEqual(["rejected"])
      expect(yield* samples.balance).toBe("998.80")
      expect(yield* decide(hard.held, { _tag: "Override" })).toEqual(["approved"])
      expect(yield* samples.balance).toBe("997.60")
    }).pipe(Effect.provide(layer()))
  )

  it.scoped("that cannot pay lets nothing be decided, and what was refused is paid once there is money", () =>
    Effect.gen(function* () {
      const { held } = yield* samples.submitted({ Reward: "0.05" })
      expect(yield* decide(held, { _tag: "Reject", feedback: "empty" })).toEqual(["rejected"])
      const other = yield* samples.create({ Reward: "0.05" })
      expect(yield* samples.account).toEqual(["0.02", "0.06"])
      expect(yield* decide(held, { _tag: "Override" })).toEqual(["InsufficientFunds"])
      expect(yield* Effect.flip(bonus(held, "agent"))).toMatchObject({
        _tag: "InsufficientFunds",
        needed: { minor: 120 },
        available: { minor: 2 }
      })
      expect((yield* (yield* Agents).get(held.agent.id)).status).toBe("rejected")
      yield* samples.expire(other.id)
      expect(yield* decide(held, { _tag: "Override" })).toEqual(["approved"])
      expect(yield* samples.account).toEqual(["0.02", "0.00"])
    }).pipe(Effect.provide(layer({ balance: 8 })))
  )

  it.scoped("pays the console's bonuses, each once, and lists those that are for an assignment", () =>
    Effect.gen(function* () {
      const { call } = yield* Marketplace
      const { held } = yield* samples.submitted()
      expect((yield* bonus(held, "agent")).fee).toEqual(Money.make(20))
      yield* bonus(held, "agent")
      expect(yield* samples.account).toEqual(["998.74", "0.06"])
      yield* bonus(held, "worker")
      expect(yield* samples.account).toEqual(["997.54", "0.06"])
      const { BonusPayments } = yield* call((c) =>
        c.send(new SDK.ListBonusPaymentsCommand({ AssignmentId: held.assignmentId }))
      )
      expect(BonusPayments).toMatchObject([{ BonusAmount: "1.00", Reason: "well done", WorkerId: held.workerId }])
    }).pipe(Effect.provide(layer()))
  )

  it.scoped("pays when all that waits is approved at once, and once", () =>
    Effect.gen(function* () {
      const agents = yield* Agents
      const market = yield* Marketplace
      const { type } = yield* samples.create({ MaxAssignments: 3, Reward: "0.05" })
      const all = yield* Effect.forEach(["ada", "grace", "alan"], (worker) =>
        Effect.tap(market.accept(worker, type), (held) => market.submit(held, { label: "good" }))
      )
      const { agent } = all[0] ?? (yield* Effect.dieMessage("three workers hold three units"))
      yield* Stream.runDrain(agents.approveAll(agent.run))
      expect(yield* samples.balance).toBe("0.02")
      yield* Stream.runDrain(agents.approveAll(agent.run))
      expect(yield* samples.balance).toBe("0.02")
    }).pipe(Effect.provide(layer({ balance: 20 })))
  )

  it.scoped("has nothing to do with runs that are no HITs", () =>
    Effect.gen(function* () {
      const agents = yield* Agents
      const runs = yield* TaskRuns
      const units = yield* Units
      const me = yield* Effect.flatMap(Requesters, (requesters) => requesters.register("mturk", {}))
      const task = { ...taskDefaults, title: "Local", reward: Money.make(5), maxUnitsPerWorker: Option.none() }
      const run = yield* runs.open({ requester: me.id, name: "local", digest: "", template: "", task })
      yield* runs.setup(run.id)
      yield* runs.addRows(run.id, 0, [{}])
      yield* Stream.runDrain(units.launch(run.id))
      const agent = yield* agents.register(run.id, { worker: "ada" })
      yield* agents.submit({ agent: agent.id, worker: agent.worker, answers: {} })
      yield* agents.approve(agent.id)
      expect(yield* samples.balance).toBe("1000.00")
    }).pipe(Effect.provide(layer()))
  )
})
