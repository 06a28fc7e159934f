import * as FileSystem from "@effect/platform/FileSystem"
import * as Path from "@effect/platform/Path"
import * as Effect from "effect/Effect"
import { read } from "../../src/batch/BatchDirectory.js"
import type { InvalidInput } from "../../src/CrowdError.js"

export interface Files {
  readonly [name: string]: string | Uint8Array
}

/** A directory of these files, gone when the scope closes. */
export const directoryOf = (files: Files) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    const dir = yield* fs.makeTempDirectoryScoped()
    for (const [name, content] of Object.entries(files)) {
      const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content
      yield* fs.makeDirectory(path.dirname(path.join(dir, name)), { recursive: true })
      yield* fs.writeFile(path.join(dir, name), bytes)
    }
    return dir
  }).pipe(Effect.orDie)

export const bytes = (...parts: ReadonlyArray<string | number>): Uint8Array =>
  Uint8Array.from(
    parts.flatMap((part) => (typeof part === "number" ? [part] : Array.from(new TextEncoder().encode(part))))
  )

/** A directory in which nothing is wrong. */
export const good: Files = {
  "task.json": `{ "title": "Title", "reward": "0.05" }`,
  "task.html": "<p>${text}</p><input name=answer>",
  "data.csv": "id,text\n1,hello\n"
}

export const without = (name: string): Files =>
  Object.fromEntries(Object.entries(good).filter(([file]) => file !== name))

/** `file:line message` of each fault. */
export const faultsOf = (error: InvalidInput): ReadonlyArray<string> =>
  error.faults.map(({ file, line, message }) => `${file}${line === undefined ? "" : `:${line}`} ${message}`)

/** What is wrong with a batch directory of these files. */
export const faultsIn = (files: Files) =>
  directoryOf(files).pipe(Effect.flatMap(read), Effect.flip, Effect.map(faultsOf), Effect.scoped)
