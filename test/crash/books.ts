/** What the crowd's books and ours must say in the end. Ours are read as plain rows, past the code under test. */
import Database from "better-sqlite3"
import * as Schema from "effect/Schema"
import type { Ledger } from "../support/remoteCrowd/protocol.js"
import { bonusOf, reward } from "./task.js"

const rowsOf = <A, I>(file: string, query: string, row: Schema.Schema<A, I>): ReadonlyArray<A> => {
  const db = new Database(file, { readonly: true })
  try {
    return Schema.decodeUnknownSync(Schema.Array(row))(db.prepare(query).all())
  } finally {
    db.close()
  }
}

const Named = Schema.Struct({ id: Schema.String, status: Schema.String })
const OfUnit = Schema.Struct({ id: Schema.String, unit: Schema.String })
const Written = Schema.Struct({ id: Schema.String, kind: Schema.String, state: Schema.String })
const Paid = Schema.Struct({ id: Schema.String, kind: Schema.String, unit: Schema.String, amount: Schema.Int })

/** What has come of one kind of effect. */
export interface Tally {
  readonly wanted: number
  readonly acted: number
}

export interface Findings {
  readonly launched: Tally
  readonly approved: Tally
  readonly bonuses: Tally
  readonly uncertain: number
  /** Each thing that is not as it must be, in words. */
  readonly wrong: ReadonlyArray<string>
}

const read = (file: string) => ({
  units: rowsOf(file, "select id, status from crowd_units", Named),
  agents: rowsOf(file, "select id, unit from crowd_agents", OfUnit),
  intents: rowsOf(file, "select id, kind, state from crowd_intents", Written),
  payments: rowsOf(file, "select id, kind, unit, amount from crowd_payments", Paid)
})

export type Books = ReturnType<typeof read>

/**
 * Nothing twice, and nothing done that we do not know of: what must hold whenever the working process is not running.
 */
const never = ({ entries }: Ledger, { intents }: Books): ReadonlyArray<string> => {
  const states = new Map(intents.map(({ id, state }) => [id, state]))
  return entries.flatMap(({ acted, amiss, token }) => {
    const state = states.get(token)
    if (amiss.length > 0) return amiss.map((what) => `${token} was ${what}`)
    if (acted > 1) return [`${token} was done ${acted} times`]
    if (acted === 1 && state !== "done" && state !== "uncertain") return [`${token} was done, but is ${state} with us`]
    return acted === 0 && state === "done" ? [`${token} is done with us, but was not`] : []
  })
}

/** What must hold once everything is done. */
const finallyWrong = (ledger: Ledger, { agents, intents, payments, units }: Books): ReadonlyArray<string> => {
  const done = new Map(ledger.entries.filter(({ acted }) => acted === 1).map((entry) => [entry.token, entry]))
  const bonuses = new Map(
    [...done.values()].filter(({ kind }) => kind === "bonus").map((entry) => [entry.subject, entry])
  )
  const paid = new Map(payments.map((payment) => [payment.id, payment]))
  const amiss = (found: number | undefined, wanted: number, what: string) =>
    found === wanted ? [] : [`${what}: ${found ?? "none"} instead of ${wanted}`]
  return [
    ...units.flatMap(({ id, status }) => [
      ...(done.has(`launch_${id}`) ? [] : [`${id} was never launched`]),
      ...(status === "accepted" ? [] : [`${id} is ${status} with us`]),
      ...amiss(bonuses.get(id)?.amount, bonusOf(id).minor, `bonus for ${id} at the crowd`),
      ...amiss(paid.get(bonuses.get(id)?.token ?? "")?.amount, bonusOf(id).minor, `bonus for ${id} with us`)
    ]),
    ...agents.flatMap(({ id }) => [
      ...amiss(done.get(`approve_${id}`)?.amount, reward.minor, `reward for ${id} at the crowd`),
      ...amiss(paid.get(`approve_${id}`)?.amount, reward.minor, `reward for ${id} with us`)
    ]),
    ...amiss(payments.length, 2 * units.length, "payments with us"),
    ...amiss(agents.length, units.length, "agents with us"),
    ...amiss(done.size, 3 * units.length, "deeds at the crowd"),
    ...intents.flatMap(({ id, state }) => (state === "done" ? [] : [`${id} is ${state} with us`]))
  ]
}

/** Compares both books; `ended` where nothing may be missing any more. */
export const compare = (
  ledger: Ledger,
  file: string,
  options: { readonly units: number; readonly ended: boolean }
): Findings => {
  const books = read(file)
  const tally = (kind: string): Tally => ({
    wanted: options.units,
    acted: ledger.entries.reduce((sum, entry) => sum + (entry.kind === kind ? entry.acted : 0), 0)
  })
  const short = books.units.length === options.units ? [] : [`${books.units.length} units with us`]
  return {
    launched: tally("launch"),
    approved: tally("approve"),
    bonuses: tally("bonus"),
    uncertain: books.intents.filter(({ state }) => state === "uncertain").length,
    wrong: [...short, ...never(ledger, books), ...(options.ended ? finallyWrong(ledger, books) : [])]
  }
}
