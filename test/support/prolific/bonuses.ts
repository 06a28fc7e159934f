/** Bonuses: set up, then paid, a while later; each call of pay pays again (FACTS §2 Bonus, §6.2). */
import { created, operation } from "./operations.js"
import { known, Refused, refuseUnless } from "./refusals.js"
import { studyOf } from "./studies.js"
import { balanceOf, bulkCost, totalOf } from "./wallet.js"
import { type BulkRow, newId, type StudyRow, submissionsOf, type World } from "./world.js"

const line = /^([0-9a-zA-Z]+),(\d+)(?:\.(\d{1,2}))?$/

/** `4.25` is 425 minor units, and `30` is 3000; read in minor units, they would be 4 and 30. */
const minorOf = ({ switches }: World, whole: string, decimals: string): number =>
  switches.bonusUnit === "minor" ? Number(whole) : Number(whole) * 100 + Number(decimals.padEnd(2, "0"))

const rowOf = (world: World, study: StudyRow, text: string): BulkRow["rows"][number] => {
  const [, id = "", whole = "", decimals = ""] = line.exec(text.trim()) ?? []
  refuseUnless(id !== "", { csv_bonuses: [`Not a line of an id and an amount: ${text}`] })
  const submission = submissionsOf(world, study).find((row) => row.id === id || row.participant === id)
  refuseUnless(submission !== undefined, { csv_bonuses: [`${id} has not taken part in the study.`] })
  const amount = minorOf(world, whole, decimals)
  refuseUnless(amount > 0, { csv_bonuses: ["An amount is more than nothing."] })
  return { submission, amount }
}

const deliver = (bulk: BulkRow): void => {
  bulk.pending -= 1
  bulk.paid += 1
  for (const { amount, submission } of bulk.rows) submission.bonuses.push(amount)
}

const pay = (world: World, bulk: BulkRow): void => {
  const cost = totalOf(bulkCost(world, bulk.rows))
  refuseUnless(balanceOf(world, bulk.study.workspace).available >= cost, "Your balance is too low.")
  bulk.pending += 1
  if (world.switches.bonusDelay === 0) deliver(bulk)
  else world.clock.at(world.clock.now() + world.switches.bonusDelay, () => deliver(bulk))
}

export const bonusOperations = [
  operation("POST /api/v1/submissions/bonus-payments/", (world, { body }) => {
    const study = studyOf(world, body.study_id ?? "")
    const lines = (body.csv_bonuses ?? "").split("\n").filter((text) => text.trim() !== "")
    if (lines.length === 0) throw new Refused(400, { csv_bonuses: ["This field may not be blank."] })
    const rows = lines.map((text) => rowOf(world, study, text))
    const bulk: BulkRow = { id: newId(), study, rows, pending: 0, paid: 0 }
    world.bulks.set(bulk.id, bulk)
    const cost = bulkCost(world, rows)
    const { fees, rewards, vat } = cost
    return created({ id: bulk.id, study: study.id, amount: rewards, fees, vat, total_amount: totalOf(cost) })
  }),
  operation("POST /api/v1/bulk-bonus-payments/{id}/pay/", (world, { path }) => {
    pay(world, known(world.bulks.get(path("id"))))
    return { status: 202, body: "Payment in progress." }
  })
]
