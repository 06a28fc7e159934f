/** What the marketplace takes on top of a payment. */
import * as Option from "effect/Option"
import * as Money from "../../Money.js"
import type { QualificationRequirement } from "../protocol/model.js"
import type { HITRow, HITTypeRow } from "../rows.js"

const masters = ["2F1QJWKUDD8XADTFD2Q0G6UTO95ALH", "2ARFPLSP75KLA8M8DH1HTEQVJT3SY6"]

export interface Rewarded {
  readonly maxAssignments: number
  readonly requirements: ReadonlyArray<QualificationRequirement>
}

/** From this many assignments on, a HIT costs more. */
export const manyAssignments = 10

const needsMasters = (requirements: ReadonlyArray<QualificationRequirement>): boolean =>
  requirements.some(
    ({ Comparator, QualificationTypeId }) => masters.includes(QualificationTypeId) && Comparator !== "DoesNotExist"
  )

/** Rounded half up to the cent, and a cent at the least. */
const share = (minor: number, percentage: number): number =>
  Math.max(1, Money.percent(Money.make(minor), percentage).minor)

export const ofReward = (reward: number, { maxAssignments, requirements }: Rewarded): number =>
  share(reward, 20 + (maxAssignments >= manyAssignments ? 20 : 0) + (needsMasters(requirements) ? 5 : 0))

export const ofBonus = (amount: number): number => share(amount, 20)

/** What an assignment of the HIT costs. It stays so: no HIT is extended from few assignments to many. */
export const ofPlace = ({ maxAssignments }: Pick<HITRow, "maxAssignments">, { requirements, reward }: HITTypeRow) => ({
  amount: reward,
  fee: ofReward(reward, { maxAssignments, requirements: Option.getOrElse(requirements, () => []) })
})
