import { fileURLToPath } from "node:url"
import { defineConfig } from "vitest/config"
import { LongFirst } from "./longFirst.js"
import { Slowest } from "./slowest.js"

const ofPackage = "test/package/**/*.test.ts"
const proofs = "test/**/*.proof.test.ts"

/** Not of the root, which would make it once more for itself. */
const globalSetup = ["test/config/runFolder.ts", "test/config/browser.mjs"]

/** Three kinds of tests, each with a script of its own: `npm test`, `npm run check:package` and `npm run prove`. */
export default defineConfig({
  root: fileURLToPath(new URL("../..", import.meta.url)),
  test: {
    environment: "node",
    pool: "forks",
    isolate: false,
    // Three on two cores: a fork often waits for Chromium, Postgres or a command. One keeps what all its files load: with
    // the least young generation, collecting took 30 s of `mturk/calls`' 40.
    poolOptions: { forks: { minForks: 3, maxForks: 3, execArgv: ["--max-semi-space-size=64"] } },
    // For what hangs: beside four busy processes a test takes ten times as long.
    testTimeout: 60_000,
    expect: { poll: { timeout: 10_000 } },
    hookTimeout: 60_000,
    sequence: { sequencer: LongFirst },
    reporters: ["default", new Slowest(), ...(process.env["CI"] === undefined ? [] : ["json"])],
    outputFile: { json: "node_modules/.vitest/results.json" },
    setupFiles: ["test/config/it.ts"],
    projects: [
      {
        extends: true,
        test: { name: "code", globalSetup, include: ["test/**/*.test.ts"], exclude: [ofPackage, proofs] }
      },
      { extends: true, test: { name: "package", globalSetup, include: [ofPackage] } },
      { extends: true, test: { name: "proofs", globalSetup, include: [proofs] } }
    ]
  }
})
