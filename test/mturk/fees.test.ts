/** Fees worked out by hand from the published terms. */
import { describe, expect, it } from "@effect/vitest"
import * as Money from "../../src/Money.js"
import { fee } from "../../src/mturk/fees.js"

describe("the fee of a reward", () => {
  it.each([
    // cents, assignments, masters, fee in cents
    [0, 1, false, 1], // 0 → at least 1
    [1, 1, false, 1], // 0.2 → at least 1
    [2, 1, false, 1], // 0.4 → at least 1
    [3, 1, false, 1], // 0.6 → 1
    [5, 1, false, 1], // 1.0
    [7, 1, false, 1], // 1.4 → 1
    [8, 1, false, 2], // 1.6 → 2
    [10, 1, false, 2], // 2.0
    [12, 1, false, 2], // 2.4 → 2
    [13, 1, false, 3], // 2.6 → 3
    [50, 1, false, 10], // 10.0
    [99, 1, false, 20], // 19.8 → 20
    [100, 1, false, 20], // 20.0
    [1_234, 1, false, 247], // 246.8 → 247
    [100, 9, false, 20], // 9 are not many
    [100, 10, false, 40], // 10 are: 20 + 20
    [100, 11, false, 40],
    [1, 10, false, 1], // 0.4 → at least 1
    [3, 10, false, 1], // 1.2 → 1
    [4, 10, false, 2], // 1.6 → 2
    [5, 10, false, 2], // 2.0
    [6, 10, false, 2], // 2.4 → 2
    [100, 1, true, 25], // 20 + 5
    [2, 1, true, 1], // 0.5 → half up, 1
    [6, 1, true, 2], // 1.5 → half up, 2
    [10, 1, true, 3], // 2.5 → half up, 3
    [14, 1, true, 4], // 3.5 → half up, 4
    [50, 1, true, 13], // 12.5 → half up, 13
    [100, 10, true, 45], // 20 + 20 + 5
    [10, 10, true, 5], // 4.5 → half up, 5
    [1, 10, true, 1], // 0.45 → at least 1
    [33, 500, true, 15], // 14.85 → 15
    [1_000_000, 1, false, 200_000]
  ])("%i cents for each of %i, masters %s: %i", (cents, assignments, masters, expected) => {
    expect(fee({ kind: "reward", amount: Money.make(cents), assignments, masters })).toEqual(Money.make(expected))
  })
})

describe("the fee of a bonus", () => {
  it.each([
    [1, 1, 1], // 0.2 → at least 1
    [7, 1, 1], // 1.4 → 1
    [8, 1, 2], // 1.6 → 2
    [100, 1, 20],
    [100, 10, 20], // many assignments cost nothing more
    [250, 1, 50],
    [999, 1, 200] // 199.8 → 200
  ])("%i cents, of a HIT of %i: %i", (cents, assignments, expected) => {
    expect(fee({ kind: "bonus", amount: Money.make(cents), assignments, masters: true })).toEqual(Money.make(expected))
  })
})
