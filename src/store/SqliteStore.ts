/**
 * The store in a SQLite file. Node only.
 *
 * @since 0.1.0
 */

import * as fs from "node:fs"
import * as path from "node:path"
import * as Reactivity from "@effect/experimental/Reactivity"
import * as SqlClient from "@effect/sql/SqlClient"
import * as SqliteClient from "@effect/sql-sqlite-node/SqliteClient"
import * as Config from "effect/Config"
import type { ConfigError } from "effect/ConfigError"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { StoreError } from "../CrowdError.js"
import type { Store } from "../Store.js"
import * as SqlStore from "./SqlStore.js"
import * as privateFiles from "./sql/privateFiles.js"
import { fromDriver } from "./sql/sqlErrors.js"

/**
 * Which file, how safe from a loss of power, and how long to wait for other writers.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options {
  readonly filename: string
  /**
   * - `full` (the default): what succeeded survives a loss of power.
   * - `normal`: it survives the end of the process, but a loss of power may undo the last moments.
   */
  readonly durability?: "full" | "normal" | undefined
  /**
   * How long to wait for another process that writes (default 5 seconds). Transactions of the store wait giving way; by
   * itself, as for statements of yours, the driver waits without, so that nothing else of this process runs meanwhile.
   */
  readonly busyTimeout?: Duration.DurationInput | undefined
}

const pragmas = (options: Options): ReadonlyArray<string> => [
  `busy_timeout = ${Math.ceil(Duration.toMillis(options.busyTimeout ?? "5 seconds"))}`,
  "journal_mode = WAL",
  `synchronous = ${options.durability === "normal" ? "NORMAL" : "FULL"}`,
  "foreign_keys = ON",
  // Where savepoints keep what they may have to bring back.
  "temp_store = MEMORY",
  // 16 MB: a page that many commits change is written back once for all of them.
  "wal_autocheckpoint = 4000"
]

const canWriteTo = (directory: string): boolean => {
  try {
    fs.accessSync(directory, fs.constants.W_OK)
    return true
  } catch {
    return false
  }
}

/** The driver says of a missing directory and of one it may not write to the same as of anything it cannot open. */
const openFailure = ({ filename }: Options, error: unknown): StoreError => {
  const failure = fromDriver(filename, "open", error)
  const directory = path.dirname(filename)
  if (failure.reason !== "Unavailable") return failure
  if (!fs.existsSync(directory)) {
    return new StoreError({
      ...failure,
      cause: failure.cause,
      description: `there is no directory ${directory} for ${filename}; make it first`
    })
  }
  if (canWriteTo(directory)) return failure
  return new StoreError({
    ...failure,
    cause: failure.cause,
    reason: "ReadOnly",
    description: `this process may not write to ${directory}; allow it to, or name a file elsewhere than ${filename}`
  })
}

const isFile = ({ filename }: Options): boolean => filename !== "" && filename !== ":memory:"

/** The driver gives the files beside it the same mode. */
const makePrivate = (options: Options): Effect.Effect<void> =>
  Effect.sync(() => isFile(options) && privateFiles.onDisk.create(options.filename, privateFiles.ownerOnly))

/** Only of what is a database: somebody may have named another file of theirs. */
const keepPrivate = (options: Options): Effect.Effect<void> =>
  Effect.suspend(() => {
    const { filename } = options
    const told = isFile(options) ? privateFiles.keep(filename, [`${filename}-wal`, `${filename}-shm`]) : []
    return Effect.forEach(told, (message) => Effect.logWarning(message), { discard: true })
  })

const client = (options: Options): Layer.Layer<SqlClient.SqlClient, StoreError> =>
  Layer.scoped(
    SqlClient.SqlClient,
    Effect.gen(function* () {
      yield* makePrivate(options)
      const sql = yield* SqliteClient.make({
        filename: options.filename,
        disableWAL: true,
        prepareCacheSize: 1000,
        prepareCacheTTL: Duration.infinity
      })
      for (const pragma of pragmas(options)) yield* sql.unsafe(`PRAGMA ${pragma}`)
      yield* keepPrivate(options)
      return sql
    }).pipe(
      // The driver throws when it cannot open the file.
      Effect.catchAllDefect(Effect.fail),
      Effect.mapError((error) => openFailure(options, error))
    )
  ).pipe(Layer.provide(Reactivity.layer))

/**
 * Opens the file, or makes it; its directory has to be there. Write-ahead logging and foreign keys are on. Two stores on
 * one file wait for each other as two processes do.
 *
 * Nobody but its owner can read the file and those beside it, whatever the umask: one that others could read is made so.
 * Where that cannot be, because it is somebody else's or its file system keeps no modes, a warning says it.
 *
 * @example
 * import * as Local from "effect-crowd/Local"
 * import * as SqliteStore from "effect-crowd/store/SqliteStore"
 * import * as Layer from "effect/Layer"
 *
 * export const crowd = Layer.provide(Local.layer(), SqliteStore.layer({ filename: "crowd.db" }))
 *
 * @since 0.1.0
 * @category layers
 */
export const layer = (options: Options): Layer.Layer<Store | SqlClient.SqlClient, StoreError> =>
  Layer.provideMerge(SqlStore.layer, client(options))

/**
 * The same with options from the configuration.
 *
 * @example
 * import * as SqliteStore from "effect-crowd/store/SqliteStore"
 * import * as Config from "effect/Config"
 *
 * SqliteStore.layerConfig({ filename: Config.string("CROWD_DB") })
 *
 * @since 0.1.0
 * @category layers
 */
export const layerConfig = (
  config: Config.Config.Wrap<Options>
): Layer.Layer<Store | SqlClient.SqlClient, StoreError | ConfigError> =>
  Layer.unwrapEffect(Effect.map(Config.unwrap(config), layer))
