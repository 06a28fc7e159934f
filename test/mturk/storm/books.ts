/** What the market's books and ours must say in the end; both are read as plain rows, past the code under test. */
import Database from "better-sqlite3"
import * as Schema from "effect/Schema"
import { bonusOf, reward, task } from "../../crash/task.js"
import { opening } from "./protocol.js"

const rowsOf = <A, I>(db: Database.Database, query: string, row: Schema.Schema<A, I>): ReadonlyArray<A> =>
  Schema.decodeUnknownSync(Schema.Array(row))(db.prepare(query).all())

const reading = <A>(file: string, read: (db: Database.Database) => A): A => {
  const db = new Database(file, { readonly: true })
  try {
    return read(db)
  } finally {
    db.close()
  }
}

const kept = <A, I>(db: Database.Database, kind: string, value: Schema.Schema<A, I>): ReadonlyArray<A> =>
  rowsOf(
    db,
    `select value from crowd_data where provider like 'mturk-server/${kind}/%'`,
    Schema.Struct({ value: Schema.parseJson(value) })
  ).map(({ value }) => value)

const Hit = Schema.Struct({ id: Schema.String, annotation: Schema.String, units: Schema.Int })
const Charge = Schema.Struct({ kind: Schema.Literal("reward", "bonus"), amount: Schema.Int, fee: Schema.Int })
const Bonus = Schema.Struct({ worker: Schema.String, assignment: Schema.String, amount: Schema.NumberFromString })
const Account = Schema.Struct({ balance: Schema.Int, held: Schema.Int })
const Payment = Schema.Struct({ kind: Schema.String, unit: Schema.String, amount: Schema.Int })
const Agent = Schema.Struct({
  unit: Schema.String,
  assignment: Schema.String,
  status: Schema.String,
  worker: Schema.String
})
const Named = Schema.Struct({ id: Schema.String, status: Schema.String })
const Unit = Schema.Struct({ ...Named.fields, remoteId: Schema.NullOr(Schema.String) })
const Intent = Schema.Struct({ id: Schema.String, state: Schema.String })
const Submission = Schema.Struct({ unit: Schema.String, status: Schema.String, worker: Schema.String })

const marketOf = (file: string) =>
  reading(file, (db) => ({
    hits: kept(db, "hit", Hit),
    ledger: kept(db, "ledger", Charge),
    bonuses: kept(db, "bonus", Bonus),
    accounts: kept(db, "account", Account),
    units: rowsOf(db, "select id, status from crowd_units", Named),
    agents: rowsOf(db, "select unit, assignment, status, worker from crowd_agents", Agent),
    payments: rowsOf(db, "select kind, unit, amount from crowd_payments", Payment)
  }))

const oursOf = (file: string) =>
  reading(file, (db) => ({
    units: rowsOf(db, "select id, status, remote_id as remoteId from crowd_units order by place", Unit),
    agents: rowsOf(db, "select unit, status, worker_name as worker from crowd_agents", Submission),
    intents: rowsOf(db, "select id, state from crowd_intents", Intent),
    payments: rowsOf(db, "select kind, unit, amount from crowd_payments", Payment)
  }))

type Market = ReturnType<typeof marketOf>
type Ours = ReturnType<typeof oursOf>

/** How much is done on the market. */
export interface Done {
  readonly hits: number
  readonly decided: number
  readonly bonuses: number
}

const count = (db: Database.Database, query: string): number =>
  rowsOf(db, query, Schema.Struct({ n: Schema.Int }))[0]?.n ?? 0

export const doneIn = (file: string): Done =>
  reading(file, (db) => ({
    hits: count(db, "select count(*) as n from crowd_data where provider like 'mturk-server/hit/%'"),
    decided: count(db, "select count(*) as n from crowd_agents where status in ('approved', 'rejected')"),
    bonuses: count(db, "select count(*) as n from crowd_data where provider like 'mturk-server/bonus/%'")
  }))

const amiss = (found: number | string | undefined, wanted: number | string, what: string): ReadonlyArray<string> =>
  found === wanted ? [] : [`${what}: ${found ?? "none"} instead of ${wanted}`]

/** 20%, a half cent counts as one, and never less than a cent. */
const feeOf = (amount: number): number => Math.max(1, Math.floor(amount / 5 + 0.5))

