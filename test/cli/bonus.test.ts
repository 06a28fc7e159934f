import * as fs from "node:fs"
import * as path from "node:path"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Agents } from "../../src/Agents.js"
import { Mock } from "../../src/Mock.js"
import { launched } from "./launched.js"
import { crowd, errorOf, json } from "./support.js"

const NotPaid = Schema.Struct({
  error: Schema.Struct(
    {
      _tag: Schema.Literal("BonusesNotPaid"),
      paid: Schema.Int,
      repeated: Schema.Int,
      notPaid: Schema.Array(
        Schema.Struct({
          line: Schema.Int,
          error: Schema.Struct({ _tag: Schema.String }, { key: Schema.String, value: Schema.Unknown })
        })
      )
    },
    { key: Schema.String, value: Schema.Unknown }
  )
})

describe("crowd bonus", () => {
  it.scopedLive("pays a file once, however often it is run, and tells which lines it could not pay", () =>
    Effect.gen(function* () {
      const {
        dir,
        ids: [a = ""],
        inDb,
        over,
        run,
        submit
      } = yield* launched(2)
      yield* submit(0)
      const file = path.join(dir, "bonuses.csv")
      fs.writeFileSync(file, `agent,worker,amount,reason\n${a},,0.10,good\n,ann-1,0.25,"kind, too"\n,bob,1.00,who\n`)
      const words = ["bonus", run, file, ...over]
      const told = yield* crowd(words)
      expect(told.code).toBe(1)
      expect(told.err).toContain("error: 1 of 3 bonuses were not paid.")
      expect(told.err).toContain(`${file}:4: No worker bob.`)
      const again = yield* crowd([...words, "--json"])
      expect(json(NotPaid, again).error).toMatchObject({
        paid: 0,
        repeated: 2,
        notPaid: [{ line: 4, error: { _tag: "WorkerNotFound" } }]
      })

      fs.writeFileSync(file, `agent,worker,amount,reason\n${a},,0.10,good\n,ann-1,0.25,"kind, too"\n`)
      const paid = yield* crowd(words)
      expect(paid).toMatchObject({
        code: 0,
        out: `${run}: 0 bonuses paid, 0.00 USD; 0.35 USD paid so far. 2 bonuses paid before.\n`
      })
      const { balance, deeds } = yield* inDb(Effect.flatMap(Mock, (mock) => mock.state))
      expect(
        deeds
          .filter(({ method }) => method === "bonus")
          .map(({ charged }) => charged)
          .sort()
      ).toEqual([10, 25])
      expect(balance.minor).toBe(1_000_000 - 35)
    })
  )

  it.scopedLive("knows a worker by id and by name for the same, and pays nothing of a file that names them twice", () =>
    Effect.gen(function* () {
      const { dir, ids, inDb, over, run, status } = yield* launched(1)
      const [agent] = yield* inDb(Effect.flatMap(Agents, (all) => Effect.forEach(ids, all.get)))
      const file = path.join(dir, "bonuses.csv")
      fs.writeFileSync(file, `worker,amount,reason\nann-0,0.10,good\n${agent?.worker},0.10,good\n`)
      const told = yield* crowd(["bonus", run, file, ...over])
      expect(told.code).toBe(1)
      expect(told.err).toContain(`${file}:3: is the same bonus as on line 2, where the same worker is called ann-0,`)
      expect((yield* status).cost.bonuses).toBe(0)
    })
  )

  it.scopedLive("pays nothing of a file with faults", () =>
    Effect.gen(function* () {
      const { dir, over, run, status } = yield* launched(1)
      const file = path.join(dir, "bonuses.csv")
      fs.writeFileSync(file, "worker,amount,reason\nann-0,0.10,good\nann-0,-1.00,\n")
      const told = yield* crowd(["bonus", run, file, ...over])
      expect(told.code).toBe(1)
      expect(told.err).toContain("has 2 faults; nothing was sent.")
      expect((yield* status).cost.bonuses).toBe(0)
      const missing = yield* crowd(["bonus", run, path.join(dir, "nope.csv"), "--json", ...over])
      expect(missing.code).toBe(1)
      expect(errorOf(missing)._tag).toBe("InvalidInput")
    })
  )
})
