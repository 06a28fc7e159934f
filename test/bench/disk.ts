/** What a commit costs on this disk, and on one that is slower. */
import { spawnSync } from "node:child_process"
import { closeSync, fdatasyncSync, openSync, writeSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { median } from "./setup.js"

const times = 200
const page = Buffer.alloc(4096)

/** How many microseconds it takes to have one page on the disk. */
export const syncTime = (directory: string): number => {
  const file = openSync(join(directory, "sync"), "w")
  const taken = Array.from({ length: times }, (_, i) => {
    writeSync(file, page, 0, page.length, i * page.length)
    const start = process.hrtime.bigint()
    fdatasyncSync(file)
    return Number(process.hrtime.bigint() - start) / 1e3
  })
  closeSync(file)
  return median(taken)
}

/**
 * The environment of a process to which the disk is slower by so many microseconds; none where there is no C compiler.
 */
export const slowerBy = (micros: number, directory: string): NodeJS.ProcessEnv | undefined => {
  const library = join(directory, "slowDisk.so")
  const source = fileURLToPath(new URL("../../../test/bench/slowDisk.c", import.meta.url))
  const { status } = spawnSync("cc", ["-shared", "-fPIC", "-o", library, source, "-ldl"], { stdio: "ignore" })
  return status === 0 ? { ...process.env, LD_PRELOAD: library, SLOWER_BY: String(micros) } : undefined
}
