/** `dist`, for the tests that read it: built by the first of them, unless it is newer than every source. */
import { exec } from "node:child_process"
import { mkdirSync, readdirSync, rmdirSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout } from "node:timers/promises"
import { promisify } from "node:util"

const newestUnder = (folder: string): number =>
  readdirSync(folder, { recursive: true, encoding: "utf8" }).reduce(
    (newest, path) => Math.max(newest, statSync(`${folder}/${path}`).mtimeMs),
    statSync(folder).mtimeMs
  )

const isFresh = (): boolean => {
  const built = statSync("dist/index.js", { throwIfNoEntry: false })
  return built !== undefined && built.mtimeMs > Math.max(newestUnder("src"), statSync("package.json").mtimeMs)
}

/** In the temporary directory of this run, so that no other run is waited for. */
const lock = join(tmpdir(), "building")

/** False where somebody else has it. */
const takeLock = (): boolean => {
  try {
    mkdirSync(lock)
    return true
  } catch {
    return false
  }
}

while (!takeLock()) await setTimeout(100)
try {
  // Through a shell, so that what the compiler prints comes with the failure.
  if (!isFresh()) await promisify(exec)("npm run build 1>&2")
} finally {
  rmdirSync(lock)
}
