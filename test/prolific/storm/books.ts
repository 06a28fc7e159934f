/** What Prolific's books and ours must say in the end; ours are read as plain rows, past the code under test. */
import Database from "better-sqlite3"
import * as Schema from "effect/Schema"
import { bonusesOf, isOffTopic, opening, type Report, rates, task } from "./protocol.js"

const Unit = Schema.Struct({ id: Schema.String, status: Schema.String, place: Schema.Int })
const Agent = Schema.Struct({
  id: Schema.String,
  unit: Schema.String,
  status: Schema.String,
  submission: Schema.NullOr(Schema.String),
  worker: Schema.String,
  participant: Schema.String
})
const Intent = Schema.Struct({ id: Schema.String, kind: Schema.String, state: Schema.String, subject: Schema.String })
const Payment = Schema.Struct({ id: Schema.String, kind: Schema.String, unit: Schema.String, amount: Schema.Int })

const oursOf = (file: string) => {
  const db = new Database(file, { readonly: true })
  const rows = <A, I>(query: string, row: Schema.Schema<A, I>): ReadonlyArray<A> =>
    Schema.decodeUnknownSync(Schema.Array(row))(db.prepare(query).all())
  try {
    return {
      units: rows("select id, status, place from crowd_units", Unit),
      agents: rows(
        "select id, unit, status, remote_id as submission, worker, worker_name as participant from crowd_agents",
        Agent
      ),
      intents: rows("select id, kind, state, subject from crowd_intents", Intent),
      payments: rows("select id, kind, unit, amount from crowd_payments", Payment)
    }
  } finally {
    db.close()
  }
}

type Ours = ReturnType<typeof oursOf>

type Found = number | string | null | undefined

const amiss = (found: Found, wanted: Found, what: string): ReadonlyArray<string> =>
  found === wanted ? [] : [`${what}: ${found ?? "none"} instead of ${wanted ?? "none"}`]

const isPaid = (status: string): boolean => status === "approved" || status === "soft_rejected"

const sum = (all: ReadonlyArray<number>): number => all.reduce((total, one) => total + one, 0)

const share = (amount: number, rate: number): number => Math.floor((amount * Math.round(rate * 1e6) + 5e5) / 1e6)

/** With the fee on it, and the tax on the fee. */
const costOf = (amount: number): number => {
  const fee = share(amount, rates.fee)
  return amount + fee + share(fee, rates.vat)
}

/** One person's work at both: paid once and to the cent, or not at all. */
const workAmiss = (agent: Ours["agents"][number], ours: Ours, { submissions }: Report): ReadonlyArray<string> => {
  const theirs = submissions.find(({ id }) => id === agent.submission)
  const place = ours.units.find(({ id }) => id === agent.unit)?.place ?? -1
  const bonuses = isPaid(agent.status) ? bonusesOf(place).map(({ amount }) => amount.minor) : []
  const [status, paid] = isPaid(agent.status)
    ? ["APPROVED", task.reward.minor]
    : agent.status === "rejected"
      ? ["REJECTED", 0]
      : ["RETURNED", 0]
  return [
    ...amiss(theirs?.participant, agent.participant, `worker of ${agent.id}`),
    ...amiss(theirs?.status, status, `submission of ${agent.id}, ${agent.status}`),
    ...amiss(theirs?.paid, paid, `reward of ${agent.id}`),
    ...amiss(theirs?.bonuses.join(" "), bonuses.join(" "), `bonuses of ${agent.id}`)
  ]
}

const unitAmiss = ({ id, place, status }: Ours["units"][number], { agents, payments }: Ours): ReadonlyArray<string> => {
  const paid = agents.filter((agent) => agent.unit === id && isPaid(agent.status))
  const ofUnit = (kind: string) => payments.filter((payment) => payment.unit === id && payment.kind === kind)
  if (status === "rejected") return amiss(paid.length + ofUnit("bonus").length, 0, `paid for ${id}, rejected`)
  return [
    ...amiss(status, isOffTopic(place) ? "soft_rejected" : "accepted", `${id} with us`),
    ...amiss(paid.length, 1, `people paid for ${id}`),
    ...amiss(
      ofUnit("reward")
        .map(({ amount }) => amount)
        .join(" "),
      String(task.reward.minor),
      `reward of ${id} with us`
    ),
    ...amiss(
      ofUnit("bonus")
        .map(({ amount }) => amount)
        .join(" "),
      bonusesOf(place)
        .map(({ amount }) => amount.minor)
        .join(" "),
      `bonuses of ${id} with us`
    )
  ]
}

/** Each thing that is not as it must be, in words. */
export const compare = (file: string, report: Report, places: number): ReadonlyArray<string> => {
  const ours = oursOf(file)
  const { balances, studies, submissions, violations } = report
  const known = ours.agents.map(({ submission }) => submission)
  const approved = submissions.filter(({ status }) => status === "APPROVED")
  const spent =
    costOf(sum(submissions.map(({ paid }) => paid))) + sum(submissions.flatMap(({ bonuses }) => bonuses).map(costOf))
  return [
    ...violations,
    ...amiss(studies.length, 1, "studies"),
    ...amiss(studies[0]?.places, places, "places"),
    ...amiss(studies[0]?.status, "COMPLETED", "the study"),
    ...amiss(ours.units.filter(({ status }) => status !== "rejected").length, places, "units that were not rejected"),
    ...amiss(approved.length, places, "submissions that were approved"),
    ...amiss(new Set(approved.map(({ participant }) => participant)).size, places, "people who were paid"),
    ...amiss(new Set(known).size, known.length, "submissions that we know"),
    ...amiss(approved.filter(({ id }) => !known.includes(id)).length, 0, "approved submissions that we do not know"),
    ...amiss(balances[0]?.total, opening - spent, "pence left"),
    ...amiss(balances[0]?.available, opening - spent, "pence that are not reserved"),
    ...ours.agents.flatMap((agent) => workAmiss(agent, ours, report)),
    ...ours.units.flatMap((unit) => unitAmiss(unit, ours)),
    ...ours.intents.flatMap(({ id, state }) => amiss(state, "done", id))
  ]
}

/** How much is done at Prolific. */
export interface Done {
  readonly handedIn: number
  readonly approved: number
  readonly rejected: number
  readonly bonuses: number
}

export const doneIn = ({ submissions }: Report): Done => {
  const count = (...wanted: ReadonlyArray<string>) => submissions.filter(({ status }) => wanted.includes(status)).length
  return {
    handedIn: count("AWAITING REVIEW", "APPROVED", "REJECTED"),
    approved: count("APPROVED"),
    rejected: count("REJECTED"),
    bonuses: sum(submissions.map(({ bonuses }) => bonuses.length))
  }
}

/**
 * What a person says of each uncertain effect who has looked at the submission: there is one more bonus than we have
 * written down, or there is not.
 */
export const verdicts = (file: string, { submissions }: Report) => {
  const { agents, intents, payments } = oursOf(file)
  return intents
    .filter(({ state }) => state === "uncertain")
    .map(({ id, kind, subject }) => {
      const agent = agents.find(({ worker }) => worker === subject)
      const paid = submissions.find((one) => one.id === agent?.submission)?.bonuses.length ?? 0
      const written = payments.filter((payment) => payment.kind === "bonus" && payment.unit === agent?.unit).length
      return { token: id, kind, happened: paid > written }
    })
}
