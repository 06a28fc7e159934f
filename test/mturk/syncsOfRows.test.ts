/** What a sync reads of HITs that have several places, and what it makes of them. */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import { Agents, Store, type TaskRuns, Units } from "../../src/index.js"
import * as tables from "../../src/store/tables.js"
import type * as fake from "./fake.js"
import { arrive, decide, giveBack, type Life, lived, submit, take } from "./syncs.js"

const host = "https://pages.example"

/** How many units of the run there are in each status. */
const statuses = (run: TaskRuns.TaskRun) =>
  Effect.gen(function* () {
    const all = [...(yield* Stream.runCollect((yield* Units.Units).list(run.id)))]
    const counts: Record<string, number> = {}
    for (const { status } of all) counts[status] = (counts[status] ?? 0) + 1
    return counts
  })

/** Who has worked on the run, and what became of it. */
const people = (run: TaskRuns.TaskRun) =>
  Effect.map(
    Effect.flatMap(Agents.Agents, (agents) => Stream.runCollect(agents.list(run.id))),
    (all) => [...all].map(({ status, workerName }) => `${workerName} ${status}`).sort()
  )

/** How many records a sync changes after `act`, and how many HITs it reads; the next one changes and reads nothing. */
const news = ({ service: { read }, sync }: Life, act: () => void) =>
  Effect.gen(function* () {
    act()
    const before = read.length
    const { changed } = yield* sync("it")
    const reads = read.length - before
    expect((yield* sync("nothing")).changed).toBe(0)
    expect(read).toHaveLength(before + reads)
    return { changed, reads }
  })

const threePlaces = ({ places }: Life): readonly [fake.Place, fake.Place, fake.Place] => {
  const [first, second, third] = places
  if (first === undefined || second === undefined || third === undefined) throw new Error("a HIT has three places")
  return [first, second, third]
}

describe("a HIT that is partly submitted", () => {
  it.effect("is read whenever more was submitted or decided there than we have, and no more often", () =>
    lived({ rows: 10, units: 3 }, (life) =>
      Effect.gen(function* () {
        const [first, second, third] = threePlaces(life)
        const one = { changed: 1, reads: 1 }
        expect(yield* news(life, () => submit([first]))).toEqual(one)
        expect(yield* news(life, () => take([second]))).toEqual({ changed: 0, reads: 0 })
        expect(yield* news(life, () => decide([first], "Approved"))).toEqual(one)
        expect(yield* news(life, () => submit([second]))).toEqual(one)
        expect(yield* news(life, () => submit([third]))).toEqual(one)
        expect(yield* news(life, () => decide([second], "Rejected"))).toEqual(one)
        expect(yield* news(life, () => decide([third], "Approved"))).toEqual(one)
        expect(new Set(life.service.read)).toEqual(new Set([first.hit]))
        expect(yield* statuses(life.run)).toEqual({ accepted: 2, rejected: 1, launched: 27 })
      })
    )
  )

  it.effect("is asked for by itself where few places are left", () =>
    lived({ rows: 10, units: 3 }, ({ places, run, service: { calls }, sync }) =>
      Effect.gen(function* () {
        submit(places.slice(0, -2))
        yield* sync("nearly all submitted")
        calls.length = 0
        submit(places.slice(-2, -1))
        expect((yield* sync("one more")).changed).toBe(1)
        expect(calls.filter((call) => call === "GetHIT")).toHaveLength(1)
        expect(calls).not.toContain("ListHITs")
        expect(yield* statuses(run)).toEqual({ completed: 29, launched: 1 })
      })
    )
  )
})

describe("one more HIT of a row, which has a HITType of its own", () => {
  it.effect("is seen as the others are, also when nothing is on offer any more", () =>
    lived({ rows: 1, units: 1 }, (life) =>
      Effect.gen(function* () {
        const store = yield* Store.Store
        const [unit] = yield* store.page(tables.units, { where: { run: life.run.id }, orderBy: "place", limit: 1 })
        if (unit === undefined) return
        const hit = life.service.add(unit.id, 1, "TYPE OF THE ROW")
        yield* store.put(tables.units, [{ ...unit, remoteId: Option.some(hit.id) }])
        yield* store.put(tables.data, [
          { id: "mturk/row/1", provider: `mturk/rows/${life.run.id}`, value: "QUALIFICATION" }
        ])
        expect(yield* news(life, () => submit(hit.places))).toEqual({ changed: 1, reads: 1 })
        expect(yield* news(life, () => decide(hit.places, "Approved"))).toEqual({ changed: 1, reads: 1 })
        expect(yield* statuses(life.run)).toEqual({ accepted: 1 })
      })
    )
  )
})

describe("a HIT that several people hold", () => {
  it.effect("is on offer again for those who have left once all of them have: before, nobody tells who it was", () =>
    lived({ rows: 10, units: 3, host }, (life) =>
      Effect.gen(function* () {
        const { run, service } = life
        const [first, second] = threePlaces(life)
        yield* arrive(run, [first, second])
        yield* TestClock.adjust("10 seconds")
        expect(yield* news(life, () => giveBack([first]))).toEqual({ changed: 0, reads: 0 })
        expect(yield* news(life, () => giveBack([second]))).toEqual({ changed: 2, reads: 0 })
        expect(yield* statuses(run)).toEqual({ launched: 30 })
        first.worker = "ANOTHER"
        expect(yield* news(life, () => submit([first]))).toEqual({ changed: 1, reads: 1 })
        expect(yield* people(run)).toEqual([`A${first.id} returned`, `A${second.id} returned`, "ANOTHER completed"])
        expect(service.read).toEqual([first.hit])
      })
    )
  )

  it.effect("keeps those who have just come, whom the service may not count yet", () =>
    lived({ rows: 1, units: 3, host }, (life) =>
      Effect.gen(function* () {
        const [first, second] = threePlaces(life)
        yield* arrive(life.run, [first])
        yield* TestClock.adjust("10 seconds")
        yield* arrive(life.run, [second])
        expect(yield* news(life, () => giveBack([first, second]))).toEqual({ changed: 1, reads: 0 })
        expect(yield* statuses(life.run)).toEqual({ launched: 2, assigned: 1 })
      })
    )
  )
})

