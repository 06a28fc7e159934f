/** What the package says of itself. Needs nothing installed, so that it can be asked what is missing. */
import { readFileSync } from "node:fs"

const isRecord = (value: unknown): value is { readonly [key: string]: unknown } =>
  typeof value === "object" && value !== null

const manifest: unknown = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"))

const peers = isRecord(manifest) && isRecord(manifest["peerDependencies"]) ? manifest["peerDependencies"] : {}

const forTests = ["vitest", "@effect/vitest"]

export const version = isRecord(manifest) ? String(manifest["version"]) : "unknown"

/** The packages that the command needs beside this one, each with its version, as npm takes them. */
export const needed: ReadonlyArray<string> = Object.entries(peers)
  .filter(([name]) => !forTests.includes(name))
  .map(([name, range]) => `${name}@${String(range)}`)
