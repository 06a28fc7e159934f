/** 1,000 people come, each more than once, a tenth of them by links that are broken. */
import { expect, it } from "@effect/vitest"
import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import * as Stream from "effect/Stream"
import { Agents } from "../../src/Agents.js"
import * as Panel from "../../src/Panel.js"
import type { TaskRun } from "../../src/TaskRuns.js"
import { TaskRuns } from "../../src/TaskRuns.js"
import { secret } from "../support/panel.js"
import { kit, panel } from "./support.js"

const settings = {
  id: "pid",
  session: "sid",
  exits: {
    completed: { redirect: "https://panel.example/done?sid={session}&code={code}" },
    screenedOut: { code: "each" },
    returned: { code: "each" },
    noWork: { code: "NOTHING-LEFT" }
  }
} as const

const people = 1_000

const broken = (n: number): ReadonlyArray<string> => [
  `?sid=s${n}`,
  "?pid=%25PID%25&sid=1",
  `?pid=p${n}&sid={{session}}`,
  `?pid=p${n}&sid=s${n}&sid=s0`,
  `?pid=p${n}&sid=s${(n + 1) % people}x%00`
]

const ways = ["completes", "completes", "completes", "isScreenedOut", "givesBack", "stays"] as const

/** Somebody comes, reloads, and goes their way; answers what they left with. */
const visit = (run: TaskRun, n: number) =>
  Effect.gen(function* () {
    const agents = yield* Agents
    const link = { query: `?pid=p${n}&sid=s${n}` }
    const first = yield* Effect.either(agents.register(run.id, link))
    if (first._tag === "Left") return { n, way: "turnedAway", agent: undefined, reason: first.left._tag } as const
    const { id, worker } = first.right
    const reload = Effect.map(agents.register(run.id, link), (again) => expect(again.id).toBe(id))
    yield* Effect.all([reload, reload], { concurrency: "unbounded" })
    expect(yield* agents.exit(id)).toEqual(Option.none())
    const way = ways[yield* Random.nextIntBetween(0, ways.length)] ?? "stays"
    if (way === "completes") yield* agents.submit({ agent: id, worker, answers: { a: String(n) } })
    if (way === "isScreenedOut") yield* agents.submit({ agent: id, worker, answers: { crowd_outcome: "screenedOut" } })
    if (way === "givesBack") yield* agents.return(id)
    yield* reload
    return { n, way, agent: id, reason: undefined } as const
  })

const codeIn = (
  exit: { readonly _tag: "Redirect"; readonly url: string } | { readonly _tag: "Code"; readonly code: string }
) => (exit._tag === "Code" ? exit.code : (new URL(exit.url).searchParams.get("code") ?? ""))

const outcomes = {
  completes: "completed",
  isScreenedOut: "screenedOut",
  givesBack: "returned",
  stays: undefined
} as const

it.effect(
  "of a thousand who come nobody has two units, no exit is without stored answers, and each code is one of this run",
  () =>
    Effect.gen(function* () {
      const agents = yield* Agents
      const run = yield* kit.launched({ rows: 500 })
      const other = yield* kit.launched({ rows: 1 })
      const isBroken = (n: number) => n % 10 === 7
      const refused = yield* Effect.forEach(Arr.makeBy(people, (n) => n).filter(isBroken), (n) =>
        Effect.forEach(broken(n), (query) =>
          Effect.map(Effect.flip(agents.register(run.id, { query })), ({ _tag }) => _tag)
        )
      )
      expect(refused.flat()).toEqual(Arr.makeBy(500, () => "InvalidProviderData"))

      const visits = yield* Effect.forEach(
        Arr.makeBy(people, (n) => n).filter((n) => !isBroken(n)),
        (n) => visit(run, n),
        { concurrency: 16 }
      )
      const reasons = visits.flatMap(({ reason }) => (reason === undefined ? [] : [reason]))
      expect([...new Set(reasons)]).toEqual(["NotEligible"])

      const all = [...(yield* Stream.runCollect(agents.list(run.id)))]
      expect(new Set(all.map(({ worker }) => worker)).size).toBe(all.length)
      expect(all).toHaveLength(visits.filter(({ agent }) => agent !== undefined).length)
      const held = all.filter(({ status }) => status === "accepted" || status === "completed")
      expect(new Set(held.map(({ unit }) => unit)).size).toBe(held.length)
      const counts = yield* Effect.flatMap(TaskRuns, (runs) => runs.counts(run.id))
      expect(counts.assigned + counts.completed).toBe(held.length)
      expect(counts.launched + held.length).toBe(500)

      const codes = new Set<string>()
      for (const { agent, way } of visits) {
        if (agent === undefined) continue
        const exit = yield* agents.exit(agent)
        expect(yield* agents.exit(agent)).toEqual(exit)
        const { answers } = yield* agents.get(agent)
        const outcome = outcomes[way]
        expect([way, Option.isSome(exit)]).toEqual([way, outcome !== undefined])
        if (Option.isNone(exit) || outcome === undefined) continue
        expect(Option.isSome(answers)).toBe(outcome !== "returned")
        expect(exit.value._tag === "Redirect").toBe(outcome === "completed")
        const code = codeIn(exit.value)
        codes.add(code)
        expect(Panel.verify({ secret, run: run.id, code })).toMatchObject(Option.some({ outcome }))
        expect(Panel.verify({ secret, run: other.id, code })).toEqual(Option.none())
      }
      expect(codes.size).toBe(visits.filter(({ way }) => way !== "turnedAway" && way !== "stays").length)
    }).pipe(Effect.provide(panel(settings)), Effect.withRandom(Random.make("a thousand"))),
  60_000
)
