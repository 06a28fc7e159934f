import { describe, expect, type Vitest } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { Token } from "../../src/Ids.js"
import * as Money from "../../src/Money.js"
import { type PageOptions, type Service, Store } from "../../src/Store.js"
import * as tables from "../../src/store/tables.js"
import type { Unit } from "../../src/Units.js"
import { agentId, at, run, seed, upTo, worker } from "./rows.js"

/** All rows, page by page. */
const pagesOf = (store: Service, options: Omit<PageOptions<Unit>, "after">) =>
  Effect.gen(function* () {
    const found: Array<Unit> = []
    for (;;) {
      const page = yield* store.page(tables.units, { ...options, after: found.at(-1) })
      expect(page.length).toBeLessThanOrEqual(options.limit)
      found.push(...page)
      if (page.length < options.limit) return found.map(({ place }) => place)
    }
  })

const byId = (a: Unit, b: Unit) => (a.id < b.id ? -1 : 1)

/** Text is in the order of its UTF-8 bytes. */
const bytes = (text: string): string => Buffer.from(text).toString("hex")

/** Nothing where the column is null: such a row is in no order. */
const comparable = (unit: Unit, column: keyof Unit): number | string | undefined => {
  const value = unit[column]
  if (typeof value === "string") return bytes(value)
  if (typeof value === "number") return value
  if ("epochMillis" in value) return value.epochMillis
  if (value._tag === "None") return undefined
  return typeof value.value === "string" ? bytes(value.value) : value.value.epochMillis
}

/** The order asked for, found by sorting. */
const sorted = (units: ReadonlyArray<Unit>, column: keyof Unit, reverse: boolean) => {
  const ordered = units.flatMap((unit) => {
    const value = comparable(unit, column)
    return value === undefined ? [] : [{ unit, value }]
  })
  const up = ordered.toSorted((a, b) => (a.value === b.value ? byId(a.unit, b.unit) : a.value < b.value ? -1 : 1))
  return (reverse ? up.toReversed() : up).map(({ unit }) => unit.place)
}

/** With ties and nulls in every column that is ordered by. */
const mixed = (place: number): Partial<Unit> => ({
  status: place % 3 === 0 ? "created" : "launched",
  leaseUntil: place % 4 === 0 ? Option.none() : Option.some(at((place * 7) % 5)),
  remoteId: place % 5 === 0 ? Option.none() : Option.some(["z", "é", "\ue000", "😀", "a"][place % 5] ?? ""),
  updatedAt: at((place * 11) % 4),
  agent: Option.some(agentId("p", place))
})

