/** The matrix of crowds and stores, every sentence of the suites on each pair: `npm run conformance`. */
import { spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Schema from "effect/Schema"

const crowds = ["Mock", "Local", "MTurk", "Prolific", "Acme"]
const stores = ["memory", "SQLite", "Postgres"]

const Report = Schema.parseJson(
  Schema.Struct({
    testResults: Schema.Array(
      Schema.Struct({
        assertionResults: Schema.Array(
          Schema.Struct({ ancestorTitles: Schema.Array(Schema.String), status: Schema.String })
        )
      })
    )
  })
)

const files = ["mock", "local", "mturk", "prolific"].map((crowd) => `test/conformance/${crowd}.test.ts`)

/** Runs them; answers the status of each test, by the layer it was tried on. */
const tried = () => {
  const folder = mkdtempSync(join(tmpdir(), "crowd-conformance-"))
  const report = join(folder, "report.json")
  try {
    const words = ["run", "--config", "test/config/vitest.config.ts", ...files, "test/package/provider.test.ts"]
    const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`]
    spawnSync("node_modules/.bin/vitest", [...words, ...reporters], {
      env: { ...process.env, CROWD_MATRIX: "full" },
      stdio: "inherit"
    })
    return Schema.decodeSync(Report)(readFileSync(report, "utf8")).testResults.flatMap((file) => file.assertionResults)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const tests = tried()

/** README's own suite of Acme says of no store; it is over memory. */
const titlesOf = (crowd: string, store: string) =>
  store === "memory" ? [crowd, `${crowd} over ${store}`] : [`${crowd} over ${store}`]

const countOf = (crowd: string, store: string) => {
  const titles = titlesOf(crowd, store)
  const own = tests.filter(({ ancestorTitles }) => titles.includes(ancestorTitles[0] ?? ""))
  const passed = own.filter(({ status }) => status === "passed").length
  return { passed, failed: own.length - passed }
}

const cells = crowds.flatMap((crowd) => stores.map((store) => ({ crowd, store, ...countOf(crowd, store) })))

const rowOf = (crowd: string) =>
  Object.fromEntries(
    cells
      .filter((cell) => cell.crowd === crowd)
      .map(({ failed, passed, store }) => [store, `${passed} passed, ${failed} failed`])
  )

console.table(Object.fromEntries(crowds.map((crowd) => [crowd, rowOf(crowd)])))

process.exitCode = cells.every(({ failed, passed }) => passed > 0 && failed === 0) ? 0 : 1
