// The closing line that CI reads, from vitest's JSON reports: their paths are the arguments.
import { readFileSync } from "node:fs"

const reports = process.argv.slice(2).map((path) => JSON.parse(readFileSync(path, "utf8")))
const sum = (count) => reports.reduce((total, report) => total + count(report), 0)
const passed = sum(({ numPassedTests }) => numPassedTests)
const failed = sum(({ numFailedTests }) => numFailedTests)
const skipped = sum(({ numPendingTests, numTodoTests }) => numPendingTests + numTodoTests)

console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`)
process.exitCode = reports.every(({ numPassedTests, success }) => success && numPassedTests > 0) ? 0 : 1
