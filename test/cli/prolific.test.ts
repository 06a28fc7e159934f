/** The command against the double of Prolific, over real HTTP. */
import * as fs from "node:fs"
import * as path from "node:path"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { keyHeader } from "../../src/server/WorkApi.js"
import { freePort } from "../support/freePort.js"
import { type Double, makeDouble } from "../support/prolific/double.js"
import type { Settings } from "../support/prolific/settings.js"
import { balanceOf, workspaceOf } from "../support/prolific/wallet.js"
import * as visiting from "../support/serverVisitors.js"
import { serving, until } from "./served.js"
import * as support from "./support.js"
import { errorOf, folder, goodBatch, json, noUnits, summaryOf, taskJson, writeBatch } from "./support.js"

const prolific = ["--provider", "prolific"]

const task = { reward: "0.90", currency: "GBP", unitsPerAssignment: 1, duration: "20 minutes" }

const envOf = ({ token, url }: Pick<Double, "token" | "url">) => ({ PROLIFIC_TOKEN: token, PROLIFIC_URL: url })

/** A batch of two rows for one person each, and the command over the double. */
const prepared = (settings: Settings = {}, changes: Readonly<Record<string, unknown>> = {}) =>
  Effect.gen(function* () {
    const double = yield* makeDouble(settings)
    const dir = yield* folder
    const files = { ...goodBatch, "task.json": taskJson({ ...task, ...changes }) }
    const batch = yield* writeBatch(path.join(dir, "batch"), files)
    const db = path.join(dir, "crowd.db")
    const port = yield* Effect.promise(freePort)
    const env = envOf(double)
    const crowd = (words: ReadonlyArray<string>, surroundings: support.Surroundings = {}) =>
      support.crowd([...words, "--db", db], { ...surroundings, env: { ...env, ...surroundings.env } })
    return { batch, crowd, db, dir, double, env, port, url: ["--url", `http://127.0.0.1:${port}`] }
  })

const squeezed = (text: string): string => text.replace(/ +/g, " ")

const availableIn = ({ workspace, world }: Double): number => balanceOf(world, workspaceOf(world, workspace)).available

const studiesOf = ({ world }: Double) => [...world.studies.values()]

describe("crowd register --provider prolific", () => {
  const workspaces = [
    { title: "My lab", currency: "GBP", balance: 1000, projects: ["Pilots", "Main"] },
    { title: "Teaching", currency: "USD", balance: 0, projects: ["Course"] }
  ] as const

  it.scopedLive("says whose token it is, and lists workspaces and projects, though none is chosen yet", () =>
    Effect.gen(function* () {
      const { crowd, double } = yield* prepared({ workspaces })
      const told = yield* crowd(["register", ...prolific])
      expect(told.code).toBe(0)
      const [lab, teaching] = double.world.workspaces
      expect(told.out).toBe(
        [
          "prolific, test: you are known to the service. No secret was stored.",
          `The token is that of researcher@example.org (${double.world.researcher.id}).`,
          `  workspace My lab (${lab?.id})`,
          `    project Pilots (${lab?.projects[0]?.id})`,
          `    project Main (${lab?.projects[1]?.id})`,
          `  workspace Teaching (${teaching?.id})`,
          `    project Course (${teaching?.projects[0]?.id})\n`
        ].join("\n")
      )
      const machine = json(Schema.Unknown, yield* crowd(["register", "--json", ...prolific]))
      expect(machine).toMatchObject({
        provider: "prolific",
        ready: true,
        account: { name: "researcher@example.org", workspaces: [{ name: "My lab", projects: [{}, {}] }, {}] }
      })
      expect(JSON.stringify(machine)).not.toContain(double.token)
    })
  )

  it.scopedLive("says that a token is not known", () =>
    Effect.gen(function* () {
      const { crowd } = yield* prepared()
      const told = yield* crowd(["register", "--json", ...prolific], { env: { PROLIFIC_TOKEN: "no-token-of-theirs" } })
      expect(told.code).toBe(1)
      expect(errorOf(told)._tag).toBe("CredentialsRejected")
      expect(`${told.out}${told.err}`).not.toContain("no-token-of-theirs")
    })
  )

  it.scopedLive(
    "where there are several workspaces or projects, a launch says which, and the options and variables choose",
    () =>
      Effect.gen(function* () {
        const { batch, crowd, double, url } = yield* prepared({ workspaces })
        const words = ["launch", batch, ...url, ...prolific]
        const none = yield* crowd(words)
        expect(none.code).toBe(1)
        expect(none.err).toMatch(/PROLIFIC_WORKSPACE .*My lab \(\w+\), Teaching \(\w+\)/)
        const noProject = yield* crowd([...words, "--workspace", "My lab"])
        expect(noProject.err).toMatch(/PROLIFIC_PROJECT .*Pilots \(\w+\), Main \(\w+\)/)
        expect(studiesOf(double)).toEqual([])
        const chosen = yield* crowd([...words, "--project", "Main"], { env: { PROLIFIC_WORKSPACE: "My lab" } })
        expect(chosen).toMatchObject({ code: 0 })
        const main = double.world.workspaces[0]?.projects[1]?.id
        expect(studiesOf(double).map(({ fields }) => fields.project)).toEqual([main])
      })
  )
})

