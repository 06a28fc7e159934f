/**
 * All benches, one after another, or the one that is named, with what it is told: `npm run bench -- http 1000`. Each is a
 * process of its own. Compiled, as the library is used: tsx wraps every function that is made.
 */
import { spawnSync } from "node:child_process"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { buildSync } from "esbuild"

const benches = ["claims", "exporting", "http", "launch", "mturk"]
const children = ["exportOurs", "httpFloor", "httpOurs", "mturkServer"]
const compiled = fileURLToPath(new URL("../../node_modules/.cache/bench", import.meta.url))

const compile = () =>
  buildSync({
    entryPoints: [...benches, ...children].map((name) => fileURLToPath(new URL(`${name}.ts`, import.meta.url))),
    outdir: compiled,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    packages: "external",
    platform: "node",
    format: "esm"
  })

const run = (bench: string, words: ReadonlyArray<string>) => {
  const { status } = spawnSync(process.execPath, [join(compiled, `${bench}.mjs`), ...words], { stdio: "inherit" })
  if (status !== 0) process.exit(status ?? 1)
  console.log("")
}

const [asked, ...words] = process.argv.slice(2)
if (asked !== undefined && !benches.includes(asked)) {
  console.error(`There is no bench ${asked}; there are ${benches.join(", ")}.`)
  process.exit(2)
}
compile()
for (const bench of asked === undefined ? benches : [asked]) run(bench, words)
