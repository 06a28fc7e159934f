/** The command mturk-server, and old scripts that are pointed at it. */
import type { ChildProcess } from "node:child_process"
import * as path from "node:path"
import * as SDK from "@aws-sdk/client-mturk"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { htmlQuestion } from "../mturk-server/support.js"
import { started } from "../support/serverProcess.js"
import * as visiting from "../support/serverVisitors.js"
import { type Served, served, until, works } from "./served.js"
import { crowd, entry, folder, spawned, summaryOf } from "./support.js"

const Announced = Schema.parseJson(
  Schema.Struct({
    workers: Schema.NonEmptyArray(Schema.String),
    console: Schema.String,
    endpoint: Schema.String,
    accessKeyId: Schema.String,
    secretAccessKey: Schema.optionalWith(Schema.String, { exact: true })
  })
)
type Announced = typeof Announced.Type

/** What somebody's script has: the SDK, and the three variables that were printed. */
const scriptFor = ({ accessKeyId, endpoint, secretAccessKey = "" }: Omit<Announced, "workers" | "console">) =>
  Effect.acquireRelease(
    Effect.sync(
      () =>
        new SDK.MTurkClient({
          endpoint,
          region: "us-east-1",
          credentials: { accessKeyId, secretAccessKey },
          maxAttempts: 1
        })
    ),
    (client) => Effect.sync(() => client.destroy())
  ).pipe(
    Effect.map(
      (client) =>
        <A>(use: (client: SDK.MTurkClient) => Promise<A>) =>
          Effect.promise(() => use(client))
    )
  )

const hit = {
  Title: "Which language is it?",
  Description: "One word",
  Reward: "0.10",
  AssignmentDurationInSeconds: 600,
  LifetimeInSeconds: 86_400,
  MaxAssignments: 1,
  Question: htmlQuestion("language")
}

const ended = (child: ChildProcess, signal: NodeJS.Signals): Effect.Effect<number | null> =>
  Effect.async((resume) => {
    child.once("exit", (code) => resume(Effect.succeed(code)))
    child.kill(signal)
  })

describe("crowd mturk-server as a process", () => {
  it.scopedLive(
    "serves a script from create to delete, stops at Ctrl-C, and goes on with the same keys",
    () =>
      Effect.gen(function* () {
        const dir = yield* folder
        const words = ["mturk-server", "--json", "--port", "0", "--balance", "1.00", "--db", path.join(dir, "crowd.db")]
        const bin = yield* entry()
        const first = yield* started(bin, words)
        const announced = Schema.decodeSync(Announced)(first.line)
        expect(`${announced.endpoint}/`).toBe(announced.workers[0])
        const call = yield* scriptFor(announced)

        const env = {
          AWS_ENDPOINT_URL_MTURK: announced.endpoint,
          AWS_ACCESS_KEY_ID: announced.accessKeyId,
          AWS_SECRET_ACCESS_KEY: announced.secretAccessKey ?? ""
        }
        const known = { code: 0, out: "mturk, test: you are known to the service. No secret was stored.\n", err: "" }
        expect(yield* spawned(["register", "--db", "client.db"], { cwd: dir, env })).toEqual(known)

        const { HIT } = yield* call((c) => c.send(new SDK.CreateHITCommand(hit)))
        const id = HIT?.HITId ?? ""
        const ann = yield* visiting.visitor(Number(new URL(announced.endpoint).port), visiting.addressOf(1))
        expect((yield* works(ann, `run_${HIT?.HITTypeId}`, { language: "Deutsch" })).status).toBe(200)
        const { Assignments = [] } = yield* call((c) => c.send(new SDK.ListAssignmentsForHITCommand({ HITId: id })))
        expect(Assignments[0]?.Answer).toContain("<FreeText>Deutsch</FreeText>")
        const AssignmentId = Assignments[0]?.AssignmentId ?? ""
        const WorkerId = Assignments[0]?.WorkerId ?? ""
        yield* call((c) => c.send(new SDK.ApproveAssignmentCommand({ AssignmentId })))
        const bonus = { AssignmentId, WorkerId, BonusAmount: "0.20", Reason: "quick" }
        yield* call((c) => c.send(new SDK.SendBonusCommand(bonus)))

        expect(yield* ended(first.child, "SIGINT")).toBe(130)
        const second = Schema.decodeSync(Announced)((yield* started(bin, words)).line)
        expect(second.accessKeyId).toBe(announced.accessKeyId)
        expect(second.secretAccessKey).toBe(announced.secretAccessKey)
        const later = yield* scriptFor(second)
        yield* later((c) => c.send(new SDK.DeleteHITCommand({ HITId: id })))
        const { HITStatus } = (yield* later((c) => c.send(new SDK.GetHITCommand({ HITId: id })))).HIT ?? {}
        expect(HITStatus).toBe("Disposed")
        const { AvailableBalance } = yield* later((c) => c.send(new SDK.GetAccountBalanceCommand({})))
        expect(AvailableBalance).toBe("0.64")
      }),
    90_000
  )

  it.scopedLive(
    "names the packages it lacks; so does the crowd mturk",
    () =>
      Effect.gen(function* () {
        const cwd = yield* folder
        const env = { CROWD_WITHOUT: "@smithy/signature-v4,@aws-sdk/client-mturk" }
        const server = yield* spawned(["mturk-server", "--port", "0"], { cwd, env })
        expect(server).toMatchObject({ code: 1, out: "" })
        expect(server.err).toMatch(
          /^error: crowd mturk-server needs @smithy\/signature-v4 and @aws-crypto\/sha256-js, which are not installed\. Run: npm install @smithy\/signature-v4@\^\d\S+ @aws-crypto\/sha256-js@\^\d\S+\n$/
        )
        const client = yield* spawned(["register"], { cwd, env })
        expect(client).toMatchObject({ code: 1, out: "" })
        expect(client.err).toMatch(
          /^error: The crowd mturk needs @aws-sdk\/client-mturk, which is not installed\. Run: npm install @aws-sdk\/client-mturk@\^\d\S+\n$/
        )
        expect((yield* spawned(["register", "--provider", "mock"], { cwd, env })).code).toBe(0)
      }),
    60_000
  )
})

