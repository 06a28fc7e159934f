/** README's program, as it is written there, in a process of its own; the people of each crowd come from outside. */
import "./built.js"
import { spawn } from "node:child_process"
import { rmSync, writeFileSync } from "node:fs"
import { pathToFileURL } from "node:url"
import { GetAccountBalanceCommand, ListHITsCommand } from "@aws-sdk/client-mturk"
import { afterAll, describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import * as Scope from "effect/Scope"
import ts from "typescript"
import { Lobby } from "../../src/server/WorkApi.js"
import * as marketplace from "../mturk-server/support.js"
import { freePort } from "../support/freePort.js"
import * as modulesFolder from "../support/modulesFolder.js"
import * as Readme from "../support/readme.js"
import { accept, asWork, submit, visitors } from "../support/serverVisitors.js"

/** A folder in which `effect-crowd` is this package, with README's programs in it. */
const folder = Effect.acquireRelease(
  Effect.sync(() => modulesFolder.makeProject("readme")),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

const compile = (code: string): string =>
  ts.transpileModule(code, { compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 } })
    .outputText

interface Running {
  readonly args?: ReadonlyArray<string>
  /** What lies in the folder besides README's programs, by name. */
  readonly beside?: Readonly<Record<string, string>>
  readonly port?: number
  readonly env?: Readonly<Record<string, string>>
}

/** Runs a program to its end; answers what it printed. Only the port is another than README's, which may be taken. */
const ran = (file: string, { args = [], beside = {}, env, port = 8080 }: Running = {}) =>
  Effect.flatMap(folder, (cwd) => {
    for (const [name, text] of Object.entries(beside)) writeFileSync(`${cwd}/${name}`, text)
    for (const [name, code] of Readme.programs) {
      writeFileSync(`${cwd}/${name.replace(/ts$/, "js")}`, compile(code.replace("port: 8080", `port: ${port}`)))
    }
    return Effect.async<string>((resume) => {
      const child = spawn(process.execPath, [file.replace(/ts$/, "js"), ...args], {
        cwd,
        env: { ...process.env, ...env }
      })
      let out = ""
      let err = ""
      child.stdout.on("data", (text) => {
        out += String(text)
      })
      child.stderr.on("data", (text) => {
        err += String(text)
      })
      child.on("exit", (code) => resume(code === 0 ? Effect.succeed(out) : Effect.dieMessage(`${file}: ${err}`)))
      return Effect.sync(() => child.kill("SIGKILL"))
    })
  })

const patiently = Schedule.intersect(Schedule.spaced("200 millis"), Schedule.recurs(300))

const answersIn = (printed: string) => printed.match(/language: '[^']+'/g) ?? []

/** Six people, each of whom answers once what the run of README's program asks. */
const answerOnPages = (port: number) =>
  Effect.gen(function* () {
    const people = yield* visitors(port, 3)
    const [first] = people
    if (first === undefined) return yield* Effect.dieMessage("nobody is there")
    const run = yield* first.ask("GET", "/api/work/lobby").pipe(
      Effect.flatMap(({ body }) => Schema.decodeUnknown(Schema.parseJson(Lobby))(body)),
      Effect.flatMap(({ offers }) => Effect.fromNullable(offers[0]?.run)),
      Effect.retry(patiently)
    )
    for (const person of [...people, ...people]) {
      const work = yield* Effect.retry(Effect.flatMap(accept(person, run), asWork), patiently)
      expect(yield* submit(person, work, { language: "German" })).toMatchObject({ status: 200 })
    }
  })

/** Three people, each of whom answers both rows: one HIT each, with a place for everybody. */
const answerOnMarket = (market: marketplace.Service) =>
  Effect.gen(function* () {
    const hits = yield* market
      .call((client) => client.send(new ListHITsCommand({ MaxResults: 100 })))
      .pipe(
        Effect.map(({ HITs = [] }) => HITs),
        Effect.filterOrFail((all) => all.length === 2),
        Effect.retry(patiently)
      )
    for (const worker of ["ann", "bob", "cyd"]) {
      for (const { HITTypeId = "" } of hits) {
        yield* market.submit(yield* market.accept(worker, HITTypeId), { language: "French" })
      }
    }
  })

/** What `crowd mturk-server` says to set. */
const variablesOf = ({ credentials, url }: marketplace.Service) => ({
  AWS_ENDPOINT_URL_MTURK: url,
  AWS_ACCESS_KEY_ID: credentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey
})

const blockWith = (words: string): string => {
  const code = Readme.blocks.find(({ code, language }) => language === "ts" && code.includes(words))?.code
  if (code === undefined) throw new Error(`README has no block with ${words}`)
  return compile(code)
}

describe("README's program, of which only the layer changes", () => {
  it("says what it hires in one line: the rest of mock.ts, local.ts and mturk.ts is the same", () => {
    const files = ["mock.ts", "local.ts", "mturk.ts"].map((name) => Readme.programs.get(name) ?? "")
    for (const code of files) {
      expect(code).toContain('import { label } from "./label.js"\n')
      expect(code.trimEnd().split("\n").at(-1)).toBe(
        "Effect.runPromise(Effect.provide(label, crowd)).then(console.log)"
      )
    }
  })

  it.scopedLive("ends under Mock", () =>
    Effect.gen(function* () {
      const printed = yield* ran("mock.ts")
      expect(answersIn(printed)).toHaveLength(6)
      expect(printed).toContain("text: 'Bonjour'")
    })
  )

  it.scopedLive(
    "ends under Local",
    () =>
      Effect.gen(function* () {
        const port = yield* Effect.promise(freePort)
        const [printed] = yield* Effect.all([ran("local.ts", { port }), answerOnPages(port)], { concurrency: 2 })
        expect(answersIn(printed)).toEqual(Array(6).fill("language: 'German'"))
      }),
    60_000
  )

  it.scopedLive(
    "ends under MTurk",
    () =>
      Effect.gen(function* () {
        const market = yield* marketplace.Marketplace
        const running = ran("mturk.ts", { env: variablesOf(market) })
        const [printed] = yield* Effect.all([running, answerOnMarket(market)], { concurrency: 2 })
        expect(answersIn(printed)).toEqual(Array(6).fill("language: 'French'"))
      }).pipe(Effect.provide(marketplace.layer({ every: "400 millis" }))),
    60_000
  )
})

/** Calls the one or the other function of README's script. */
const callScript = `
import { create, payAndDelete } from "./script.js"
const [hit] = process.argv.slice(2)
if (hit === undefined) console.log((await create()).HIT.HITId)
else await payAndDelete(hit)
`

const dollars = (market: marketplace.Service) =>
  market
    .call((client) => client.send(new GetAccountBalanceCommand({})))
    .pipe(
      Effect.map(({ AvailableBalance, OnHoldBalance }) => (Number(AvailableBalance) + Number(OnHoldBalance)).toFixed(2))
    )

/** A run of two rows, three units each, on README's Mock crowd. */
const callReviewing = `
import { Batch, Crowd, Money, Requesters, TaskRuns } from "effect-crowd"
import * as Mock from "effect-crowd/Mock"
import * as People from "effect-crowd/mock/People"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { conducted } from "./reviewing.js"

const program = Effect.gen(function* () {
  const { id: requester } = yield* (yield* Requesters.Requesters).register("my-lab", {})
  const task = { ...TaskRuns.taskDefaults, title: "Which language?", reward: Money.make(5), unitsPerAssignment: 3, maxUnitsPerWorker: Option.none() }
  const rows = [{ text: "Guten Tag" }, { text: "Bonjour" }]
  const template = '<p>\${text}</p> <input name="language">'
  const run = yield* Crowd.launch(yield* Batch.fromRows({ name: "greetings", task, template, rows }), { requester })
  console.log(JSON.stringify((yield* conducted(run.id)).units))
})
Effect.runPromise(Effect.provide(program, Mock.layer({ people: People.fillForms })))
`

describe("What else README has of code", () => {
  it.scopedLive(
    "its script makes a HIT, pays for it and deletes it, with the SDK alone and nothing changed",
    () =>
      Effect.gen(function* () {
        const market = yield* marketplace.Marketplace
        const before = yield* dollars(market)
        const script = {
          env: variablesOf(market),
          beside: {
            "question.xml": marketplace.htmlQuestion(),
            "script.js": blockWith("CreateHITCommand"),
            "call.js": callScript
          }
        }
        const hit = (yield* ran("call.js", script)).trim()
        const { HITs = [] } = yield* market.call((client) => client.send(new ListHITsCommand({})))
        expect(HITs.map(({ HITId }) => HITId)).toEqual([hit])
        for (const worker of ["ann", "bob", "cleo"]) {
          yield* market.submit(yield* market.accept(worker, HITs[0]?.HITTypeId ?? ""), { label: "good" })
        }
        const printed = yield* ran("call.js", { ...script, args: [hit] })
        expect(printed.match(/<FreeText>good<\/FreeText>/g)).toHaveLength(3)
        const left = yield* market.call((client) => client.send(new ListHITsCommand({})))
        expect(left.HITs).toEqual([])
        expect([before, yield* dollars(market)]).toEqual(["1000.00", "999.46"])
      }).pipe(Effect.provide(marketplace.layer())),
    60_000
  )

  it.scopedLive("its rule decides every submission of a run as it comes", () =>
    Effect.gen(function* () {
      const printed = yield* ran("call.js", { beside: { "call.js": callReviewing } })
      const { accepted, rejected } = JSON.parse(printed.trim().split("\n").at(-1) ?? "")
      expect(accepted + rejected).toBe(6)
    })
  )
})

const scope = Effect.runSync(Scope.make())
afterAll(() => Effect.runPromise(Scope.close(scope, Exit.void)))

/** README's test, which is one of this file's when it is imported. */
const clock = `${Effect.runSync(Scope.extend(folder, scope))}/clock.test.js`
writeFileSync(clock, blockWith("TestClock"))
await import(pathToFileURL(clock).href)
