/** Real SQLite files, each in a directory of its own. */

import * as fs from "node:fs"
import { tmpdir } from "node:os"
import * as path from "node:path"
import type { SqlClient } from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import type { StoreError } from "../../src/CrowdError.js"
import type { Store } from "../../src/Store.js"
import * as SqliteStore from "../../src/store/SqliteStore.js"

/** An empty directory, gone with the scope. */
export const directory: Effect.Effect<string, never, Scope.Scope> = Effect.acquireRelease(
  Effect.sync(() => fs.mkdtempSync(path.join(tmpdir(), "crowd-sqlite-"))),
  (made) => Effect.sync(() => fs.rmSync(made, { recursive: true, force: true }))
)

const fileIn = (directory: string): string => path.join(directory, "crowd.db")

let made: Promise<Buffer> | undefined

/** What is in a store's file when it has its tables and nothing else: making these is most of a short test's work. */
const empty = Effect.promise(() => {
  made ??= Effect.flatMap(directory, (directory) => {
    const filename = fileIn(directory)
    const opened = Effect.scoped(Layer.build(SqliteStore.layer({ filename, durability: "normal" })))
    return Effect.map(opened, () => fs.readFileSync(filename))
  }).pipe(Effect.scoped, Effect.runPromise)
  return made
})

/** A store in a new file. */
export const layer = (
  options: Omit<SqliteStore.Options, "filename"> = { durability: "normal" }
): Layer.Layer<Store | SqlClient, StoreError> =>
  Layer.unwrapScoped(
    Effect.gen(function* () {
      const filename = fileIn(yield* directory)
      fs.writeFileSync(filename, yield* empty, { mode: 0o600 })
      return SqliteStore.layer({ ...options, filename })
    })
  )
