#!/usr/bin/env node
import { installLine, isMissingPackage } from "./manifest.js"

try {
  const { main } = await import("./main.js")
  main(process.argv.slice(2))
} catch (error) {
  if (!isMissingPackage(error)) throw error
  const what = /'([^']+)'/.exec(error.message)?.[1] ?? "a package"
  process.stderr.write(`crowd: ${what} is not installed. Run: ${installLine}\n`)
  process.exitCode = 1
}
