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

/** A store in a new file. */
export const layer = (
  options: Omit<SqliteStore.Options, "filename"> = { durability: "normal" }
): Layer.Layer<Store | SqlClient, StoreError> =>
  Layer.unwrapScoped(
    Effect.map(directory, (made) => SqliteStore.layer({ ...options, filename: path.join(made, "crowd.db") }))
  )