const env = {
  CROWD_MTURK_ACCESS_KEY_ID: "AKIDOFOURS",
  CROWD_MTURK_SECRET_ACCESS_KEY: "a secret of our own choice"
}

const toldBy = ({ port }: Served) => ({
  endpoint: `http://127.0.0.1:${port}`,
  accessKeyId: env.CROWD_MTURK_ACCESS_KEY_ID,
  secretAccessKey: env.CROWD_MTURK_SECRET_ACCESS_KEY
})

describe("crowd mturk-server", () => {
  it.scopedLive("says how scripts reach it, and prints no secret that was given to it", () =>
    Effect.gen(function* () {
      const dir = yield* folder
      const made = yield* served(["mturk-server", "--db", path.join(dir, "a.db")])
      const text = yield* until(Effect.sync(made.err), (text) => text.includes("REGION"))
      expect(text).toContain(`Workers:   http://127.0.0.1:${made.port}/\n`)
      expect(text).toMatch(
        new RegExp(
          `\nScripts:\n  export AWS_ENDPOINT_URL_MTURK=http://127\\.0\\.0\\.1:${made.port}\n  export AWS_ACCESS_KEY_ID=CROWD\\w{15}\n  export AWS_SECRET_ACCESS_KEY=[\\w-]{43}\n  export AWS_DEFAULT_REGION=us-east-1\n$`
        )
      )
      const given = yield* served(["mturk-server", "--db", path.join(dir, "b.db")], env)
      const shown = yield* until(Effect.sync(given.err), (text) => text.includes("REGION"))
      expect(shown).toContain("  export AWS_ACCESS_KEY_ID=AKIDOFOURS\n")
      expect(shown).not.toContain("SECRET")
      expect(shown).not.toContain(env.CROWD_MTURK_SECRET_ACCESS_KEY)
      const call = yield* scriptFor(toldBy(given))
      const { AvailableBalance } = yield* call((c) => c.send(new SDK.GetAccountBalanceCommand({})))
      expect(AvailableBalance).toBe("10000.00")
      yield* given.stop
      expect(given.err()).toMatch(
        /Stopped\. Nothing is lost: npm run crowd -- mturk-server --db .* goes on where this stopped\./
      )
    })
  )

  it.scopedLive("what scripts launch is a run like any other, worked on beside those of local", () =>
    Effect.gen(function* () {
      const dir = yield* folder
      const db = ["--db", path.join(dir, "crowd.db")]
      const here = yield* served(["mturk-server", ...db], env)
      const call = yield* scriptFor(toldBy(here))
      const { HIT } = yield* call((c) => c.send(new SDK.CreateHITCommand(hit)))
      const status = summaryOf(yield* crowd(["status", "--json", ...db]))
      expect(status).toMatchObject({ run: `run_${HIT?.HITTypeId}`, provider: "local", units: { launched: 1 } })
    })
  )

  it.scopedLive("fails as often as it is told to", () =>
    Effect.gen(function* () {
      const dir = yield* folder
      const words = ["mturk-server", "--fault", "throttle=1", "--db", path.join(dir, "crowd.db")]
      const here = yield* served(words, env)
      const call = yield* scriptFor(toldBy(here))
      for (const balance of [new SDK.GetAccountBalanceCommand({}), new SDK.GetAccountBalanceCommand({})]) {
        const told = yield* call((c) => Promise.allSettled([c.send(balance)]))
        expect(told).toMatchObject([{ status: "rejected", reason: { name: "ThrottlingException" } }])
      }
    })
  )

  it.live("says what makes no sense", () =>
    Effect.gen(function* () {
      const wrong: ReadonlyArray<readonly [ReadonlyArray<string>, string, Readonly<Record<string, string>>]> = [
        [["--provider", "mock"], "crowd mturk-server is served by local, not by mock.", {}],
        [["--live"], "local has no live mode", {}],
        [["--balance", "much"], "--balance: ", {}],
        [["--fault", "fire=1"], "--fault fire=1 cannot be; it is one of throttle, ", {}],
        [["--fault", "throttle=2"], "--fault throttle=2 cannot be", {}],
        [
          [],
          "Set both of CROWD_MTURK_ACCESS_KEY_ID",
          { CROWD_MTURK_ACCESS_KEY_ID: "AKID", CROWD_SECRET: "sixteen or longer" }
        ],
        [["--allow", "x"], "--allow x makes no sense", { CROWD_SECRET: "sixteen or longer" }]
      ]
      for (const [words, says, env] of wrong) {
        const told = yield* crowd(["mturk-server", "--db", ":memory:", ...words], { env })
        expect(told).toMatchObject({ code: 2, out: "", err: expect.stringContaining(says) })
      }
    })
  )
})
