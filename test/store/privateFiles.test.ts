/** Who can read the database and the keys beside it. */
import * as fs from "node:fs"
import * as path from "node:path"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Redacted from "effect/Redacted"
import * as secrets from "../../src/cli/secrets.js"
import { Store } from "../../src/Store.js"
import * as SqliteStore from "../../src/store/SqliteStore.js"
import * as privateFiles from "../../src/store/sql/privateFiles.js"
import { data } from "../../src/store/tables.js"
import * as sqlite from "../support/sqlite.js"

const modeOf = (file: string): number => fs.statSync(file).mode & 0o777

const withUmask = (umask: number) =>
  Effect.acquireRelease(
    Effect.sync(() => process.umask(umask)),
    (before) => Effect.sync(() => process.umask(before))
  )

/** What is logged meanwhile. */
const logged = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.suspend(() => {
    const lines: Array<string> = []
    const logger = Logger.make(({ message }) => lines.push(String(message)))
    return Effect.as(Effect.provide(effect, Logger.replace(Logger.defaultLogger, logger)), lines)
  })

/** Opens the database, writes to it, and looks at its files while it is open. */
const modesWhileOpen = (filename: string) =>
  Effect.gen(function* () {
    const store = yield* Store
    yield* store.put(data, [{ id: "one", provider: "test", value: 1 }])
    return [filename, `${filename}-wal`, `${filename}-shm`].map(modeOf)
  }).pipe(Effect.provide(SqliteStore.layer({ filename })))

describe("A database's file, its -wal and its -shm", () => {
  for (const umask of [0o000, 0o022, 0o277]) {
    it.scoped(`are made 0600 under umask ${umask.toString(8).padStart(3, "0")}`, () =>
      Effect.gen(function* () {
        const filename = path.join(yield* sqlite.directory, "crowd.db")
        yield* withUmask(umask)
        expect(yield* modesWhileOpen(filename)).toEqual([0o600, 0o600, 0o600])
      })
    )
  }

  it.scoped("that others could read are made 0600, and it is said", () =>
    Effect.gen(function* () {
      const filename = path.join(yield* sqlite.directory, "crowd.db")
      yield* modesWhileOpen(filename)
      fs.chmodSync(filename, 0o644)
      const modes: Array<ReadonlyArray<number>> = []
      const lines = yield* logged(Effect.map(modesWhileOpen(filename), (found) => modes.push(found)))
      expect(modes).toEqual([[0o600, 0o600, 0o600]])
      expect(lines[0]).toBe(`Others could read ${filename}; it is its owner's alone now.`)
      expect(yield* logged(modesWhileOpen(filename))).toEqual([])
    })
  )

  it.scoped("are left alone where the file is no database", () =>
    Effect.gen(function* () {
      const filename = path.join(yield* sqlite.directory, "notes.txt")
      fs.writeFileSync(filename, "no database ".repeat(100), { mode: 0o644 })
      yield* Effect.flip(Layer.build(SqliteStore.layer({ filename })))
      expect(modeOf(filename)).toBe(0o644)
    })
  )

  it("of somebody else are warned of, with the command that mends it", () => {
    const files = { ...privateFiles.onDisk, create: () => false, modeOf: () => 0o100644, setMode: () => false }
    expect(privateFiles.keep("the crowd.db", [], files)).toEqual([
      "Others can read the crowd.db. Its owner ends that with: chmod 600 'the crowd.db'"
    ])
  })

  it("are warned of where the file system keeps no modes", () => {
    expect(privateFiles.keep("crowd.db", ["crowd.db-wal"], withoutModes)).toEqual([
      "Others may be able to read crowd.db: its file system keeps no modes. Keep it where nobody else comes."
    ])
  })
})

/** As vfat and some network file systems. */
const withoutModes: privateFiles.Files = {
  create: () => true,
  remove: () => undefined,
  modeOf: () => 0o100777,
  setMode: () => true
}

describe("A key file", () => {
  const keyIn = Effect.gen(function* () {
    const file = path.join(yield* sqlite.directory, "crowd.db.key")
    const key = yield* secrets.keyOf(file)
    return { file, key }
  })

  it.scoped("that others can read is refused with the command that mends it, which does", () =>
    Effect.gen(function* () {
      const { file, key } = yield* keyIn
      for (const mode of [0o604, 0o640]) {
        fs.chmodSync(file, mode)
        const refused = yield* Effect.flip(secrets.keyOf(file))
        expect(refused.message).toBe(
          `The key file ${file} cannot be used: others can read it. Run chmod 600 ${file}, or set CROWD_SECRET.`
        )
      }
      fs.chmodSync(file, 0o600)
      expect(Redacted.value(yield* secrets.keyOf(file))).toBe(Redacted.value(key))
    }).pipe(Effect.provide(NodeFileSystem.layer))
  )

  it.scoped("is warned of where the file system keeps no modes", () =>
    Effect.gen(function* () {
      const { file } = yield* keyIn
      expect(yield* logged(secrets.keyOf(file, withoutModes))).toEqual([privateFiles.noModes(file)])
    }).pipe(Effect.provide(NodeFileSystem.layer))
  )
})
