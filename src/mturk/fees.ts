/** What the marketplace takes: exact, in cents. */
import type { Driver } from "../Driver.js"
import * as Money from "../Money.js"
import type { Requirement } from "./options.js"
import { isMasters } from "./qualifications.js"

export interface Priced {
  readonly kind: "reward" | "bonus"
  readonly amount: Money.Money
  /** How many assignments the HIT has. */
  readonly assignments?: number | undefined
  /** Whether only Masters may work on it. */
  readonly masters?: boolean | undefined
}

const base = 20
const forMany = 20
const many = 10
const forMasters = 5
const least = 1

/** The percentages are added up, and their sum is rounded half up; each payment has a fee of one cent at least. */
export const fee = ({ amount, assignments = 1, kind, masters = false }: Priced): Money.Money => {
  const extra = kind === "bonus" ? 0 : (assignments >= many ? forMany : 0) + (masters ? forMasters : 0)
  const rounded = Money.percent(amount, base + extra)
  return rounded.minor < least ? Money.make(least, amount.currency) : rounded
}

/** What the service takes of a payment for work of a HIT that was made with so many assignments. */
export const feesOf = (fees: "amazon" | "none", requirements: ReadonlyArray<Requirement>): Driver["fee"] =>
  fees === "none"
    ? ({ amount }) => Money.zero(amount.currency)
    : ({ amount, kind, places, qualifications = [] }) =>
        fee({
          kind,
          amount,
          assignments: places,
          masters: [...qualifications, ...requirements].some(({ name }) => isMasters(name))
        })
