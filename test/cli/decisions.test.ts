import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { launched } from "./launched.js"
import { crowd, errorOf, json, summaryOf } from "./support.js"

const Approved = Schema.Struct({
  run: Schema.String,
  approved: Schema.Int,
  repeated: Schema.Int,
  cost: Schema.Struct({ total: Schema.Int }, { key: Schema.String, value: Schema.Unknown })
})

describe("crowd approve and reject", () => {
  it.scopedLive("approve what was submitted, one or all, and refuse what was not", () =>
    Effect.gen(function* () {
      const {
        ids: [a = "", b = "", c = ""],
        over,
        run,
        status,
        submit
      } = yield* launched(3)
      const early = yield* crowd(["approve", run, "--agent", a, ...over])
      expect(early.code).toBe(1)
      expect(early.err).toBe(`error: Cannot approve ${a}: this agent is accepted and has submitted nothing.\n`)

      yield* Effect.forEach([0, 1, 2], submit)
      expect(json(Approved, yield* crowd(["approve", run, "--agent", a, "--json", ...over]))).toMatchObject({
        approved: 1,
        cost: { total: 5 }
      })
      const rejectedPaid = yield* crowd(["reject", run, "--agent", a, "--feedback", "no", "--json", ...over])
      expect(rejectedPaid.code).toBe(1)
      expect(errorOf(rejectedPaid)).toMatchObject({
        _tag: "InvalidTransition",
        message: `Cannot reject ${a}: this agent is approved.`,
        from: "approved"
      })
      const rejected = yield* crowd(["reject", run, "--agent", b, "--feedback", "blank", ...over])
      expect(rejected).toMatchObject({
        code: 0,
        out: `${run}: 1 submission rejected and not paid; 0.05 USD paid so far.\n`
      })
      expect((yield* crowd(["reject", run, "--agent", b, "--feedback", "other", "--category", "x", ...over])).out).toBe(
        `${run}: 0 submissions rejected and not paid; 0.05 USD paid so far. 1 submission rejected before; the first feedback stands.\n`
      )
      expect((yield* crowd(["approve", run, "--agent", a, ...over])).out).toBe(
        `${run}: 0 submissions approved; 0.05 USD paid so far. 1 submission paid before; the first feedback stands.\n`
      )
      expect(json(Approved, yield* crowd(["approve", run, "--all", "--json", ...over]))).toMatchObject({
        approved: 1,
        cost: { total: 10 }
      })
      expect((yield* status).units).toMatchObject({ accepted: 2, rejected: 1, launched: 3 })
      expect(c).not.toBe("")

      const refused = yield* crowd(["approve", run, "--agent", b, ...over])
      expect(refused.err).toContain("this agent is rejected")
      const overridden = yield* crowd([
        "approve",
        run,
        "--agent",
        b,
        "--override-rejection",
        "--feedback",
        "sorry",
        ...over
      ])
      expect(overridden).toMatchObject({ code: 0, out: `${run}: 1 submission approved; 0.15 USD paid so far.\n` })
    })
  )

  it.scopedLive("know an agent only by the run it worked on", () =>
    Effect.gen(function* () {
      const {
        batch,
        ids: [a = ""],
        over,
        run
      } = yield* launched(1)
      const unknown = yield* crowd(["approve", run, "--agent", "agent_1", ...over])
      expect(unknown).toMatchObject({
        code: 1,
        err: "error: No agent agent_1: nothing was accepted or submitted under that id.\n"
      })
      const other = summaryOf(yield* crowd(["launch", batch, "--new", "--json", ...over])).run
      const mixed = yield* crowd(["approve", other, "--agent", a, ...over])
      expect(mixed).toMatchObject({ code: 2, err: `error: ${a} worked on ${run}, not on ${other}.\n` })
    })
  )
})
