#!/usr/bin/env node
import { needed } from "./manifest.js"

const isMissingPackage = (error: unknown): error is Error =>
  error instanceof Error && "code" in error && error.code === "ERR_MODULE_NOT_FOUND"

try {
  const { main } = await import("./main.js")
  main(process.argv.slice(2))
} catch (error) {
  if (!isMissingPackage(error)) throw error
  const what = /'([^']+)'/.exec(error.message)?.[1] ?? "a package"
  process.stderr.write(`crowd: ${what} is not installed. Run: npm install ${needed.join(" ")}\n`)
  process.exitCode = 1
}
