/** What a server signs with, and what opens its console. */
import { createHmac, randomBytes } from "node:crypto"
import type * as PlatformError from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { sign } from "../internal/signature.js"
import * as privateFiles from "../store/sql/privateFiles.js"
import type { Database } from "./Database.js"
import { fromConfig, secretVariable, shortestSecret, text } from "./environment.js"
import { NoSecret, UsageError } from "./failure.js"

type Secret = Redacted.Redacted<string>

const isReason = (reason: PlatformError.SystemErrorReason) => (error: PlatformError.PlatformError) =>
  error._tag === "SystemError" && error.reason === reason

/** Made beside its place and then linked to it, so that nobody ever reads half of one. */
const makeKey = (path: string) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const key = randomBytes(32).toString("base64url")
    const draft = `${path}.${randomBytes(6).toString("hex")}`
    yield* fs.writeFileString(draft, `${key}\n`, { flag: "wx", mode: 0o600 })
    yield* fs.link(draft, path).pipe(
      Effect.catchIf(isReason("AlreadyExists"), () => Effect.void),
      Effect.ensuring(Effect.ignore(fs.remove(draft)))
    )
  })

/** The key that belongs to the database of this file, made once. */
export const keyOf = (
  path: string,
  files?: privateFiles.Files
): Effect.Effect<Secret, NoSecret, FileSystem.FileSystem> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const read = fs.readFileString(path)
    const text = yield* Effect.catchIf(read, isReason("NotFound"), () => Effect.zipRight(makeKey(path), read))
    const key = text.trim()
    if (key.length < shortestSecret) return yield* new NoSecret({ path, description: "it holds no key" })
    const privacy = privateFiles.privacyOf(path, files)
    if (privacy === "Shared") {
      return yield* new NoSecret({ path, description: "others can read it", remedy: privateFiles.remedy(path) })
    }
    if (privacy === "NoModes") yield* Effect.logWarning(privateFiles.noModes(path))
    return Redacted.make(key)
  }).pipe(
    Effect.catchAll((error) => (error._tag === "NoSecret" ? error : new NoSecret({ path, description: error.message })))
  )

/** `CROWD_SECRET`; else the key beside the database file. Servers that share a Postgres have to be told. */
export const secretOf = (database: Database): Effect.Effect<Secret, UsageError | NoSecret, FileSystem.FileSystem> =>
  Effect.gen(function* () {
    const given = yield* secretVariable("CROWD_SECRET")
    if (Option.isSome(given)) return given.value
    if (database._tag === "File") return yield* keyOf(`${database.path}.key`)
    return yield* new UsageError({
      message: `Set CROWD_SECRET (${shortestSecret} characters or more): all servers over one Postgres sign with the same.`
    })
  })

/** What scripts sign their requests with. */
export interface AccessKey {
  readonly id: string
  readonly secret: Secret
  /** Whether nobody has been told of it yet. */
  readonly isMade: boolean
}

const keyVariables = ["CROWD_MTURK_ACCESS_KEY_ID", "CROWD_MTURK_SECRET_ACCESS_KEY"] as const

const derive = (secret: Secret, what: string) =>
  createHmac("sha256", Redacted.value(secret)).update(`mturk-server ${what}`).digest()

/** The two variables; else made of the server's secret, so that it is the same at the next start and stored nowhere. */
export const accessKey = (secret: Secret): Effect.Effect<AccessKey, UsageError> =>
  Effect.gen(function* () {
    const [name, secretName] = keyVariables
    const id = yield* fromConfig(text(name))
    const given = yield* secretVariable(secretName)
    if (Option.isSome(id) && Option.isSome(given)) return { id: id.value, secret: given.value, isMade: false }
    if (Option.isSome(id) || Option.isSome(given)) {
      return yield* new UsageError({ message: `Set both of ${name} and ${secretName}, or none.` })
    }
    return {
      id: `CROWD${derive(secret, "id").toString("hex").slice(0, 15).toUpperCase()}`,
      secret: Redacted.make(derive(secret, "secret").toString("base64url")),
      isMade: true
    }
  })

/**
 * `CROWD_TOKEN`; else the same for all servers that share a Postgres and a secret, and another one at each start of
 * others.
 */
export const tokenOf = (database: Database, secret: Secret): Effect.Effect<Secret, UsageError> =>
  Effect.map(
    secretVariable("CROWD_TOKEN"),
    Option.getOrElse(() =>
      Redacted.make(database._tag === "Postgres" ? sign(secret, ["token"]) : randomBytes(24).toString("base64url"))
    )
  )
