/**
 * Batches to start from, which come with the package.
 *
 * @since 0.1.0
 */
import * as FileSystem from "@effect/platform/FileSystem"
import * as Path from "@effect/platform/Path"
import * as Effect from "effect/Effect"
import type { InvalidInput } from "../CrowdError.js"
import * as Faults from "../internal/faults.js"
import { suggestion } from "../internal/text.js"
import { reasonOf } from "./internal/files.js"

/** Beside this module's folder, both in `src` and in `dist`. */
const home = new URL("../samples/", import.meta.url)

/**
 * The directory that holds the samples.
 *
 * @since 0.1.0
 * @category getters
 */
export const directory: Effect.Effect<string, never, Path.Path> = Effect.flatMap(Path.Path, (path) =>
  Effect.orDie(path.fromFileUrl(home))
)

/**
 * The names of the samples.
 *
 * @since 0.1.0
 * @category getters
 */
export const list: Effect.Effect<ReadonlyArray<string>, never, FileSystem.FileSystem | Path.Path> = Effect.gen(
  function* () {
    const fs = yield* FileSystem.FileSystem
    const names = yield* fs.readDirectory(yield* directory)
    return names.sort()
  }
).pipe(Effect.orDie)

/**
 * Writes a sample into a new directory, or an empty one. Nothing that is there is written over.
 *
 * @since 0.1.0
 * @category constructors
 */
export const copy = (name: string, dir: string): Effect.Effect<void, InvalidInput, FileSystem.FileSystem | Path.Path> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    const fail = (message: string) => Faults.single(dir, Faults.fault(dir, message))
    const names = yield* list
    if (!names.includes(name)) return yield* fail(`there is no sample "${name}"; ${suggestion(name, names)}`)
    const write = Effect.gen(function* () {
      yield* fs.makeDirectory(dir, { recursive: true })
      const there = yield* fs.readDirectory(dir)
      if (there.length > 0) return yield* fail("is not empty; give a new directory, nothing is written over")
      const from = path.join(yield* directory, name)
      const files = yield* fs.readDirectory(from)
      yield* Effect.forEach(files, (file) => fs.copyFile(path.join(from, file), path.join(dir, file)), {
        discard: true
      })
    })
    yield* Effect.catchTags(write, {
      BadArgument: (error) => fail(`cannot be written: ${error.message}`),
      SystemError: (error) =>
        fail(
          error.reason === "AlreadyExists" ? "is a file; give a new directory" : `cannot be written: ${reasonOf(error)}`
        )
    })
  })
