/**
 * Launch of so many units to a driver that takes no time: what the journal and the store cost a unit, and how much memory
 * the process needs at its peak. Each size has a process of its own.
 */
import { execFileSync } from "node:child_process"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Crowd, Requesters } from "../../src/index.js"
import * as SqliteStore from "../../src/store/SqliteStore.js"
import { batchOf, inTemporaryDirectory, seconds } from "./setup.js"
import * as Zero from "./zeroDriver.js"

interface Measured {
  readonly units: number
  readonly micros: number
  readonly peakMiB: number
}

const measure = (units: number): Promise<Measured> =>
  Effect.runPromise(
    inTemporaryDirectory((directory) =>
      Effect.gen(function* () {
        const requesters = yield* Requesters.Requesters
        const requester = yield* requesters.register("bench", {})
        const elapsed = yield* seconds(Crowd.launch(batchOf(units), { requester: requester.id }))
        return { units, micros: (elapsed * 1e6) / units, peakMiB: process.resourceUsage().maxRSS / 1024 }
      }).pipe(
        Effect.provide(
          Layer.provideMerge(
            Zero.layer,
            SqliteStore.layer({ filename: join(directory, "launch.db"), durability: "normal" })
          )
        )
      )
    )
  )

/** The same small heap for every size: what does not fit is told by an end of the process, not by a larger peak. */
const heap = ["--max-semi-space-size=1", "--max-old-space-size=64"]

const inOwnProcess = (units: number): Measured => {
  const self = fileURLToPath(import.meta.url)
  const out = execFileSync(process.execPath, [...heap, "--import", "tsx", self, "--one", String(units)])
  const { micros, peakMiB } = Object(JSON.parse(out.toString()))
  return { units, micros: Number(micros), peakMiB: Number(peakMiB) }
}

const main = async () => {
  const [flag, ...rest] = process.argv.slice(2)
  if (flag === "--one") return console.log(JSON.stringify(await measure(Number(rest[0]))))
  const sizes = [flag, ...rest].filter((size) => size !== undefined).map(Number)
  const all = (sizes.length > 0 ? sizes : [1_000, 10_000, 100_000]).map(inOwnProcess)
  const [first] = all
  console.log(`launch to a driver that takes no time, node ${heap.join(" ")}`)
  for (const { micros, peakMiB, units } of all) {
    const against =
      first === undefined
        ? ""
        : `  memory x${(peakMiB / first.peakMiB).toFixed(2)}  cost x${(micros / first.micros).toFixed(2)}`
    console.log(
      `${String(units).padStart(7)} units  ${micros.toFixed(1)} us/unit  peak ${peakMiB.toFixed(0)} MiB${against}`
    )
  }
}

await main()
