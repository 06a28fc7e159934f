import { describe, expect, it } from "@effect/vitest"
import * as Option from "effect/Option"
import { progress, surplusInWords, toJson } from "../../src/cli/summary.js"
import { RunId } from "../../src/Ids.js"
import type { Summary, UnitCounts } from "../../src/TaskRuns.js"
import { noUnits } from "./support.js"

const of = (units: Partial<UnitCounts>): Summary => ({
  run: RunId.make("run_0000000000CDKGHB2MY84RXJER"),
  name: "batch",
  provider: "mock",
  mode: "test",
  assignments: 20,
  units: { ...noUnits, ...units },
  workers: 0,
  surplus: 0,
  cost: { currency: "USD", rewards: 0, bonuses: 0, fees: 0, total: 0 },
  medianTime: Option.none(),
  hourlyWage: Option.none()
})

describe("the bar of a run", () => {
  it("is empty where nobody has worked: it shows what is decided", () => {
    expect(progress(of({ launched: 60 }))).toBe("──────────────────── 0 %")
    expect(progress(of({ launched: 30, completed: 30 }))).toBe("──────────────────── 0 %")
  })

  it("is full where all is decided, one way or the other", () => {
    expect(progress(of({ accepted: 15, soft_rejected: 5, rejected: 5, expired: 5 }))).toBe("━━━━━━━━━━━━━━━━━━━━ 100 %")
    expect(progress(of({ accepted: 29, launched: 31 }))).toBe("━━━━━━━━━─────────── 48 %")
  })
})

describe("submissions beyond the units handed in", () => {
  it("are told where there are any, with what they mean and what to do", () => {
    expect(toJson(of({ accepted: 3 }))).not.toHaveProperty("surplus")
    expect(toJson({ ...of({ accepted: 3 }), surplus: 2 })).toHaveProperty("surplus", 2)
    expect(surplusInWords(1)).toBe(
      "1 submission more than the units handed in: the crowd took more work than was asked for. Approve or reject it like any other; what is approved is paid, and is in the results."
    )
  })
})
