/** What `--db` names: a SQLite file, or a Postgres that several processes share. */
import * as FileSystem from "@effect/platform/FileSystem"
import * as Config from "effect/Config"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import type { StoreError } from "../CrowdError.js"
import * as Store from "../Store.js"
import * as SqliteStore from "../store/SqliteStore.js"
import { fromConfig } from "./environment.js"
import { DatabaseNotFound, type PackageMissing, UsageError } from "./failure.js"
import { withoutSecrets } from "./format.js"
import * as optionalPackages from "./optionalPackages.js"

export type Database =
  | { readonly _tag: "File"; readonly path: string }
  /** `shown` is the address without its password. */
  | { readonly _tag: "Postgres"; readonly url: Redacted.Redacted<string>; readonly shown: string }

const postgresAt = (text: string): Option.Option<Database> =>
  Option.map(Option.liftThrowable((url: string) => new URL(url))(text), (url) => ({
    _tag: "Postgres",
    url: Redacted.make(text),
    shown: withoutSecrets(url)
  }))

export const fromText = (text: string): Effect.Effect<Database, UsageError> => {
  if (text === "") return new UsageError({ message: "--db is empty; name a file." })
  if (!/^postgres(ql)?:/.test(text)) return Effect.succeed({ _tag: "File", path: text })
  return Effect.mapError(
    postgresAt(text),
    () => new UsageError({ message: "--db is no address of a Postgres; it is postgres://user:password@host/database." })
  )
}

export const nameOf = (database: Database): string => (database._tag === "File" ? database.path : database.shown)

/** What happens when the file is not there: it is made, it is missed, or one in memory stands in for it. */
export type Absence = "make" | "miss" | "pretend"

const busyTimeout = Config.duration("CROWD_BUSY_TIMEOUT").pipe(Config.withDefault(Duration.seconds(5)))

export type OpenError = StoreError | UsageError | DatabaseNotFound | PackageMissing

const file = (path: string, absence: Absence, durability: SqliteStore.Options["durability"]) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const isThere = yield* Effect.orElseSucceed(fs.exists(path), () => true)
    if (!isThere && absence === "miss") return yield* new DatabaseNotFound({ path })
    if (!isThere && absence === "pretend") return Store.layerMemory
    return SqliteStore.layer({ filename: path, durability, busyTimeout: yield* fromConfig(busyTimeout) })
  })

const postgres = (url: Redacted.Redacted<string>, shown: string) =>
  Effect.map(
    optionalPackages.needed(() => import("./postgres.js"), { names: ["@effect/sql-pg"], neededBy: shown }),
    (postgres) => postgres.layer(url, shown)
  )

export const layer = (
  database: Database,
  absence: Absence,
  durability: SqliteStore.Options["durability"]
): Layer.Layer<Store.Store, OpenError, FileSystem.FileSystem> =>
  Layer.unwrapEffect(
    Effect.gen(function* (): Effect.fn.Return<Layer.Layer<Store.Store, StoreError>, OpenError, FileSystem.FileSystem> {
      return database._tag === "File"
        ? yield* file(database.path, absence, durability)
        : yield* postgres(database.url, database.shown)
    })
  )