describe("what has to be said of prolific", () => {
  const faults: ReadonlyArray<
    readonly [what: string, words: ReadonlyArray<string>, env: Readonly<Record<string, string>>, says: RegExp]
  > = [
    ["where participants come", [], {}, /prolific sends people to the pages .* --url https:\/\/… \(or CROWD_URL\)/],
    ["a token", ["--url", "https://tasks.example.org"], { PROLIFIC_TOKEN: "" }, /^error: PROLIFIC_TOKEN is not set; /],
    [
      "https, but where the API is local",
      ["--url", "http://tasks.example.org"],
      { PROLIFIC_URL: "" },
      /--url http:\/\/tasks\.example\.org makes no sense: .*https/
    ],
    [
      "an API that is reached by https",
      ["--url", "https://tasks.example.org"],
      { PROLIFIC_URL: "http://api.example.org" },
      /PROLIFIC_URL http:\/\/api\.example\.org makes no sense: .*https/
    ]
  ]
  for (const [what, words, env, says] of faults) {
    it.scopedLive(`${what}: exit 2, and nothing is asked`, () =>
      Effect.gen(function* () {
        const { batch, crowd, double } = yield* prepared()
        const told = yield* crowd(["launch", batch, ...words, ...prolific], { env })
        expect(told.code).toBe(2)
        expect(told.err).toMatch(says)
        expect(told.err.trimEnd().split("\n")).toHaveLength(1)
        expect(double.calls).toEqual([])
      })
    )
  }
})

describe("crowd plan --provider prolific", () => {
  it.scopedLive("says the fee with its VAT, the balance, and makes nothing", () =>
    Effect.gen(function* () {
      const { batch, crowd, double } = yield* prepared()
      const told = yield* crowd(["plan", batch, ...prolific])
      expect(told.code).toBe(0)
      expect(squeezed(told.out)).toContain("\n reward 0.90 GBP a unit\n fee 0.36 GBP a unit\n")
      expect(squeezed(told.out)).toContain("\n total 2.52 GBP\n balance 10000.00 GBP\n")
      expect(studiesOf(double)).toEqual([])
    })
  )

  it.scopedLive("says that a reward is below the least an hour, and which is recommended", () =>
    Effect.gen(function* () {
      const { batch, crowd } = yield* prepared({}, { reward: "0.10" })
      const told = yield* crowd(["plan", batch, ...prolific])
      expect(told).toMatchObject({ code: 0 })
      expect(told.out).toMatch(
        /note: prolific: the reward .* an hour, below .* 6\.00 GBP an hour; 9\.00 GBP is recommended/
      )
      const machine = json(
        Schema.Struct({ remarks: Schema.Array(Schema.String) }, { key: Schema.String, value: Schema.Unknown }),
        yield* crowd(["plan", batch, "--json", ...prolific])
      )
      expect(machine.remarks).toHaveLength(1)
    })
  )

  it.scopedLive("refuses a task in another currency than the workspace's", () =>
    Effect.gen(function* () {
      const { batch, crowd } = yield* prepared({}, { currency: "USD" })
      const told = yield* crowd(["plan", batch, "--json", ...prolific])
      expect(told.code).toBe(1)
      expect(errorOf(told)._tag).toBe("CurrencyNotPaid")
    })
  )
})

const Money = Schema.Struct({ currency: Schema.String, minor: Schema.Int })

/** What `--json` says of a draft, beside the run's summary. */
const Drafted = Schema.Struct(
  {
    run: Schema.String,
    units: Schema.Record({ key: Schema.String, value: Schema.Int }),
    draft: Schema.Struct({
      address: Schema.String,
      trial: Schema.NullOr(Schema.String),
      cost: Schema.Array(Schema.Struct({ name: Schema.String, amount: Money })),
      total: Money
    })
  },
  { key: Schema.String, value: Schema.Unknown }
)

