// Bundles src/browser: as it is into src/internal/assets.ts, from which the server sends it (git-ignored, written
// only where something changed); with --dist also the shims into dist/browser. It is vitest's global setup, too.
import { createHash } from "node:crypto"
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs"
import { dirname, resolve } from "node:path"
import { fileURLToPath } from "node:url"
import { build } from "esbuild"

const root = fileURLToPath(new URL("../..", import.meta.url))
const providers = ["mock", "local", "mturk", "panel", "prolific"]

const types = { css: "text/css; charset=utf-8", js: "text/javascript; charset=utf-8" }

const bundle = async (entry, options = {}) => {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [`src/browser/${entry}`],
    outdir: "dist/browser",
    bundle: true,
    write: false,
    minify: true,
    charset: "utf8",
    target: ["es2022", "chrome100", "firefox100", "safari16"],
    jsx: "automatic",
    jsxImportSource: "preact",
    ...options
  })
  return outputFiles[0].text
}

const script = (entry) => bundle(entry, { format: "iife" })
const globalShim = (provider) => bundle(`${provider}.ts`, { format: "iife", globalName: "CrowdSource" })
const moduleShim = (provider) => bundle(`${provider}.ts`, { format: "esm" })

const bundled = async () => {
  const entries = [
    ["worker.js", script("worker/main.tsx")],
    ["worker.css", bundle("worker/worker.css")],
    ["console.js", script("console/main.tsx")],
    ["console.css", bundle("console/console.css")],
    ["frame.js", script("frame/main.ts")],
    ...providers.flatMap((provider) => [
      [`shim/${provider}.js`, globalShim(provider)],
      [`shim/${provider}.mjs`, moduleShim(provider)]
    ])
  ]
  return Promise.all(entries.map(async ([name, body]) => [name, await body]))
}

const asset = ([name, body]) => {
  const etag = `"${createHash("sha256").update(body).digest("base64url").slice(0, 22)}"`
  return [name, { type: name.endsWith(".css") ? types.css : types.js, body, etag }]
}

const write = (path, text) => {
  const target = resolve(root, path)
  let before
  try {
    before = readFileSync(target, "utf8")
  } catch {
    mkdirSync(dirname(target), { recursive: true })
  }
  if (before === text) return
  const draft = `${target}.${process.pid}`
  writeFileSync(draft, text)
  renameSync(draft, target)
}

/** Several processes may do this at once: what is written appears whole. */
export default async function writeAssets() {
  const assets = JSON.stringify(Object.fromEntries((await bundled()).map(asset)), null, 2)
  write(
    "src/internal/assets.ts",
    `// Written by test/config/browser.mjs from src/browser.
interface Asset {
  readonly type: string
  readonly body: string
  readonly etag: string
}
/** @internal */
export const assets: { readonly [name: string]: Asset } = ${assets}
`
  )
}

const writeShims = async () => {
  for (const provider of providers) {
    write(`dist/browser/${provider}.js`, await moduleShim(provider))
    write(`dist/browser/${provider}.global.js`, await globalShim(provider))
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await writeAssets()
  if (process.argv.includes("--dist")) await writeShims()
}
