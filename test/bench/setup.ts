import { copyFileSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { Batch } from "../../src/Batch.js"
import type { InvalidSetting, StoreError } from "../../src/CrowdError.js"
import { Crowd as Crowds, Money, type Provider, Requesters, TaskRuns } from "../../src/index.js"
import * as Mock from "../../src/Mock.js"
import type { Store } from "../../src/Store.js"
import * as SqliteStore from "../../src/store/SqliteStore.js"

export type Durability = "normal" | "full"

/** A batch of so many one-unit rows, made as it is read. */
export const batchOf = (rows: number, maxUnitsPerWorker: Option.Option<number> = Option.none()): Batch => ({
  name: `bench-${rows}`,
  task: { ...TaskRuns.taskDefaults, title: "Bench", reward: Money.make(5), maxUnitsPerWorker },
  template: "<p>${text}</p>",
  media: [],
  columns: ["text"],
  count: rows,
  digest: `bench-${rows}`,
  warnings: [],
  notes: [],
  rows: Stream.map(Stream.range(0, rows - 1), (row) => ({ text: `This is row ${row}, with a sentence to read.` }))
})

export const onFile = (filename: string, durability: Durability) =>
  Layer.provideMerge(
    Mock.layerStore({ balance: Money.make(1_000_000_000) }),
    SqliteStore.layer({ filename, durability })
  )

/** Any provider over the store in a file. */
export type Crowd = (
  filename: string,
  durability: Durability
) => Layer.Layer<Provider.Core | Store, InvalidSetting | StoreError>

/** A database file with a launched run of so many units, made once for each size. */
export const launched = (directory: string, units: number, crowd: Crowd = onFile) =>
  Effect.gen(function* () {
    const filename = join(directory, `launched-${units}.db`)
    const run = yield* Effect.gen(function* () {
      const requesters = yield* Requesters.Requesters
      const requester = yield* requesters.register("bench", {})
      return yield* Crowds.launch(batchOf(units), { requester: requester.id })
    }).pipe(Effect.provide(crowd(filename, "normal")))
    const copy = (name: string): string => {
      const target = join(directory, `${name}-${units}.db`)
      for (const file of [target, `${target}-wal`, `${target}-shm`]) rmSync(file, { force: true })
      copyFileSync(filename, target)
      return target
    }
    return { run: run.id, copy }
  })

export const inTemporaryDirectory = <A, E, R>(use: (directory: string) => Effect.Effect<A, E, R>) =>
  Effect.acquireUseRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "crowd-bench-"))),
    use,
    (directory) => Effect.sync(() => rmSync(directory, { recursive: true, force: true }))
  )

export const seconds = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const start = process.hrtime.bigint()
    yield* effect
    return Number(process.hrtime.bigint() - start) / 1e9
  })

export const median = (values: ReadonlyArray<number>): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