describe("without --live, on prolific", () => {
  for (const command of ["launch", "run"]) {
    it.scopedLive(`crowd ${command} makes the draft, says what publishing costs, and reserves nothing`, () =>
      Effect.gen(function* () {
        const { batch, crowd, db, dir, double, url } = yield* prepared()
        double.people.joinAsTest()
        const words = [command, batch, ...url, ...prolific]
        const told = yield* crowd(words)
        expect(told.code).toBe(0)
        const [study, trial, ...others] = studiesOf(double)
        expect(others).toEqual([])
        expect([study?.status, trial?.isTest]).toEqual(["UNPUBLISHED", true])
        expect(squeezed(told.out)).toContain("\n created 2\n")
        expect(squeezed(told.out)).toContain(
          `\n draft ${double.url}/researcher/workspaces/studies/${study?.id}\n test study ${double.url}/studies/${trial?.id}\n`
        )
        expect(squeezed(told.out)).toContain(
          "\n rewards 1.80 GBP\n Prolific's fee 0.60 GBP\n VAT on the fee 0.12 GBP\n total 2.52 GBP\n"
        )
        expect(told.out).toContain(
          `To publish it: npm run crowd -- ${command} ${batch} ${url.join(" ")} --live --db ${db} --provider prolific`
        )
        const again = json(Drafted, yield* crowd([...words, "--json"]))
        expect(again.units).toEqual({ ...noUnits, created: 2 })
        expect(again.draft.total).toEqual({ currency: "GBP", minor: 252 })
        expect(studiesOf(double)).toHaveLength(2)
        expect(availableIn(double)).toBe(1_000_000)
        expect(fs.readdirSync(dir).filter((name) => name.includes("results"))).toEqual([])
      })
    )
  }

  it.scopedLive("where the workspace has no test studies, there is none in the draft", () =>
    Effect.gen(function* () {
      const { batch, crowd, double, url } = yield* prepared({ switches: { testStudies: false } })
      const words = ["launch", batch, ...url, ...prolific]
      double.people.joinAsTest()
      expect((yield* crowd(words)).out).not.toContain("test study")
      expect(json(Drafted, yield* crowd([...words, "--json"])).draft.trial).toBeNull()
    })
  )

  it.scopedLive("a run that was published before is shown as it is", () =>
    Effect.gen(function* () {
      const { batch, crowd, url } = yield* prepared()
      const words = ["launch", batch, ...url, ...prolific]
      yield* crowd([...words, "--live"])
      const told = yield* crowd(words)
      expect(told.code).toBe(0)
      expect(squeezed(told.out)).toContain("\n launched 2\n")
      expect(told.out).not.toContain("draft")
      expect(told.err).toMatch(/run_\w+ was published before; .* --live .*goes on with it/)
    })
  )
})

const Leaving = Schema.parseJson(
  Schema.Struct({ exit: Schema.Struct({ _tag: Schema.Literal("Redirect"), url: Schema.String }) })
)

/** Somebody takes a place, comes by the study's link, works on the page, and goes where it sends them. */
const takesPart = (double: Double, port: number, run: string, study: string, index: number) =>
  Effect.gen(function* () {
    const { link, submission } = double.people.arrive(study)
    const came = new URL(link)
    const participant = came.searchParams.get("PROLIFIC_PID")
    const visitor = yield* visiting.visitor(port, visiting.addressOf(index))
    expect((yield* visitor.ask("GET", `${came.pathname}${came.search}`)).status).toBe(200)
    const data = { participant, study, submission }
    const work = yield* visiting.asWork(yield* visiting.accept(visitor, run, { json: { data } }))
    expect((yield* visiting.submit(visitor, work, { kind: "a" })).status).toBe(200)
    const headers = { [keyHeader]: work.key }
    const left = yield* visitor.ask("GET", `/api/work/agents/${work.agent}/exit`, { headers })
    const { exit } = yield* Schema.decodeUnknown(Leaving)(left.body)
    double.people.submit(submission, new URL(exit.url).searchParams.get("cc") ?? "")
    return { participant: participant ?? "", submission, agent: work.agent }
  })

