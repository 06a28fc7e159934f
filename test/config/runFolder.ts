/**
 * One folder for everything that a run of the tests writes outside of the repository: the temporary directory of all its
 * processes, with its Postgres. It goes with the run, also where that is interrupted; what a killed run left goes with
 * the next one.
 */
import * as fs from "node:fs"
import { tmpdir } from "node:os"
import * as path from "node:path"
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

const make = (): string => {
  const folder = fs.mkdtempSync(path.join(tmpdir(), `crowd-test-${process.pid}-`))
  // Postgres runs as somebody else.
  fs.chmodSync(folder, 0o755)
  fs.mkdirSync(path.join(folder, "postgres"))
  return folder
}

/** The setup of each project; the first one makes the folder, and its end removes it. */
export default function setup(): (() => void) | undefined {
  if (postgres.isGiven()) return undefined
  sweep(tmpdir())
  const folder = make()
  process.env["TMPDIR"] = folder
  postgres.give(path.join(folder, "postgres"))
  const end = () => remove(folder)
  process.once("exit", end)
  return () => {
    process.off("exit", end)
    end()
  }
}
