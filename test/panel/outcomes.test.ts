/** How visits end, and where each leads: never to the completed exit but with answers that are kept. */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as TestClock from "effect/TestClock"
import { type Agent, Agents, type Answers } from "../../src/Agents.js"
import * as Panel from "../../src/Panel.js"
import { Qualifications } from "../../src/Qualifications.js"
import { TaskRuns } from "../../src/TaskRuns.js"
import { link, secret, settings } from "../support/panel.js"
import { kit, launched, panel } from "./support.js"

const ada = link({ pid: "ada lovelace", sid: "s/1", study: "S&1", gender: "f" })

const submit = ({ id, worker }: Agent, answers: Answers) =>
  Effect.flatMap(Agents, (agents) => agents.submit({ agent: id, worker, answers }))

const exitOf = ({ id }: Agent) =>
  Effect.map(
    Effect.flatMap(Agents, (agents) => agents.exit(id)),
    Option.getOrNull
  )

describe("an exit", () => {
  it.effect("leads nowhere until answers are stored, and is then the same each time, values encoded", () =>
    Effect.gen(function* () {
      const agents = yield* Agents
      const run = yield* launched()
      const agent = yield* agents.register(run.id, ada)
      expect(yield* exitOf(agent)).toBe(null)
      yield* submit(agent, { a: "1" })
      const code = Option.getOrThrow(yield* (yield* Panel.Panel).code(run, agent, "completed"))
      const url = `https://panel.example/done/S%261?session=s%2F1&code=${code}`
      expect([yield* exitOf(agent), yield* exitOf(agent)]).toEqual([
        { _tag: "Redirect", url },
        { _tag: "Redirect", url }
      ])
      expect(Panel.verify({ secret, run: run.id, code })).toMatchObject(Option.some({ outcome: "completed" }))
      yield* agents.reject(agent.id, "empty")
      expect(yield* exitOf(agent)).toEqual({ _tag: "Redirect", url })
    }).pipe(Effect.provide(panel()))
  )

  const said: ReadonlyArray<[string, unknown]> = [
    ["partial", { _tag: "Code", code: "PART-1" }],
    ["screenedOut", { _tag: "Redirect", url: "https://panel.example/out?id=ada%20lovelace&gender=f" }],
    ["overQuota", null],
    ["failedCheck", null],
    ["noConsent", null]
  ]

  it.effect.each(said)(
    "of a page that says %s is its own: the answers are kept, and the unit is on offer",
    ([outcome, exit]) =>
      Effect.gen(function* () {
        const agents = yield* Agents
        const runs = yield* TaskRuns
        const run = yield* launched()
        const agent = yield* agents.register(run.id, ada)
        const answers = { a: "1", crowd_outcome: outcome }
        const ended = yield* submit(agent, answers)
        expect(ended).toMatchObject({
          status: "returned",
          outcome: Option.some(outcome),
          answers: Option.some(answers)
        })
        expect(yield* runs.counts(run.id)).toMatchObject({ launched: 3, completed: 0 })
        expect(yield* exitOf(agent)).toEqual(exit)
        expect((yield* submit(agent, answers)).id).toBe(agent.id)
        expect((yield* Effect.flip(submit(agent, { a: "2" })))._tag).toBe("AlreadySubmitted")
        expect((yield* Effect.flip(submit(agent, { a: "2", crowd_outcome: "partial" })))._tag).toBe("AlreadySubmitted")
        expect(yield* exitOf(agent)).toEqual(exit)
        for (const again of [ada, link({ pid: "ada lovelace", sid: "2", study: "S&1" })]) {
          expect(yield* agents.register(run.id, again)).toMatchObject({ id: agent.id, repeated: true })
        }
      }).pipe(Effect.provide(panel()))
  )

  it.effect("of a page that says what is no outcome is none: its answers are refused, and it is still at work", () =>
    Effect.gen(function* () {
      const agents = yield* Agents
      const run = yield* launched()
      const agent = yield* agents.register(run.id, ada)
      for (const outcome of ["screened_out", "timedOut", "noWork", "COMPLETED", 1, ["completed"], { a: 1 }]) {
        expect((yield* Effect.flip(submit(agent, { crowd_outcome: outcome })))._tag).toBe("InvalidAnswers")
      }
      expect((yield* agents.get(agent.id)).status).toBe("accepted")
      expect((yield* submit(agent, { a: "1", crowd_outcome: "" })).status).toBe("completed")
    }).pipe(Effect.provide(panel()))
  )

  it.effect("of somebody else's agent cannot be taken by an outcome", () =>
    Effect.gen(function* () {
      const agents = yield* Agents
      const run = yield* launched()
      const agent = yield* agents.register(run.id, ada)
      const eve = yield* agents.register(run.id, link({ pid: "eve", sid: "9", study: "S" }))
      const stolen = submit({ ...agent, worker: eve.worker }, { crowd_outcome: "screenedOut" })
      expect((yield* Effect.flip(stolen))._tag).toBe("NotYourAgent")
      expect((yield* agents.get(agent.id)).status).toBe("accepted")
    }).pipe(Effect.provide(panel()))
  )

  it.effect("of whoever gave it back is a page; of whoever ran out of time theirs, until answers are taken late", () =>
    Effect.gen(function* () {
      const agents = yield* Agents
      const run = yield* launched()
      const back = yield* agents.register(run.id, ada)
      yield* agents.return(back.id)
      expect(yield* exitOf(back)).toBe(null)
      const late = yield* agents.register(run.id, link({ pid: "bob", sid: "2", study: "S" }))
      yield* TestClock.adjust("2 hours")
      yield* agents.endOverdue(run.id)
      const code = Option.getOrThrow(yield* (yield* Panel.Panel).code(run, late, "timedOut"))
      expect(yield* exitOf(late)).toEqual({ _tag: "Code", code })
      expect(Panel.verify({ secret, run: run.id, code })).toMatchObject(Option.some({ outcome: "timedOut" }))
      yield* submit(late, { a: "1", crowd_outcome: "screenedOut" })
      expect((yield* agents.get(late.id)).status).toBe("expired")
      const out = { url: "https://panel.example/out?id=bob&gender=" }
      expect(yield* exitOf(late)).toMatchObject(out)
      expect((yield* Effect.flip(submit(late, { a: "1" })))._tag).toBe("AlreadySubmitted")
      expect((yield* agents.get(late.id)).status).toBe("expired")
      expect(yield* exitOf(late)).toMatchObject(out)
    }).pipe(Effect.provide(panel()))
  )

  it.effect("of whoever says late that they are screened out stays that of their time, once another has the unit", () =>
    Effect.gen(function* () {
      const agents = yield* Agents
      const run = yield* launched(1)
      const late = yield* agents.register(run.id, ada)
      yield* TestClock.adjust("2 hours")
      yield* agents.endOverdue(run.id)
      yield* agents.register(run.id, link({ pid: "bob", sid: "2", study: "S" }))
      const exit = yield* exitOf(late)
      for (const answers of [{ a: "1", crowd_outcome: "screenedOut" }, { a: "1" }]) {
        expect((yield* Effect.flip(submit(late, answers)))._tag).toBe("InvalidTransition")
      }
      expect((yield* agents.get(late.id)).answers).toEqual(Option.none())
      expect(yield* exitOf(late)).toEqual(exit)
    }).pipe(Effect.provide(panel()))
  )

  it.effect("of whoever finds no work, or may not take part, has their id and is not the completed one", () =>
    Effect.gen(function* () {
      const agents = yield* Agents
      const run = yield* launched(1)
      yield* agents.register(run.id, ada)
      const bob = link({ pid: "bob", sid: "2", study: "S" })
      const refused = yield* Effect.flip(agents.register(run.id, bob))
      if (refused._tag !== "NotEligible") return yield* Effect.dieMessage(refused._tag)
      expect(yield* agents.refusalExit(run.id, refused.reason, bob)).toEqual(
        Option.some({ _tag: "Redirect", url: "https://panel.example/full?id=bob" })
      )
      expect(yield* agents.refusalExit(run.id, { _tag: "Blocked" }, bob)).toEqual(
        Option.some({ _tag: "Redirect", url: "https://panel.example/out?id=bob&gender=" })
      )
      const forged = agents.refusalExit(run.id, refused.reason, { query: "pid={{id}}" })
      expect((yield* Effect.flip(forged))._tag).toBe("InvalidProviderData")
    }).pipe(Effect.provide(panel()))
  )

  it.effect("of a panel without exits is a page, whatever happens", () =>
    Effect.gen(function* () {
      const agents = yield* Agents
      const run = yield* launched()
      const agent = yield* agents.register(run.id, ada)
      yield* submit(agent, { a: "1" })
      expect(yield* exitOf(agent)).toBe(null)
    }).pipe(Effect.provide(panel({ id: "pid", session: "sid" })))
  )
})