describe("crowd run --live --provider prolific", () => {
  it.scopedLive(
    "publishes the study that was drafted, serves its participants while it runs, and pays who is approved",
    () =>
      Effect.gen(function* () {
        const { batch, crowd, db, dir, double, env, port, url } = yield* prepared()
        const { run } = json(Drafted, yield* crowd(["launch", batch, "--json", ...url, ...prolific]))
        const [study] = studiesOf(double)
        const id = study?.id ?? ""
        const out = path.join(dir, "results.csv")
        const words = ["run", batch, "--live", "--every", "100 millis", "--out", out, "--db", db, ...url, ...prolific]
        const { ended, said } = yield* serving([...words, "--port", String(port)], dir, env)
        expect(studiesOf(double)).toHaveLength(1)
        expect(study).toMatchObject({ status: "ACTIVE", fields: { total_available_places: 2 } })
        expect(availableIn(double)).toBe(1_000_000 - 252)
        expect(said).toContain(`Participants are sent to http://127.0.0.1:${port}/\n`)
        expect(said).not.toContain("ip address")

        const ann = yield* takesPart(double, port, run, id, 1)
        const bob = yield* takesPart(double, port, run, id, 2)
        const waiting = () => crowd(["status", run, "--json"]).pipe(Effect.map(summaryOf))
        yield* until(Effect.suspend(waiting), ({ units }) => units["completed"] === 2)

        for (const words of [
          ["approve", run, "--all"],
          ["soft-reject", run, "--agent", bob.agent]
        ]) {
          const unasked = yield* crowd(words)
          expect(unasked.code).toBe(2)
          expect(unasked.err).toContain("On prolific this pays real money, which has to be asked for: add --live.")
        }
        expect(yield* crowd(["approve", run, "--worker", ann.participant, "--live"])).toMatchObject({
          code: 0,
          err: ""
        })
        const bonus = ["bonus", run, "--worker", ann.participant, "--amount", "0.50", "--reason", "thorough"]
        expect((yield* crowd(bonus)).code).toBe(2)
        bonus.push("--live")
        expect(yield* crowd(bonus)).toMatchObject({ code: 0, err: "" })
        expect(yield* crowd(bonus)).toMatchObject({ code: 0, err: "" })
        expect(double.world.submissions.get(ann.submission)?.bonuses).toEqual([50])

        const rejecting = ["reject", run, "--agent", bob.agent, "--feedback"]
        const short = yield* crowd([...rejecting, "No."])
        expect(short.code).toBe(1)
        expect(short.err).toContain("100")
        const why = "Both of the answers are about another text than the one that was shown; please read it again."
        const rejected = yield* crowd([...rejecting, `${why} Thank you.`, "--category", "FAILED_INSTRUCTIONS"])
        expect(rejected).toMatchObject({ code: 0 })
        expect(double.world.submissions.get(bob.submission)?.status).toBe("REJECTED")

        yield* until(
          Effect.sync(() => study?.status),
          (status) => status === "ACTIVE"
        )
        const cai = yield* takesPart(double, port, run, id, 3)
        yield* until(Effect.suspend(waiting), ({ units }) => units["completed"] === 1)
        expect(yield* crowd(["approve", run, "--agent", cai.agent, "--live"])).toMatchObject({ code: 0 })
        expect(yield* ended).toMatchObject({ code: 0 })
        expect(fs.readFileSync(out, "utf8")).toContain(cai.participant)
        const { cost } = summaryOf(yield* crowd(["status", run, "--json"]))
        expect(cost).toMatchObject({ currency: "GBP", rewards: 180, bonuses: 50, fees: 92, total: 322 })
      }),
    60_000
  )
})

describe("crowd serve --provider prolific", () => {
  /** What is said of the pages, and what whoever brings news without a signature is answered. */
  const hooked = (at: Option.Option<string>) =>
    Effect.gen(function* () {
      const { db, dir, env, port } = yield* prepared()
      const url = Option.getOrElse(at, () => `http://127.0.0.1:${port}`)
      const words = ["serve", "--db", db, "--live", "--url", url, "--port", String(port), ...prolific]
      const { said } = yield* serving(words, dir, env)
      const caller = yield* visiting.visitor(port, visiting.addressOf(1))
      const headers = { host: new URL(url).host }
      const { status } = yield* caller.ask("POST", "/prolific/hooks", { json: {}, headers })
      return { said, status }
    })

  it.scopedLive("serves the pages and, at a public address, takes news from Prolific, if it is signed", () =>
    Effect.gen(function* () {
      const { said, status } = yield* hooked(Option.some("https://tasks.example.org"))
      expect(said).toContain("Participants are sent to https://tasks.example.org/\n")
      expect(status).toBe(401)
    })
  )

  it.scopedLive("has no place for news where the address is not public", () =>
    Effect.gen(function* () {
      expect((yield* hooked(Option.none())).status).toBe(404)
    })
  )
})
