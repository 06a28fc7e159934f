/** Words that people read: refused with control characters where they enter. */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import { Agents } from "../../src/Agents.js"
import * as Batch from "../../src/Batch.js"
import { decodeTask } from "../../src/batch/taskFile.js"
import * as Crowd from "../../src/Crowd.js"
import { harmless, harmlessLine, lineFault, proseFault } from "../../src/internal/text.js"
import * as Mock from "../../src/Mock.js"
import * as Money from "../../src/Money.js"
import { Qualifications } from "../../src/Qualifications.js"
import { Requesters } from "../../src/Requesters.js"
import { taskDefaults } from "../../src/TaskRuns.js"
import { Workers } from "../../src/Workers.js"

/** Clears a screen, sets a title, as C0 and as C1; turns the direction of reading. */
const hostile = ["\u001b[2J", "\u0007", "\u009b31m", "\u0085", "\u007f", "\u202e", "\u2066", "\u0000"]

const spoilt = hostile.map((control) => `a${control}b`)

const task = { ...taskDefaults, title: "Plain", reward: Money.make(5), maxUnitsPerWorker: Option.none() }

const launched = Effect.gen(function* () {
  const requester = yield* Effect.flatMap(Requesters, (requesters) => requesters.register("me", {}))
  const batch = yield* Batch.fromRows({ name: "plain", task, template: "<input name=a>", rows: [{ x: "1" }] })
  return yield* Crowd.launch(batch, { requester: requester.id })
})

describe("Titles, names and reasons", () => {
  it("may have line breaks and marks of direction where they are prose, and none where they are a line", () => {
    expect(["one\ntwo\tthree\r\n", "\u05d0\u200f"].map(proseFault)).toEqual([undefined, undefined])
    expect(["one\ntwo", "\u05d0\u200f", "\u2028"].map((text) => lineFault(text) === undefined)).toEqual([
      false,
      false,
      false
    ])
    expect(["Zoë 😀 — O'Neil", "日本語"].map(lineFault)).toEqual([undefined, undefined])
  })

  it("of a task.json with control characters are refused: title, description, keywords, names of qualifications", () => {
    for (const text of spoilt) {
      for (const setting of [
        { title: text },
        { description: text },
        { keywords: [text] },
        { qualifications: [{ name: text }] }
      ]) {
        expect([text, Either.isLeft(decodeTask({ title: "t", reward: "0.05", ...setting }))]).toEqual([text, true])
      }
    }
  })

  it.effect("of a batch made by a program with control characters are refused", () =>
    Effect.gen(function* () {
      const rows = [{ x: "1" }]
      const made = (name: string, title: string) =>
        Effect.isFailure(Batch.fromRows({ name, task: { ...task, title }, template: "<input name=a>", rows }))
      for (const text of spoilt) {
        expect([text, yield* made(text, "t"), yield* made("n", text)]).toEqual([text, true, true])
      }
    })
  )

  it.effect(
    "of requesters, workers, blocks, bonuses, decisions and qualifications with control characters are refused",
    () =>
      Effect.gen(function* () {
        const run = yield* launched
        const [agents, workers] = [yield* Agents, yield* Workers]
        const agent = yield* agents.register(run.id, { worker: "ann" })
        yield* agents.submit({ agent: agent.id, worker: agent.worker, answers: { a: "1" } })
        const scope = { requester: run.requester }
        for (const text of spoilt) {
          const refused = yield* Effect.all({
            requester: Effect.flip((yield* Requesters).register(text, {})),
            worker: Effect.flip(agents.register(run.id, { worker: text })),
            block: Effect.flip(workers.block(agent.worker, scope, text)),
            bonus: Effect.flip(
              workers.bonus({ worker: agent.worker, unit: agent.unit, amount: Money.make(1), reason: text, key: "k" })
            ),
            reject: Effect.flip(agents.reject(agent.id, text)),
            approve: Effect.flip(agents.approve(agent.id, { feedback: text })),
            qualification: Effect.flip((yield* Qualifications).create(text, ""))
          })
          expect(Object.fromEntries(Object.entries(refused).map(([what, { _tag }]) => [what, _tag]))).toEqual({
            requester: "InvalidRegisterArgs",
            worker: "InvalidProviderData",
            block: "InvalidInput",
            bonus: "InvalidInput",
            reject: "InvalidFeedback",
            approve: "InvalidFeedback",
            qualification: "InvalidInput"
          })
        }
      }).pipe(Effect.provide(Mock.layer()))
  )
})

describe("What is shown on a screen", () => {
  it("has every control character of others written out; line breaks and tabs stay where there are lines", () => {
    expect(harmless("a\u001b[2J\u009b31m\u202eb\r\nc\td\re")).toBe("a\\u001b[2J\\u009b31m\\u202eb\r\nc\td\\u000de")
    expect(harmlessLine("a\u001b]0;t\u0007\nb\r\nc\u2028")).toBe("a\\u001b]0;t\\u0007\\nb\\nc\\u2028")
  })
})
