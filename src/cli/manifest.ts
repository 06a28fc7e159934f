/** What the package says of itself. Needs nothing installed, so that it can be asked what is missing. */
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"

const isRecord = (value: unknown): value is { readonly [key: string]: unknown } =>
  typeof value === "object" && value !== null

const manifest: unknown = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"))

const peers = isRecord(manifest) && isRecord(manifest["peerDependencies"]) ? manifest["peerDependencies"] : {}

const forTests = ["vitest", "@effect/vitest"]

/** Without them the command does less. */
const forMore = [
  "@effect/sql-pg",
  "@effect/cluster",
  "@effect/rpc",
  "@effect/opentelemetry",
  "@opentelemetry/exporter-prometheus",
  "@aws-sdk/client-mturk",
  "@aws-crypto/sha256-js",
  "@smithy/signature-v4"
]

export const version = isRecord(manifest) ? String(manifest["version"]) : "unknown"

/** Whether this runs in the repository, and not in a project that has it installed. */
const isCheckout = !fileURLToPath(import.meta.url).includes("node_modules")

/** How the command is called here. */
export const program = isCheckout ? "npm run crowd --" : "npx crowd"

/** A package with its version, as npm takes it. */
export const peer = (name: string): string => `${name}@${String(peers[name])}`

/** The packages that the command needs beside this one. */
const needed: ReadonlyArray<string> = Object.keys(peers)
  .filter((name) => !forTests.includes(name) && !forMore.includes(name))
  .map(peer)

/** Installs what the command needs, in versions that go together. */
export const installLine = ["npm install effect-crowd", ...needed].join(" ")

export const isMissingPackage = (error: unknown): error is Error =>
  error instanceof Error && "code" in error && error.code === "ERR_MODULE_NOT_FOUND"
