import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/TestClock"
import * as format from "../../src/cli/format.js"
import * as Progress from "../../src/cli/Progress.js"
import { Screen } from "../../src/cli/Screen.js"

const onScreen = (isTerminal: boolean) => {
  const written: Array<string> = []
  const sink = { write: (text: string) => void written.push(text), isTerminal, columns: 80 }
  return { written, service: { out: sink, err: sink, isColoured: () => false, asks: false } }
}

describe("progress", () => {
  it("tells how many, how fast and how long still", () => {
    expect(Progress.describe(0, 900, 0, 0)).toBe("0/900")
    expect(Progress.describe(300, 900, 0, 2000)).toBe("300/900, 150/s, 4 s left")
    expect(Progress.describe(600, 12_000, 300, 1000)).toBe("600/12,000, 300/s, 38 s left")
    expect(Progress.describe(1, 12_000, 0, 1000)).toBe("1/12,000, 1/s, 3 h 19 min left")
    expect(Progress.describe(900, 900, 0, 2000)).toBe("900/900")
    expect(Progress.describe(3, 60, 0, 90_000)).toBe("3/60, 2/min, 28 min 30 s left")
    expect(Progress.describe(3, 60, 0, 3_600_000)).toBe("3/60, 3/h, 19 h 0 min left")
  })

  it.effect("prints a line at once, at tenths, after five seconds and at the end; never twice the same", () =>
    Effect.gen(function* () {
      const { service, written } = onScreen(false)
      const progress = yield* Effect.provideService(Progress.make("working", { total: 100, done: 0 }), Screen, service)
      const steps: ReadonlyArray<readonly [seconds: number, done: number]> = [
        [0, 0],
        [0.1, 3],
        [0.1, 3],
        [0.5, 25],
        [1, 26],
        [1, 27],
        [1, 28],
        [3, 29],
        [0, 100],
        [1, 100]
      ]
      for (const [seconds, done] of steps) {
        yield* TestClock.adjust(seconds * 1000)
        yield* progress.at(done)
      }
      yield* progress.clear
      expect(written.map((line) => line.split(",")[0])).toEqual([
        "working 3/100",
        "working 26/100",
        "working 29/100",
        "working 100/100\n"
      ])
    })
  )

  it.effect("prints what else there is to say when it changes, but not more than once a second", () =>
    Effect.gen(function* () {
      const { service, written } = onScreen(false)
      const progress = yield* Effect.provideService(Progress.make("working", { total: 9, done: 0 }), Screen, service)
      const steps: ReadonlyArray<readonly [seconds: number, note: string]> = [
        [0, ""],
        [9, "1 in work"],
        [1, "1 in work"],
        [0.5, "2 in work"],
        [0.1, "1 to review"],
        [0.4, "2 to review"]
      ]
      for (const [seconds, note] of steps) {
        yield* TestClock.adjust(seconds * 1000)
        yield* progress.at(0, note)
      }
      expect(written).toEqual(["working 0/9; 1 in work\n", "working 0/9; 2 in work\n"])
    })
  )

  it.effect("rewrites its line on a terminal, and takes it away", () =>
    Effect.gen(function* () {
      const { service, written } = onScreen(true)
      const progress = yield* Effect.provideService(Progress.make("working", { total: 4, done: 0 }), Screen, service)
      yield* progress.at(1)
      yield* progress.at(4)
      yield* progress.clear
      expect(written).toEqual([
        "\r\u001b[2Kworking █████░░░░░░░░░░░░░░░ 1/4",
        "\r\u001b[2Kworking ████████████████████ 4/4",
        "\r\u001b[2K"
      ])
    })
  )
})

describe("times", () => {
  it("are told in two units", () => {
    expect([0, 999, 1000, 59_999, 60_000, 3_599_999, 3_600_000, 9_000_000].map(format.clock)).toEqual([
      "< 1 s",
      "< 1 s",
      "1 s",
      "59 s",
      "1 min 0 s",
      "59 min 59 s",
      "1 h 0 min",
      "2 h 30 min"
    ])
  })
})
