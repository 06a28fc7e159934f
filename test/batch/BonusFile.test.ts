import * as Path from "@effect/platform/Path"
import * as NodeContext from "@effect/platform-node/NodeContext"
import { expect, layer } from "@effect/vitest"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as BonusFile from "../../src/batch/BonusFile.js"
import * as Money from "../../src/Money.js"
import { directoryOf } from "./support.js"

const read = (csv: string) =>
  Effect.gen(function* () {
    const dir = yield* directoryOf({ "bonus.csv": csv })
    return yield* BonusFile.read((yield* Path.Path).join(dir, "bonus.csv"), Money.USD)
  })

const faultsIn = (csv: string) =>
  read(csv).pipe(
    Effect.flip,
    Effect.map(({ faults }) => faults.map(({ line, message }) => `${line ?? ""} ${message}`)),
    Effect.scoped
  )

layer(NodeContext.layer)("BonusFile", (it) => {
  it.scoped("reads agents, workers, amounts, reasons and keys", () =>
    Effect.gen(function* () {
      const file = yield* read(
        '\uFEFFreason,agent,worker,amount,key,currency\r\n"Fast,\nand good",agent_1,,0.50,,USD\r\nAgain,,10.0.0.7,1,a,\r\nAgain,,10.0.0.7,1,b,\r\n'
      )
      expect(file.count).toBe(3)
      expect(file.total).toEqual(Money.make(250))
      expect(Chunk.toReadonlyArray(yield* Stream.runCollect(file.rows))).toEqual([
        {
          line: 2,
          target: { _tag: "Agent", agent: "agent_1" },
          amount: Money.make(50),
          reason: "Fast,\nand good",
          key: Option.none()
        },
        {
          line: 4,
          target: { _tag: "Worker", worker: "10.0.0.7" },
          amount: Money.make(100),
          reason: "Again",
          key: Option.some("a")
        },
        {
          line: 5,
          target: { _tag: "Worker", worker: "10.0.0.7" },
          amount: Money.make(100),
          reason: "Again",
          key: Option.some("b")
        }
      ])
    })
  )

  it.effect("every fault, with its line", () =>
    Effect.gen(function* () {
      const rows = [
        "agent,worker,amount,reason,currency",
        "agent_1,bob,1,a,",
        ",,1,b,",
        "bob,,1,c,",
        ",bob,-1,d,",
        ",bob,0.00,e,",
        ',bob,0.001," ",',
        ",bob,1,f,EUR",
        ",bob,1",
        ",bob,1,g,",
        ",bob,1.00,g,",
        ',bob,1,"h'
      ]
      expect(yield* faultsIn(rows.join("\n"))).toEqual([
        "2 names an agent and a worker; keep one of them",
        "3 names nobody; fill in agent or worker",
        '4 "bob" is no id of an agent (they begin with agent_); put a worker\'s name in a column "worker"',
        "5 amount -1 is negative; an amount is zero or more",
        "6 amount is zero; write what to pay, or take the row out",
        "7 amount 0.001 has 3 decimals, but USD has 2",
        "7 reason is empty; the worker is shown it",
        "8 is in EUR, but the run is paid in USD",
        "9 has 3 fields, but the header names 5 columns",
        '11 is the same bonus as on line 10 and would be paid once; to pay both, give them different texts in a column "key"',
        "12 the quoted field that begins here is never closed; close it, or double the quotes inside it. Rows after it were not checked"
      ])
    })
  )

  it.effect("a worker is the same by id and by name", () =>
    Effect.gen(function* () {
      const dir = yield* directoryOf({
        "bonus.csv": "worker,amount,reason\nworker_1,0.50,fast\nbob,0.50,fast\nann,0.50,fast\nworker_2,0.50,fast"
      })
      const names = new Map([["worker_1", "bob"]])
      const path = (yield* Path.Path).join(dir, "bonus.csv")
      const nameOf = (worker: string) => Effect.succeed(names.get(worker) ?? worker)
      const { faults } = yield* Effect.flip(BonusFile.read(path, Money.USD, { nameOf }))
      expect(faults).toEqual([
        {
          file: path,
          line: 3,
          message:
            'is the same bonus as on line 2, where the same worker is called worker_1, and would be paid once; to pay both, give them different texts in a column "key"'
        }
      ])
    }).pipe(Effect.scoped)
  )

  it.effect("faults of the header; rows under it are not looked at", () =>
    Effect.gen(function* () {
      expect(yield* faultsIn("amuont,reason,reason\n1\n")).toEqual([
        '1 column "amuont" is not used; did you mean "amount"?',
        '1 column "reason" is there twice; keep one',
        '1 there is no column "amount"; add it',
        '1 there is no column "agent" and no column "worker"; add one, to say who gets the bonus'
      ])
    })
  )

  it.effect("no bonuses, and no file", () =>
    Effect.gen(function* () {
      expect(yield* faultsIn("worker,amount,reason\n")).toEqual([
        " has no bonuses; the first line names the columns, then one row for each bonus"
      ])
      const missing = yield* Effect.flip(BonusFile.read("/nowhere/bonus.csv", Money.USD))
      expect(missing.faults).toEqual([{ file: "/nowhere/bonus.csv", message: "there is no such file" }])
    })
  )
})
