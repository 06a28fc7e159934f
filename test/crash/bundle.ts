/** Makes the processes of the crash proof into one file each, so that they start quickly. */
import { rmSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import * as Effect from "effect/Effect"
import * as Record from "effect/Record"
import type * as Scope from "effect/Scope"
import { build } from "esbuild"
import * as modulesFolder from "../support/modulesFolder.js"

const root = fileURLToPath(new URL("../..", import.meta.url))

/** Where each file is. */
export type Files<Names extends string> = { readonly [Name in Names]: string }

export type Programs = Files<"crowd" | "work">

/** Below `node_modules`, so that the native SQLite driver is found from there. */
const directory = Effect.acquireRelease(
  Effect.sync(() => modulesFolder.make("crash")),
  (made) => Effect.sync(() => rmSync(made, { recursive: true, force: true }))
)

/** What was written for CommonJS may still ask for Node's own modules. */
const banner = 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);'

/** One file for each entry point; there until the scope closes. */
export const bundled = <Names extends string>(
  entryPoints: Files<Names>
): Effect.Effect<Files<Names>, never, Scope.Scope> =>
  Effect.tap(
    Effect.map(directory, (outdir) => Record.map(entryPoints, (_, name) => join(outdir, `${name}.mjs`))),
    (files) =>
      Effect.promise(() =>
        build({
          absWorkingDir: root,
          entryPoints,
          outdir: dirname(Object.values<string>(files)[0] ?? root),
          outExtension: { ".js": ".mjs" },
          bundle: true,
          platform: "node",
          format: "esm",
          target: "node20",
          banner: { js: banner },
          external: ["better-sqlite3"],
          logLevel: "error"
        })
      )
  )

export const programs: Effect.Effect<Programs, never, Scope.Scope> = bundled({
  crowd: "test/support/remoteCrowd/server.ts",
  work: "test/crash/program.ts"
})
