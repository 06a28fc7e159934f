// The closing line that CI reads, from vitest's JSON report.
import { readFileSync } from "node:fs"

const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, success } = JSON.parse(
  readFileSync("node_modules/.vitest/results.json", "utf8")
)
console.log(`${numPassedTests} passed, ${numFailedTests} failed, ${numPendingTests + numTodoTests} skipped`)
process.exitCode = success && numPassedTests > 0 ? 0 : 1
