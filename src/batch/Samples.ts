/**
 * Batches to start from, which come with the package.
 *
 * @since 0.1.0
 */
import type { PlatformError } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Path from "@effect/platform/Path"
import { stringify } from "csv-stringify/sync"
import * as Effect from "effect/Effect"
import type { InvalidInput } from "../CrowdError.js"
import { suggestion } from "../internal/text.js"
import * as Media from "../Media.js"
import { reasonOf } from "./data/files.js"
import * as Faults from "./faults.js"

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

type Written = Effect.Effect<void, InvalidInput, FileSystem.FileSystem | Path.Path>

const failIn = (dir: string, message: string) => Faults.single(dir, Faults.fault(dir, message))

/** Writes into a new directory, or an empty one. */
const writeNew = (
  dir: string,
  write: Effect.Effect<void, InvalidInput | PlatformError, FileSystem.FileSystem | Path.Path>
): Written =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    yield* fs.makeDirectory(dir, { recursive: true })
    const there = yield* fs.readDirectory(dir)
    if (there.length > 0) return yield* failIn(dir, "is not empty; give a new directory, nothing is written over")
    yield* write
  }).pipe(
    Effect.catchTags({
      BadArgument: (error) => failIn(dir, `cannot be written: ${error.message}`),
      SystemError: (error) =>
        failIn(
          dir,
          error.reason === "AlreadyExists" ? "is a file; give a new directory" : `cannot be written: ${reasonOf(error)}`
        )
    })
  )

/** Files are written one by one, so that they are the writer's own, whatever those of the package allow. */
const copyAll = (from: string, to: string): Effect.Effect<void, PlatformError, FileSystem.FileSystem | Path.Path> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    const names = yield* fs.readDirectory(from)
    yield* fs.makeDirectory(to, { recursive: true })
    yield* Effect.forEach(
      names,
      (name) =>
        Effect.gen(function* () {
          const { type } = yield* fs.stat(path.join(from, name))
          yield* (type === "Directory" ? copyAll : fs.copyFile)(path.join(from, name), path.join(to, name))
        }),
      { discard: true }
    )
  })

/**
 * Writes a sample into a new directory, or an empty one. Nothing that is there is written over.
 *
 * @example
 * import { NodeContext } from "@effect/platform-node"
 * import * as Samples from "effect-crowd/batch/Samples"
 * import * as Effect from "effect/Effect"
 *
 * const started = Effect.provide(Samples.copy("sentiment", "my-batch"), NodeContext.layer)
 *
 * @since 0.1.0
 * @category constructors
 */
export const copy = (name: string, dir: string): Written =>
  Effect.gen(function* () {
    const names = yield* list
    if (!names.includes(name)) return yield* failIn(dir, `there is no sample "${name}"; ${suggestion(name, names)}`)
    const from = (yield* Path.Path).join(yield* directory, name)
    yield* writeNew(dir, copyAll(from, dir))
  })

/** The sample that shows a picture of each row. */
const pictured = "image-tags"

const imagesIn = (folder: string): Effect.Effect<ReadonlyArray<string>, InvalidInput, FileSystem.FileSystem> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const names = yield* Effect.mapError(fs.readDirectory(folder), (error) =>
      failIn(folder, `cannot be read as a folder of images: ${reasonOf(error)}`)
    )
    const images = names.filter((name) => !name.startsWith(".") && Media.typeOf(name).startsWith("image/")).sort()
    return images.length > 0
      ? images
      : yield* failIn(folder, "holds no images, such as .jpg, .png, .webp or .svg; name the folder that holds them")
  })

/** What would end a path, or mean another sign, where an address is read. */
const addressOf = (name: string): string => `${Media.folder}${name.replace(/[%?#]/g, encodeURIComponent)}`

/**
 * Writes a batch of the images in a folder into a new directory, or an empty one: a row for each, with a copy of it in
 * `media/`, and a task to start from. Fails with InvalidInput where there are none.
 *
 * @example
 * import { NodeContext } from "@effect/platform-node"
 * import * as Samples from "effect-crowd/batch/Samples"
 * import * as Effect from "effect/Effect"
 *
 * const started = Effect.provide(Samples.fromFolder("images", "my-batch"), NodeContext.layer)
 *
 * @since 0.1.0
 * @category constructors
 */
export const fromFolder = (folder: string, dir: string): Written =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    const images = yield* imagesIn(folder)
    const sample = path.join(yield* directory, pictured)
    const rows = images.map((name) => ({ id: path.parse(name).name, image: addressOf(name) }))
    const write = Effect.gen(function* () {
      yield* fs.makeDirectory(path.join(dir, Media.folder))
      yield* Effect.forEach(
        images,
        (name) => fs.copyFile(path.join(folder, name), path.join(dir, Media.folder, name)),
        { discard: true }
      )
      yield* Effect.forEach(["task.json", "task.html"], (file) =>
        fs.copyFile(path.join(sample, file), path.join(dir, file))
      )
      yield* fs.writeFileString(path.join(dir, "data.csv"), stringify(rows, { header: true }))
    })
    yield* writeNew(dir, write)
  })
