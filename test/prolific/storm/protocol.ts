/** What the processes of the storm are started with, what the double tells, and what its books are. */
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Money from "../../../src/Money.js"
import { type Task, taskDefaults } from "../../../src/TaskRuns.js"
import type { Command } from "../../support/prolific/control.js"

/** The requester's. */
export const Errand = Schema.parseJson(
  Schema.Struct({
    file: Schema.String,
    url: Schema.String,
    token: Schema.String,
    units: Schema.Int,
    /** How long a call may take, in milliseconds. */
    timeout: Schema.Number
  })
)
export type Errand = typeof Errand.Type

export const Told = Schema.Union(
  Schema.TaggedStruct("Listening", { url: Schema.String, token: Schema.String }),
  Schema.TaggedStruct("Called", { call: Schema.String })
)

const GBP = Money.Currency.make("GBP")

export const task: Task = {
  ...taskDefaults,
  title: "Storm",
  reward: Money.make(60, GBP),
  maxUnitsPerWorker: Option.some(1)
}

/** What the workspace begins with, in pence. */
export const opening = 10_000_000

export const rates = { fee: 0.333333, vat: 0.2 }

export const rowsOf = (units: number) => Array.from({ length: units }, (_, i) => ({ x: `${i}` }))

/** No two neighbours are paid the same. */
const bonusOf = (place: number): Money.Money => Money.make(1 + ((place * 31) % 97), GBP)

/** The bonuses of the unit at this place: every eighth has two, of the same amount. */
export const bonusesOf = (place: number): ReadonlyArray<{ readonly key: string; readonly amount: Money.Money }> =>
  (place % 8 === 0 ? ["first", "second"] : ["first"]).map((key) => ({ key, amount: bonusOf(place) }))

/** Work that is paid for, and not wanted. */
export const isOffTopic = (place: number): boolean => place % 15 === 7

/** The first who has the unit hands in nothing of use. */
export const isCareless = (place: number): boolean => place % 10 === 3

const Submission = Schema.Struct({
  id: Schema.String,
  study: Schema.String,
  participant: Schema.String,
  status: Schema.String,
  paid: Schema.Int,
  bonuses: Schema.Array(Schema.Int)
})

/** The double's books. */
export const Report = Schema.Struct({
  studies: Schema.Array(
    Schema.Struct({ id: Schema.String, isTest: Schema.Boolean, status: Schema.String, places: Schema.Int })
  ),
  submissions: Schema.Array(Submission),
  balances: Schema.Array(Schema.Struct({ total: Schema.Int, available: Schema.Int })),
  calls: Schema.Array(Schema.Struct({ call: Schema.String, status: Schema.NullOr(Schema.Int) })),
  violations: Schema.Array(Schema.String)
})
export type Report = typeof Report.Type

/** What a participant does at Prolific, past its API; none where Prolific says no. */
export const act = async (url: string, command: Command): Promise<unknown> => {
  const reply = await fetch(`${url}/_double`, { method: "POST", body: JSON.stringify(command) })
  if (reply.status === 409) return undefined
  if (!reply.ok) throw new Error(`the double: ${reply.status}`)
  return reply.json()
}

export const report = async (url: string): Promise<Report> =>
  Schema.decodeUnknownSync(Report)(await act(url, { act: "report" }))
