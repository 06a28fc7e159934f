/**
 * MTurk: launch of so many units against a loop over the bare SDK, of the same concurrency, by turns in one process, to a
 * service with 20 ms latency in another; and how many calls each sync takes.
 */
import { fork } from "node:child_process"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { CreateHITTypeCommand, CreateHITWithHITTypeCommand, MTurkClient } from "@aws-sdk/client-mturk"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { prepare } from "../../src/batch/TaskPage.js"
import { Crowd, Requesters } from "../../src/index.js"
import * as MTurk from "../../src/MTurk.js"
import * as questions from "../../src/mturk/questions.js"
import * as SqliteStore from "../../src/store/SqliteStore.js"
import { allowed, type Size, syncs } from "../mturk/syncs.js"
import { batchOf, inTemporaryDirectory, median, seconds } from "./setup.js"

const latency = 20
const concurrency = 16
const rounds = 7
const credentials = { accessKeyId: "AKIDBENCH", secretAccessKey: "a secret" }

/** The port of the service. */
const service = Effect.acquireRelease(
  Effect.sync(() => fork(fileURLToPath(new URL("mturkServer.mjs", import.meta.url)), [String(latency)])),
  (child) => Effect.sync(() => child.kill())
).pipe(
  Effect.flatMap((child) =>
    Effect.async<string>((resume) => {
      child.once("message", (port) => resume(Effect.succeed(`http://127.0.0.1:${String(port)}`)))
    })
  )
)

const mark = "00000000"
const sample = questions.html(questions.render(prepare("<p>${text}</p>"), { text: mark }))

/** The same bytes on the wire as the layer's. */
const question = (row: number): string => sample.replace(mark, `This is row ${row}, with a sentence to read.`)

/** What somebody writes who has only the SDK. */
const bare = async (endpoint: string, units: number): Promise<void> => {
  const client = new MTurkClient({
    endpoint,
    region: "us-east-1",
    credentials,
    maxAttempts: 1,
    requestHandler: { httpAgent: { keepAlive: true, maxSockets: concurrency } }
  })
  const { HITTypeId } = await client.send(
    new CreateHITTypeCommand({ Title: "Bench", Description: "Bench", Reward: "0.05", AssignmentDurationInSeconds: 600 })
  )
  let next = 0
  const loop = async () => {
    for (let row = next++; row < units; row = next++) {
      await client.send(
        new CreateHITWithHITTypeCommand({
          HITTypeId,
          MaxAssignments: 1,
          LifetimeInSeconds: 604_800,
          Question: question(row),
          RequesterAnnotation: `unit_${row}`,
          UniqueRequestToken: `launch_${row}`
        })
      )
    }
  }
  await Promise.all(Array.from({ length: concurrency }, loop))
  client.destroy()
}

/** So many rows of so many units. */
const ours = (endpoint: string, filename: string, { rows, units = 1 }: Size) =>
  Effect.gen(function* () {
    const requesters = yield* Requesters.Requesters
    const requester = yield* requesters.register("bench", {})
    const batch = batchOf(rows)
    const task = { ...batch.task, unitsPerAssignment: units }
    return yield* seconds(Crowd.launch({ ...batch, task }, { requester: requester.id }))
  }).pipe(
    Effect.provide(
      Layer.provide(
        MTurk.layer({
          endpoint,
          concurrency,
          credentials: { ...credentials, secretAccessKey: Redacted.make(credentials.secretAccessKey) }
        }),
        SqliteStore.layer({ filename, durability: "normal" })
      )
    )
  )

/** Our rows against a HIT for each of their units. */
const launches = (size: Size, least: number) =>
  inTemporaryDirectory((directory) =>
    Effect.gen(function* () {
      const endpoint = yield* service
      const units = size.rows * (size.units ?? 1)
      yield* Effect.promise(() => bare(endpoint, units))
      yield* ours(endpoint, join(directory, "warm.db"), size)
      const times = yield* Effect.forEach(
        Array.from({ length: rounds }, (_, round) => round),
        (round) =>
          Effect.gen(function* () {
            const theirs = yield* seconds(Effect.promise(() => bare(endpoint, units)))
            return { theirs, ours: yield* ours(endpoint, join(directory, `${round}.db`), size) }
          })
      )
      const bareTime = median(times.map(({ theirs }) => theirs))
      const ourTime = median(times.map(({ ours }) => ours))
      const ratio = median(times.map(({ ours, theirs }) => theirs / ours))
      console.log(
        `launch of ${size.rows} rows of ${size.units ?? 1}, ${latency} ms latency, ${concurrency} at once, median of ${rounds}`
      )
      console.log(`  bare SDK  ${(units / bareTime).toFixed(0)}/s   MTurk.layer  ${(units / ourTime).toFixed(0)}/s`)
      console.log(
        `  ratio ${ratio.toFixed(2)}, at least ${least}  (${times.map(({ ours, theirs }) => (theirs / ours).toFixed(2)).join(" ")})`
      )
    }).pipe(Effect.scoped)
  )

const calls = (size: Size) =>
  Effect.map(syncs(size), (all) => {
    console.log(`calls of each sync, ${size.rows} HITs of ${size.units ?? 1}`)
    for (const sync of all) {
      console.log(
        `  after ${sync.after.padEnd(26)} changed ${String(sync.changed).padStart(5)}  calls ${String(sync.calls).padStart(5)}  at most ${allowed(sync)}`
      )
    }
  })

const main = async () => {
  const [what = "all", ...rest] = process.argv.slice(2)
  const sizes = rest.map(Number)
  if (what !== "calls") {
    await Effect.runPromise(launches({ rows: 1_000 }, 0.75))
    await Effect.runPromise(launches({ rows: 1_000, units: 3 }, 2.2))
  }
  if (what !== "launch") {
    for (const rows of sizes.length > 0 ? sizes : [1_000, 10_000]) {
      await Effect.runPromise(calls({ rows }))
      await Effect.runPromise(calls({ rows, units: 3 }))
    }
  }
}

await main()
