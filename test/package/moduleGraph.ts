import "./built.js"
import { spawnSync } from "node:child_process"
import { mkdtempSync, readdirSync, readFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, relative } from "node:path"
import { fileURLToPath } from "node:url"
import * as Schema from "effect/Schema"

const Import = Schema.parseJson(Schema.Struct({ from: Schema.String, to: Schema.String }))

/** What each module file imports. Files are paths from the top level; Node's own modules are `node:…`. */
export type Graph = ReadonlyMap<string, ReadonlySet<string>>

/** Every module of the built package, as `dist/…`. Plain scripts for browsers are none, nor is what tests put there. */
export const builtModules: ReadonlyArray<string> = readdirSync("dist", { recursive: true, encoding: "utf8" })
  .map((path) => `dist/${path.replaceAll("\\", "/")}`)
  .filter((path) => /(?<!\.global)\.js$/.test(path) && !/^dist\/(samples|\.readme)\//.test(path))
  .sort()

/** Public modules begin with a capital; the others that are open have a reason of their own. */
const opened = [
  "dist/index.js",
  "dist/store/tables.js",
  "dist/browser/local.js",
  "dist/browser/mock.js",
  "dist/browser/mturk.js",
  "dist/browser/panel.js",
  "dist/browser/prolific.js"
]

const isClosed = (path: string): boolean =>
  path.startsWith("dist/cli/") || !(opened.includes(path) || /\/[A-Z]\w*\.js$/.test(path))

/** The modules that nobody outside may import. */
export const closedModules = builtModules.filter(isClosed)

/** The modules that `exports` opens. */
export const publicModules = builtModules.filter((path) => !isClosed(path))

/** How a module is imported from outside. */
export const specifierOf = (path: string): string =>
  path === "dist/index.js" ? "effect-crowd" : `effect-crowd/${path.slice("dist/".length, -".js".length)}`

const fileOf = (url: string): string =>
  url.startsWith("file:") ? relative(".", fileURLToPath(url)).replaceAll("\\", "/") : url

/** The package that a file belongs to; a file of this package is its own name. */
export const packageOf = (file: string): string => /^.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? file

const recorder = fileURLToPath(new URL("recordImports.mjs", import.meta.url))

/** Loads the modules in a fresh Node process and records every import that happened. */
export const load = (modules: ReadonlyArray<string>): Graph => {
  const record = join(mkdtempSync(join(tmpdir(), "imports-")), "record")
  const { status, stderr } = spawnSync(process.execPath, [recorder, ...modules], {
    encoding: "utf8",
    env: { ...process.env, RECORD: record }
  })
  if (status !== 0) {
    throw new Error(`dist does not load:\n${stderr}`)
  }
  const graph = new Map<string, Set<string>>()
  for (const line of readFileSync(record, "utf8").trim().split("\n")) {
    const { from, to } = Schema.decodeSync(Import)(line)
    const imported = graph.get(fileOf(from)) ?? new Set()
    graph.set(fileOf(from), imported.add(fileOf(to)))
  }
  return graph
}

/** What comes with a module (its packages, and this package's files), each with the first chain that brought it. */
export const broughtBy = (graph: Graph, entry: string): ReadonlyMap<string, string> => {
  const chains = new Map([[entry, [entry]]])
  for (const [file, chain] of chains) {
    for (const imported of graph.get(file) ?? []) {
      const name = packageOf(imported)
      if (!chains.has(imported)) {
        chains.set(imported, chain.at(-1) === name ? chain : [...chain, name])
      }
    }
  }
  chains.delete(entry)
  const brought = new Map<string, string>()
  for (const [file, chain] of chains) {
    if (!brought.has(packageOf(file))) {
      brought.set(packageOf(file), chain.join(" → "))
    }
  }
  return brought
}
