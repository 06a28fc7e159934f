/**
 * The folders for everything that a run of the tests writes beside its sources: the temporary directory of all its
 * processes, with its Postgres, and one below `node_modules`, from which packages are found. They go with the run, also
 * where that is interrupted; what a killed run left goes with the next one.
 */
import * as fs from "node:fs"
import { tmpdir } from "node:os"
import * as path from "node:path"
import * as modules from "../support/modulesFolder.js"
import * as postgres from "../support/postgres.js"

const nameOf = /^crowd-test-(\d+)-/

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM"
  }
}

const remove = (folder: string): void => {
  postgres.stop(path.join(folder, "postgres"))
  fs.rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
}

const sweep = (where: string): void => {
  for (const name of fs.readdirSync(where)) {
    const pid = nameOf.exec(name)?.[1]
    if (pid !== undefined && !isAlive(Number(pid))) remove(path.join(where, name))
  }
}

const makeIn = (where: string): string => {
  fs.mkdirSync(where, { recursive: true })
  sweep(where)
  const folder = fs.mkdtempSync(path.join(where, `crowd-test-${process.pid}-`))
  // Postgres runs as somebody else.
  fs.chmodSync(folder, 0o755)
  return folder
}

/** Makes the folders; the end of the run removes them. */
export default function setup(): () => void {
  const folders = [makeIn(tmpdir()), makeIn(modules.home)] as const
  process.env["TMPDIR"] = folders[0]
  postgres.give(path.join(folders[0], "postgres"))
  modules.give(folders[1])
  const end = () => folders.forEach(remove)
  // Before vitest's own listener, which exits at once.
  process.prependOnceListener("exit", end)
  return () => {
    process.off("exit", end)
    end()
  }
}