export const pages = (it: Vitest.MethodsNonLive<Store>): void => {
  describe("pages", () => {
    for (const reverse of [false, true]) {
      for (const limit of [1, 3, 100]) {
        it.effect(`follow every index, without nulls, ${reverse ? "backwards" : "forwards"}, ${limit} a page`, () =>
          Effect.gen(function* () {
            const store = yield* Store
            const key = `p${reverse ? "r" : "f"}${limit}`
            const units = yield* seed(key, 25, mixed)
            const where = { run: run(key).id }
            const launched = units.filter(({ status }) => status === "launched")
            for (const orderBy of ["place", "updatedAt", "remoteId"] as const) {
              expect(yield* pagesOf(store, { where, orderBy, reverse, limit })).toEqual(sorted(units, orderBy, reverse))
            }
            for (const orderBy of ["place", "leaseUntil"] as const) {
              const found = yield* pagesOf(store, { where: { ...where, status: "launched" }, orderBy, reverse, limit })
              expect(found).toEqual(sorted(launched, orderBy, reverse))
            }
          })
        )
      }

      it.effect(`end at a value, ${reverse ? "backwards" : "forwards"}`, () =>
        Effect.gen(function* () {
          const store = yield* Store
          const key = `q${reverse ? "r" : "f"}`
          const units = yield* seed(key, 25, mixed)
          const due = units.filter(
            (one) => one.status === "launched" && Option.exists(one.leaseUntil, (end) => end.epochMillis <= 2)
          )
          const found = yield* pagesOf(store, {
            where: { run: run(key).id, status: "launched" },
            orderBy: "leaseUntil",
            atMost: { leaseUntil: Option.some(at(2)) },
            reverse,
            limit: 2
          })
          expect(found).toEqual(sorted(due, "leaseUntil", reverse))
          expect(found.length).toBeGreaterThan(2)
          const first = yield* pagesOf(store, {
            where: { run: run(key).id },
            orderBy: "place",
            atMost: { place: 3 },
            reverse,
            limit: 2
          })
          expect(first).toEqual(sorted(units.slice(0, 4), "place", reverse))
        })
      )
    }

    it.effect("look for a value that not every row has", () =>
      Effect.gen(function* () {
        const store = yield* Store
        const units = yield* seed("s", 12, mixed)
        const page = (remoteId: string) =>
          store.page(tables.units, { where: { run: run("s").id, remoteId: Option.some(remoteId) }, limit: 100 })
        expect(yield* page("a")).toEqual(units.filter(({ remoteId }) => Option.contains(remoteId, "a")))
        expect(yield* page("nothing")).toEqual([])
      })
    )

    it.effect("look for null where the column is not the last of an index", () =>
      Effect.gen(function* () {
        const store = yield* Store
        const paid = { kind: "bonus", unit: Option.none(), worker: worker("n").id, currency: Money.USD } as const
        const payments = [Option.none(), Option.some(run("n").id)].map((run, n) => ({
          ...paid,
          id: Token.make(`bonus_n${n}`),
          run,
          amount: n,
          fee: 0,
          reason: Option.some("well done"),
          paidAt: at(n)
        }))
        yield* store.insert(tables.payments, payments)
        const where = { run: Option.none(), kind: paid.kind, worker: paid.worker }
        expect(yield* store.page(tables.payments, { where, limit: 10 })).toEqual(payments.slice(0, 1))
      })
    )

    it.effect("go on from a row that has changed since", () =>
      Effect.gen(function* () {
        const store = yield* Store
        const units = yield* seed("t", 6)
        const asked = { where: { run: run("t").id, status: "launched" }, orderBy: "place" } as const
        const [, second] = yield* store.page(tables.units, { ...asked, limit: 2 })
        const [changed] = yield* store.update(tables.units, { ids: [second?.id ?? ""], set: { status: "assigned" } })
        const rest = yield* store.page(tables.units, { ...asked, after: changed, limit: 10 })
        expect(rest).toEqual(units.slice(2))
      })
    )

    it.effect("of a table with no such row are empty, and a limit of none gives none", () =>
      Effect.gen(function* () {
        const store = yield* Store
        yield* store.insert(
          tables.workers,
          upTo(3).map((n) => worker("v", n))
        )
        expect(
          yield* store.page(tables.units, { where: { run: run("empty").id }, orderBy: "place", limit: 10 })
        ).toEqual([])
        expect(yield* store.page(tables.workers, { where: { provider: "provider v" }, limit: 0 })).toEqual([])
      })
    )

    it.effect("may not be asked for where no index helps", () =>
      Effect.gen(function* () {
        const store = yield* Store
        const exit = yield* Effect.exit(store.page(tables.units, { where: { agent: Option.none() }, limit: 1 }))
        expect(exit).toMatchObject({ _tag: "Failure", cause: { _tag: "Die" } })
        const count = yield* Effect.exit(store.count(tables.units, { agent: Option.none() }, "status"))
        expect(count).toMatchObject({ _tag: "Failure", cause: { _tag: "Die" } })
        const nulls = { run: run("w").id, remoteId: Option.none() }
        const leftOut = yield* Effect.exit(store.page(tables.units, { where: nulls, limit: 1 }))
        expect(leftOut).toMatchObject({ _tag: "Failure", cause: { _tag: "Die" } })
      })
    )

    it.effect("do not go on from a row that is not among theirs", () =>
      Effect.gen(function* () {
        const store = yield* Store
        const [none] = yield* seed("x", 1, () => ({ leaseUntil: Option.none() }))
        const where = { run: run("x").id, status: "launched" } as const
        const page = store.page(tables.units, { where, orderBy: "leaseUntil", after: none, limit: 1 })
        expect(yield* Effect.exit(page)).toMatchObject({ _tag: "Failure", cause: { _tag: "Die" } })
      })
    )
  })
}