/** What is wrong with the market's own part of one row: a HIT of so many people, each of them once. */
const hitAmiss = (
  { annotation, id }: Market["hits"][number],
  market: Market,
  units: ReadonlyArray<Ours["units"][number]>
) => {
  const agents = market.agents.filter(({ assignment }) => assignment === `asg_${id}`)
  const people = new Set(agents.map(({ worker }) => worker))
  return [
    ...amiss(units.length, task.unitsPerAssignment, `units with us in ${id}`),
    ...amiss(annotation, units[0]?.id ?? "", `annotation of ${id}`),
    ...amiss(agents.length, units.length, `people at work on ${id}`),
    ...amiss(people.size, units.length, `different people at work on ${id}`),
    ...agents.flatMap(({ status }) => amiss(status, "approved", `work on ${id}`))
  ]
}

/** What is wrong with the bonus of one unit: it goes to whoever has worked on it, for what they did in its HIT. */
const bonusAmiss = ({ id, remoteId }: Ours["units"][number], market: Market, ours: Ours) => {
  const worker = ours.agents.find(({ unit }) => unit === id)?.worker ?? "nobody"
  const theirs = market.agents.filter(
    (agent) => agent.assignment === `asg_${remoteId}` && worker === `A${agent.worker.slice("worker_".length)}`
  )
  const bonuses = market.bonuses.filter(({ assignment }) => theirs.some(({ unit }) => unit === `unit_${assignment}`))
  return [
    ...amiss(theirs.length, 1, `work of ${worker} on ${id}`),
    ...amiss(bonuses.length, 1, `bonuses for ${id}`),
    ...amiss(Math.round((bonuses[0]?.amount ?? 0) * 100), bonusOf(id).minor, `bonus for ${id}`),
    ...amiss(bonuses[0]?.worker, worker, `bonus for ${id} paid to`)
  ]
}

const marketAmiss = (market: Market, ours: Ours): ReadonlyArray<string> => {
  const bonuses = ours.units.map(({ id }) => bonusOf(id).minor)
  const rewards = ours.units.map(() => reward.minor)
  const paid = [...rewards, ...bonuses].reduce((sum, amount) => sum + amount + feeOf(amount), 0)
  return [
    ...amiss(market.hits.length, ours.units.length / task.unitsPerAssignment, "HITs"),
    ...amiss(market.units.length, ours.units.length, "assignments"),
    ...amiss(market.agents.length, ours.units.length, "people at work"),
    ...amiss(market.payments.filter(({ kind }) => kind === "reward").length, ours.units.length, "rewards paid"),
    ...amiss(market.payments.filter(({ kind }) => kind === "bonus").length, ours.units.length, "bonuses paid"),
    ...amiss(market.ledger.length, 2 * ours.units.length, "entries of the ledger"),
    ...amiss(market.accounts[0]?.balance, opening - paid, "cents left on the account"),
    ...amiss(market.accounts[0]?.held, 0, "cents on hold"),
    ...market.hits.flatMap((hit) =>
      hitAmiss(
        hit,
        market,
        ours.units.filter(({ remoteId }) => remoteId === hit.id)
      )
    ),
    ...ours.units.flatMap((unit) => bonusAmiss(unit, market, ours))
  ]
}

const oursAmiss = ({ agents, intents, payments, units }: Ours): ReadonlyArray<string> => [
  ...units.flatMap(({ id, status }) => amiss(status, "accepted", `${id} with us`)),
  ...agents.flatMap(({ status, unit }) => amiss(status, "approved", `work on ${unit} with us`)),
  ...amiss(agents.length, units.length, "agents with us"),
  ...amiss(payments.length, 2 * units.length, "payments with us"),
  ...units.flatMap(({ id }) => {
    const bonus = payments.find(({ kind, unit }) => kind === "bonus" && unit === id)
    return amiss(bonus?.amount, bonusOf(id).minor, `bonus for ${id} with us`)
  }),
  ...intents.flatMap(({ id, state }) => amiss(state, "done", `${id} with us`))
]

/** Each thing that is not as it must be, in words. */
export const compare = (
  files: { readonly market: string; readonly ours: string },
  units: number
): ReadonlyArray<string> => {
  const market = marketOf(files.market)
  const ours = oursOf(files.ours)
  return [...amiss(ours.units.length, units, "units with us"), ...marketAmiss(market, ours), ...oursAmiss(ours)]
}
