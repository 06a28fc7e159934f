/** Programs that tests run as processes, each as plain JavaScript with little to load, so that they start quickly. */
import { mkdtempSync, rmSync } from "node:fs"
import { basename, join } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
import * as Effect from "effect/Effect"
import { build } from "esbuild"
import * as modulesFolder from "./modulesFolder.js"

const root = fileURLToPath(new URL("../..", import.meta.url))

/** What was written for CommonJS may still ask for Node's own modules. */
const banner =
  'import { createRequire as requireFrom } from "node:module"; const require = requireFrom(import.meta.url);'

/** Below `node_modules`, so that packages are found from there; gone with this process, or with the run of the tests. */
const makeFolder = (): string => {
  const folder = modulesFolder.make("programs")
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }))
  return folder
}

let folder: string | undefined

export interface Options {
  /** Whether packages stay what Node looks for when the program runs. */
  readonly findsPackages?: boolean
}

const bundle = async (file: string, { findsPackages = false }: Options): Promise<string> => {
  folder ??= makeFolder()
  const outdir = mkdtempSync(join(folder, "program-"))
  await build({
    absWorkingDir: root,
    entryPoints: [file],
    outdir,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    splitting: true,
    platform: "node",
    format: "esm",
    target: "node20",
    banner: { js: banner },
    // What lies beside the sources is found from where they are.
    define: { "import.meta.url": JSON.stringify(pathToFileURL(join(root, file)).href) },
    ...(findsPackages ? { packages: "external" } : { external: ["better-sqlite3"] }),
    logLevel: "error"
  })
  return join(outdir, basename(file).replace(/ts$/, "mjs"))
}

const made = new Map<string, Promise<string>>()

/** What Node is started with to run the program of this source, named from the top level; it is made once. */
export const program = (file: string, options: Options = {}): Effect.Effect<string> =>
  Effect.promise(() => {
    const key = `${file} ${options.findsPackages === true}`
    const before = made.get(key)
    if (before !== undefined) return before
    const making = bundle(file, options)
    made.set(key, making)
    return making
  })