describe("a HIT whose time is over", () => {
  it.effect("is withdrawn once nobody is at work on it, whatever was submitted of it", () =>
    lived({ rows: 1, units: 3 }, (life) =>
      Effect.gen(function* () {
        const [first, second] = threePlaces(life)
        yield* news(life, () => submit([first]))
        take([second])
        yield* TestClock.adjust("8 days")
        for (const hit of life.service.hits) hit.expiration = 0
        yield* life.sync("over")
        expect(yield* statuses(life.run)).toEqual({ completed: 1, launched: 2 })
        expect(yield* news(life, () => submit([second]))).toEqual({ changed: 2, reads: 1 })
        expect(yield* statuses(life.run)).toEqual({ completed: 2, expired: 1 })
      })
    )
  )
})

describe("a HIT that was taken back while two are at work on it", () => {
  const takenBack = (life: Life) =>
    Effect.gen(function* () {
      const [first, second, third] = threePlaces(life)
      take([first, second])
      yield* Effect.flatMap(Units.Units, (units) => units.expireAll(life.run.id))
      yield* TestClock.adjust("10 seconds")
      expect(yield* statuses(life.run)).toEqual({ expired: 3 })
      return [first, second, third] as const
    })

  it.effect("tells of the first who submits before the second has, and of the second", () =>
    lived({ rows: 1, units: 3 }, (life) =>
      Effect.gen(function* () {
        const [first, second] = yield* takenBack(life)
        yield* news(life, () => {})
        expect(yield* news(life, () => submit([first]))).toEqual({ changed: 1, reads: 1 })
        yield* TestClock.adjust("10 seconds")
        expect((yield* news(life, () => submit([second]))).changed).toBeGreaterThan(0)
        expect(yield* statuses(life.run)).toEqual({ completed: 2, expired: 1 })
      })
    )
  )

  it.effect("is waited for no longer than a minute once the second has given it back", () =>
    lived({ rows: 1, units: 3 }, (life) =>
      Effect.gen(function* () {
        const [first, second] = yield* takenBack(life)
        yield* news(life, () => submit([first]))
        const busy = Effect.flatMap(Units.Units, (units) => units.busyUntil(life.run.id))
        yield* TestClock.adjust("2 minutes")
        expect(yield* busy).toMatchObject({ _tag: "Some" })
        yield* news(life, () => giveBack([second]))
        yield* TestClock.adjust("61 seconds")
        expect(yield* busy).toMatchObject({ _tag: "None" })
        expect(yield* statuses(life.run)).toEqual({ completed: 1, expired: 2 })
      })
    )
  )

  it.effect("is looked at once more, so that what became visible only then is found", () =>
    lived({ rows: 1, units: 3 }, (life) =>
      Effect.gen(function* () {
        const [first, second, third] = yield* takenBack(life)
        yield* news(life, () => submit([first]))
        yield* news(life, () => giveBack([second]))
        submit([third])
        expect(yield* news(life, () => {})).toEqual({ changed: 0, reads: 0 })
        yield* TestClock.adjust("3 minutes")
        expect(yield* news(life, () => {})).toEqual({ changed: 1, reads: 1 })
        expect(yield* statuses(life.run)).toEqual({ completed: 2, expired: 1 })
      })
    )
  )
})

describe("what was handed in to our own page while the service has another worker's", () => {
  it.effect("is found by one look once the HIT is over; both are kept, and decided work of it is read once", () =>
    lived({ rows: 1, units: 3, host }, (life) =>
      Effect.gen(function* () {
        const { places, run } = life
        const [first] = threePlaces(life)
        yield* arrive(run, places)
        const agents = yield* Agents.Agents
        const all = [...(yield* Stream.runCollect(agents.list(run.id)))]
        yield* Effect.forEach(all, ({ id, worker }) => agents.submit({ agent: id, worker, answers: { label: "good" } }))
        submit(places)
        const lost = first.worker
        first.worker = "ANOTHER"
        expect(yield* news(life, () => {})).toEqual({ changed: 0, reads: 0 })
        yield* TestClock.adjust("2 minutes")
        expect(yield* news(life, () => {})).toEqual({ changed: 1, reads: 1 })
        expect(yield* people(run)).toEqual(
          ["ANOTHER", ...places.slice(1).map(({ worker }) => worker), lost].map((name) => `${name} completed`).sort()
        )
        expect(yield* news(life, () => decide([first], "Approved"))).toEqual({ changed: 1, reads: 1 })
        expect(yield* statuses(run)).toEqual({ completed: 3 })
      })
    )
  )
})

describe("a rejection of one of a HIT's units that was overridden elsewhere", () => {
  it.effect("is noticed within one day while other places of it are still on offer", () =>
    lived({ rows: 10, units: 3 }, (life) =>
      Effect.gen(function* () {
        const [first] = threePlaces(life)
        yield* news(life, () => submit([first]))
        yield* news(life, () => decide([first], "Rejected"))
        decide([first], "Approved")
        expect(yield* news(life, () => {})).toEqual({ changed: 0, reads: 0 })
        yield* TestClock.adjust("7 hours")
        expect(yield* news(life, () => {})).toEqual({ changed: 1, reads: 1 })
        expect(yield* statuses(life.run)).toEqual({ accepted: 1, launched: 29 })
      })
    )
  )
})
