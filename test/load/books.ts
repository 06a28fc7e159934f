/** What the database must say once a run is over, read as plain rows, past the code under test. */
import { SqlClient } from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { Told } from "./crowd.js"

const Units = Schema.Struct({ id: Schema.String, status: Schema.String })
const Agents = Schema.Struct({
  id: Schema.String,
  unit: Schema.String,
  assignment: Schema.String,
  worker: Schema.String,
  status: Schema.String,
  answers: Schema.NullOr(Schema.parseJson(Schema.Unknown))
})
const Payments = Schema.Struct({ unit: Schema.String })

const rows = <A, I>(query: string, row: Schema.Schema<A, I>) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient
    return yield* Schema.decodeUnknown(Schema.Array(row))(yield* sql.unsafe(query))
  })

const numbersBy = <A>(all: ReadonlyArray<A>, key: (one: A) => string): ReadonlyMap<string, number> => {
  const numbers = new Map<string, number>()
  for (const one of all) numbers.set(key(one), (numbers.get(key(one)) ?? 0) + 1)
  return numbers
}

const unlessOnce = (ids: ReadonlyArray<string>, numbers: ReadonlyMap<string, number>, what: string) =>
  ids.flatMap((id) => (numbers.get(id) === 1 ? [] : [`${id} was ${what} ${numbers.get(id) ?? 0} times`]))

const above = (limit: number, numbers: ReadonlyMap<string, number>, what: string) =>
  [...numbers].flatMap(([who, number]) => (number > limit ? [`${who} ${what} ${number} times`] : []))

/** Whether nothing is left to do: what the conductors do by themselves they have done. */
export const isOver = Effect.map(
  rows("SELECT id, status FROM crowd_units WHERE status <> 'accepted' LIMIT 1", Units),
  (open) => open.length === 0
)

/** Everything that is not as it must be, in words. */
export const wrong = (told: Told, expected: { readonly units: number; readonly perWorker: number }) =>
  Effect.gen(function* () {
    const units = yield* rows("SELECT id, status FROM crowd_units", Units)
    const agents = yield* rows("SELECT id, unit, assignment, worker, status, answers FROM crowd_agents", Agents)
    const payments = yield* rows("SELECT unit FROM crowd_payments WHERE kind = 'reward'", Payments)
    const stored = new Map(agents.map((agent) => [agent.id, JSON.stringify(agent.answers)]))
    const stayed = agents.filter(({ status }) => status !== "returned")
    const heldOrSubmitted = stayed.filter(({ status }) => status !== "expired")
    const approved = agents.filter(({ status }) => status === "approved")
    const ids = units.map(({ id }) => id)
    return [
      ...told.wrong,
      ...(units.length === expected.units ? [] : [`${units.length} units`]),
      ...(told.acknowledged.size === expected.units ? [] : [`${told.acknowledged.size} submissions acknowledged`]),
      ...units.flatMap(({ id, status }) => (status === "accepted" ? [] : [`${id} is ${status}`])),
      ...unlessOnce(
        ids,
        numbersBy(approved, ({ unit }) => unit),
        "done"
      ),
      ...unlessOnce(
        ids,
        numbersBy(payments, ({ unit }) => unit),
        "paid"
      ),
      ...above(
        1,
        numbersBy(stayed, ({ assignment, worker }) => `${worker} on ${assignment}`),
        "worked"
      ),
      ...above(
        expected.perWorker,
        numbersBy(heldOrSubmitted, ({ worker }) => worker),
        "held or submitted units"
      ),
      ...[...told.acknowledged].flatMap(([agent, answers]) =>
        stored.get(agent) === JSON.stringify(answers)
          ? []
          : [`${agent} has ${stored.get(agent)}, not what was acknowledged`]
      )
    ]
  })
