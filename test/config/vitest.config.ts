import { fileURLToPath } from "node:url"
import { defineConfig } from "vitest/config"
import { LongFirst } from "./longFirst.js"
import { Slowest } from "./slowest.js"

export default defineConfig({
  root: fileURLToPath(new URL("../..", import.meta.url)),
  test: {
    environment: "node",
    pool: "forks",
    isolate: false,
    // A fork keeps what all its files load: with the least young generation, collecting took 30 s of `mturk/calls`' 40.
    poolOptions: { forks: { minForks: 1, maxForks: 2, execArgv: ["--max-semi-space-size=64"] } },
    testTimeout: 30_000,
    expect: { poll: { timeout: 10_000 } },
    hookTimeout: 60_000,
    sequence: { sequencer: LongFirst },
    reporters: ["default", new Slowest(), ...(process.env["CI"] === undefined ? [] : ["json"])],
    outputFile: { json: "node_modules/.vitest/results.json" },
    setupFiles: ["test/config/it.ts"],
    globalSetup: ["test/config/runFolder.ts", "test/config/browser.mjs"],
    include: ["test/**/*.test.ts"]
  }
})
