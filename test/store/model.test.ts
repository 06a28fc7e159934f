/** Whatever is done to them, the store in memory and the store in SQL answer the same. */
import { expect, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import * as Option from "effect/Option"
import { AgentStatus, UnitStatus } from "../../src/States.js"
import { type Service, Store } from "../../src/Store.js"
import * as memory from "../../src/store/memory/store.js"
import type { Primitive, Table } from "../../src/store/tables.js"
import * as tables from "../../src/store/tables.js"
import * as sqlite from "../support/sqlite.js"
import { agent, agentId, assignment, at, block, requester, run, seed, unit, worker } from "./rows.js"

type Operation = (store: Service, key: string) => Effect.Effect<unknown, unknown>

const size = 8
const n = FastCheck.integer({ min: 0, max: size - 1 })
const some = FastCheck.uniqueArray(n, { maxLength: size })
const someTime = FastCheck.integer({ min: 0, max: 4 }).map(at).map(Option.some)
const time = FastCheck.oneof({ weight: 5, arbitrary: someTime }, FastCheck.constant(Option.none()))
const text = FastCheck.constantFrom("", "a", "a\u0000", "a\u0001", "ab", "é", "\ue000", "😀")
const limit = FastCheck.integer({ min: 0, max: 6 })
const unitStatus = FastCheck.constantFrom(...UnitStatus.literals.slice(0, 4))
const agentStatus = FastCheck.constantFrom(...AgentStatus.literals)

const encoded =
  <Row extends { readonly id: string }, Encoded extends { readonly [column: string]: Primitive }>(
    table: Table<Row, Encoded>
  ) =>
  (rows: ReadonlyArray<Row>) =>
    rows.map((row) => JSON.stringify(table.encode(row)))

const anyOrder =
  <Row extends { readonly id: string }, Encoded extends { readonly [column: string]: Primitive }>(
    table: Table<Row, Encoded>
  ) =>
  (rows: ReadonlyArray<Row>) =>
    encoded(table)(rows).toSorted()

const dataRow = (key: string, name: string, value: string) => ({
  id: `${key}/${name}`,
  provider: `provider ${key}`,
  value
})

const operations: ReadonlyArray<FastCheck.Arbitrary<Operation>> = [
  FastCheck.tuple(some, text, n).map(
    ([ns, reason, generation]) =>
      (store, key) =>
        store.put(
          tables.blocks,
          ns.map((n) => block(key, n, { generation, reason: Option.some(reason) }))
        )
  ),
  FastCheck.array(n, { maxLength: size }).map(
    (ns) => (store, key) =>
      Effect.map(
        store.insert(
          tables.blocks,
          ns.map((n) => block(key, n))
        ),
        (ids) => ids.toSorted()
      )
  ),
  some.map(
    (ns) => (store, key) =>
      store.remove(
        tables.blocks,
        ns.map((n) => block(key, n).id)
      )
  ),
  n.map(
    (n) => (store, key) =>
      Effect.map(Effect.map(store.get(tables.blocks, block(key, n).id), Option.toArray), encoded(tables.blocks))
  ),
  FastCheck.constant((store, key) => store.count(tables.blocks, { requester: requester(key).id }, "reason")),
  FastCheck.constant((store, key) => store.sum(tables.blocks, { requester: requester(key).id }, "generation")),
  FastCheck.array(FastCheck.tuple(text, text), { maxLength: 5 }).map(
    (rows) => (store, key) =>
      store.put(
        tables.data,
        rows.map(([name, value]) => dataRow(key, name, value))
      )
  ),
  FastCheck.tuple(limit, FastCheck.boolean(), FastCheck.option(text)).map(
    ([limit, reverse, after]) =>
      (store, key) =>
        Effect.map(
          store.page(tables.data, {
            where: { provider: `provider ${key}` },
            limit,
            reverse,
            after: after === null ? undefined : dataRow(key, after, "")
          }),
          encoded(tables.data)
        )
  ),
  FastCheck.tuple(some, FastCheck.array(unitStatus, { maxLength: 3 }), unitStatus, time).map(
    ([ns, when, status, leaseUntil]) =>
      (store, key) =>
        Effect.map(
          store.update(tables.units, {
            ids: ns.map((n) => unit(key, n).id),
            when: { status: when },
            set: { status, leaseUntil }
          }),
          anyOrder(tables.units)
        )
  ),
  FastCheck.tuple(some, FastCheck.array(time, { maxLength: 3 }), text).map(
    ([ns, when, remoteId]) =>
      (store, key) =>
        Effect.map(
          store.update(tables.units, {
            ids: ns.map((n) => unit(key, n).id),
            when: { leaseUntil: when },
            set: { remoteId: Option.some(remoteId) }
          }),
          anyOrder(tables.units)
        )
  ),
  FastCheck.tuple(unitStatus, limit, FastCheck.boolean(), FastCheck.option(someTime), FastCheck.option(someTime)).map(
    ([status, limit, reverse, atMost, after]) =>
      (store, key) =>
        Effect.map(
          store.page(tables.units, {
            where: { run: run(key).id, status },
            orderBy: "leaseUntil",
            limit,
            reverse,
            atMost: atMost === null ? undefined : { leaseUntil: atMost },
            after: after === null ? undefined : unit(key, 3, { leaseUntil: after })
          }),
          encoded(tables.units)
        )
  ),
  FastCheck.tuple(limit, FastCheck.boolean(), FastCheck.option(text)).map(
    ([limit, reverse, after]) =>
      (store, key) =>
        Effect.map(
          store.page(tables.units, {
            where: { run: run(key).id },
            orderBy: "remoteId",
            limit,
            reverse,
            after: after === null ? undefined : unit(key, 3, { remoteId: Option.some(after) })
          }),
          encoded(tables.units)
        )
  ),
  FastCheck.tuple(n, n, agentStatus).map(
    ([id, of, status]) =>
      (store, key) =>
        store.put(tables.agents, [
          agent(key, id, unit(key, of, { assignment: assignment(key, of % 3).id }), { status })
        ])
  ),
  FastCheck.tuple(n, n, FastCheck.boolean()).map(
    ([id, after, again]) =>
      (store, key) =>
        Effect.map(
          store.claim({
            run: run(key).id,
            worker: worker(key).id,
            agent: agentId(key, id),
            after: after - 1,
            again,
            leaseUntil: at(3),
            now: at(2)
          }),
          (claimed) => encoded(tables.units)(Option.toArray(claimed))
        )
  ),
  FastCheck.tuple(n, n).map(
    ([id, name]) =>
      (store, key) =>
        store.put(tables.workers, [{ ...worker(key, id), name: `worker ${name}` }])
  )
]

const operation = FastCheck.oneof(...operations)

const transaction: FastCheck.Arbitrary<Operation> = FastCheck.tuple(
  FastCheck.array(operation, { maxLength: 5 }),
  FastCheck.boolean()
).map(
  ([inside, fails]) =>
    (store, key) =>
      store.transaction(
        Effect.zipLeft(
          Effect.forEach(inside, (operation) => operation(store, key)),
          fails ? Effect.fail("fails") : Effect.void
        )
      )
)

const sequence = FastCheck.array(
  FastCheck.oneof({ weight: 4, arbitrary: operation }, { weight: 1, arbitrary: transaction }),
  {
    minLength: 5,
    maxLength: 40
  }
)

/** The answer of each step; of a failure, its reason alone. */
const answers = (store: Service, key: string, steps: ReadonlyArray<Operation>) =>
  Effect.zipRight(
    Effect.provideService(
      seed(key, size, (place) => ({ assignment: assignment(key, place % 3).id })),
      Store,
      store
    ),
    Effect.forEach(steps, (step) =>
      Effect.match(step(store, key), {
        onFailure: (error) => (typeof error === "object" && error !== null && "reason" in error ? error.reason : error),
        onSuccess: (answer) => answer ?? null
      })
    )
  )

let runs = 0

layer(sqlite.layer())((it) => {
  it.effect.prop(
    "any sequence of operations has the same answers in memory and in SQL",
    { steps: sequence },
    ({ steps }) =>
      Effect.gen(function* () {
        const key = `model${++runs}`
        const inMemory = yield* answers(yield* memory.make, key, steps)
        const inSql = yield* answers(yield* Store, key, steps)
        expect(inSql).toEqual(inMemory)
        expect(inSql.length).toBe(steps.length)
      }),
    { fastCheck: { numRuns: 150 }, timeout: 60_000 }
  )
})
