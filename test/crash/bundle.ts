/** Makes the processes of the crash proof into one file each, so that they start quickly. */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs"
import { dirname } from "node:path"
import { fileURLToPath } from "node:url"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { build } from "esbuild"

const root = fileURLToPath(new URL("../..", import.meta.url))

export interface Programs {
  readonly crowd: string
  readonly work: string
}

/** Below `node_modules`, so that the native SQLite driver is found from there. */
const directory = Effect.acquireRelease(
  Effect.sync(() => {
    const cache = `${root}node_modules/.cache`
    mkdirSync(cache, { recursive: true })
    return mkdtempSync(`${cache}/effect-crowd-crash-`)
  }),
  (made) => Effect.sync(() => rmSync(made, { recursive: true, force: true }))
)

/** There until the scope closes. */
export const programs: Effect.Effect<Programs, never, Scope.Scope> = Effect.tap(
  Effect.map(directory, (outdir) => ({ crowd: `${outdir}/crowd.mjs`, work: `${outdir}/work.mjs` })),
  ({ crowd }) =>
    Effect.promise(() =>
      build({
        absWorkingDir: root,
        entryPoints: { crowd: "test/support/remoteCrowd/server.ts", work: "test/crash/program.ts" },
        outdir: dirname(crowd),
        outExtension: { ".js": ".mjs" },
        bundle: true,
        platform: "node",
        format: "esm",
        target: "node20",
        external: ["better-sqlite3"],
        logLevel: "error"
      })
    )
)