it.effect("what a task says of its panel comes before what the layer says", () =>
  Effect.gen(function* () {
    const { settings: of, link: to } = yield* Panel.Panel
    const own = { id: "who", keep: [], outcome: "end", exits: { completed: { code: "OWN" } } }
    const run = yield* kit.launched({ task: { panel: Option.some(own) } })
    const agent = yield* Effect.flatMap(Agents, (agents) => agents.register(run.id, { query: "who=ada" }))
    yield* submit(agent, { a: "1", crowd_outcome: "screenedOut" })
    expect(yield* exitOf(agent)).toEqual({ _tag: "Code", code: "OWN" })
    expect(of(yield* launched())).toMatchObject(Option.some({ id: settings.id }))
    expect(to(run, "https://tasks.example/")).toEqual(Option.some(`https://tasks.example/task/${run.id}?who=…`))
    const same = Effect.flatMap(TaskRuns, (runs) => runs.get(run.id))
    expect((yield* same).task.panel).toEqual(Option.some(own))
  }).pipe(Effect.provide(panel()))
)

it.effect("qualifications are kept here", () =>
  Effect.gen(function* () {
    const qualifications = yield* Qualifications
    yield* qualifications.create("trained", "has been here")
    const qualified = { name: "trained", comparator: "exists", value: 1 } as const
    const run = yield* kit.launched({ task: { qualifications: [qualified] } })
    const refused = yield* Effect.flip(Effect.flatMap(Agents, (agents) => agents.register(run.id, ada)))
    expect(refused).toMatchObject({ reason: { _tag: "LacksQualification" } })
  }).pipe(Effect.provide(panel()))
)
