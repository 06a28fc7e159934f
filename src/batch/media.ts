/** The folder `media/` of a batch: what is in it, and whether what template and data name is there. */
import type { PlatformError } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Path from "@effect/platform/Path"
import * as Effect from "effect/Effect"
import { Parser } from "htmlparser2"
import type { Fault, InvalidInput } from "../CrowdError.js"
import { textFault } from "../internal/text.js"
import * as Media from "../Media.js"
import type { Inputs } from "../TaskRuns.js"
import { reasonOf, unreadable } from "./data/files.js"
import * as Faults from "./faults.js"
import { valueOf } from "./pages/templateText.js"
import { find } from "./placeholders.js"
import * as Rows from "./rows.js"

/** What systems leave behind in folders. */
const isLitter = (name: string): boolean => name.startsWith(".") || /^(thumbs\.db|desktop\.ini)$/i.test(name)

interface Found {
  readonly path: string
  readonly size: number
}

interface Listed {
  readonly found: ReadonlyArray<Found>
  readonly faults: ReadonlyArray<Fault>
}

const nothing: Listed = { found: [], faults: [] }

const only = (file: string, message: string): Listed => ({ found: [], faults: [Faults.fault(file, message)] })

const mebibytes = (bytes: number): string => `${bytes / 1_048_576} MiB`

const isLink = (location: string) =>
  Effect.flatMap(FileSystem.FileSystem, (fs) => Effect.isSuccess(fs.readLink(location)))

/** A link may lead anywhere, and what is served is what is in the folder. */
const list = (dir: string, path: string): Effect.Effect<Listed, PlatformError, FileSystem.FileSystem | Path.Path> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const location = (yield* Path.Path).join(dir, path)
    if (yield* isLink(location)) return only(path, "is a link; put the file itself there")
    const { size, type } = yield* fs.stat(location)
    if (type === "Directory") {
      const names = (yield* fs.readDirectory(location)).filter((name) => !isLitter(name)).sort()
      const lists = yield* Effect.forEach(names, (name) => list(dir, `${path}/${name}`))
      return { found: lists.flatMap(({ found }) => found), faults: lists.flatMap(({ faults }) => faults) }
    }
    if (type !== "File") return only(path, "is neither a file nor a folder; take it out")
    const wrong = textFault(path)
    if (wrong !== undefined) return only(Media.folder, `has a file whose name ${wrong}`)
    return Number(size) > Media.maxFileBytes
      ? only(
          path,
          `is larger than ${mebibytes(Media.maxFileBytes)}, the most that one file may have; put it on a server and name its https address`
        )
      : { found: [{ path, size: Number(size) }], faults: [] }
  })

const tooMuch = (found: ReadonlyArray<Found>): ReadonlyArray<Fault> =>
  found.reduce((sum, { size }) => sum + size, 0) > Media.maxBytes
    ? [
        Faults.fault(
          Media.folder,
          `holds more than ${mebibytes(Media.maxBytes)}, the most that the files of a batch may have; put them on a server and name them by https addresses`
        )
      ]
    : []

const bytesOf = (
  dir: string,
  file: string
): Effect.Effect<Uint8Array, InvalidInput, FileSystem.FileSystem | Path.Path> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const location = (yield* Path.Path).join(dir, file)
    return yield* Effect.mapError(fs.readFile(location), unreadable(dir, file))
  })

const fileOf = (
  dir: string,
  { path }: Found
): Effect.Effect<Media.MediaFile, InvalidInput, FileSystem.FileSystem | Path.Path> =>
  Effect.gen(function* () {
    const context = yield* Effect.context<FileSystem.FileSystem | Path.Path>()
    const read = Effect.provide(bytesOf(dir, path), context)
    const file = yield* Media.fromBytes(path, yield* read)
    const changed = Faults.single(dir, Faults.fault(path, "was changed while it was in use; run the command again"))
    const bytes = Effect.flatMap(read, (bytes) =>
      Effect.filterOrFail(
        Media.digestOf(bytes),
        (digest) => digest === file.digest,
        () => changed
      ).pipe(Effect.as(bytes))
    )
    return { ...file, bytes }
  })

/** The files of a batch, or their faults. @internal */
export interface Folder {
  readonly files: ReadonlyArray<Media.MediaFile>
  /** All there is, whatever is wrong with it. */
  readonly paths: ReadonlySet<string>
  readonly faults: ReadonlyArray<Fault>
}

/** Reads the folder; there need not be one. @internal */
export const read = (dir: string): Effect.Effect<Folder, never, FileSystem.FileSystem | Path.Path> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const name = Media.folder.slice(0, -1)
    const location = (yield* Path.Path).join(dir, name)
    const isThere = yield* Effect.orElseSucceed(fs.exists(location), () => false)
    const { faults, found } = yield* Effect.catchAll(isThere ? list(dir, name) : Effect.succeed(nothing), (error) =>
      Effect.succeed(only(Media.folder, `cannot be read: ${reasonOf(error)}`))
    )
    const [first] = found
    const wrong = [...faults, ...tooMuch(found)]
    const all = first?.path === name ? [Faults.fault(name, "is a file; it is a folder of files")] : wrong
    const paths = new Set([...found.map(({ path }) => path), ...faults.map(({ file }) => file)])
    if (all.length > 0) return { files: [], paths, faults: all }
    return yield* Effect.forEach(found, (one) => fileOf(dir, one), { concurrency: 4 }).pipe(
      Effect.map((files): Folder => ({ files, paths, faults: [] })),
      Effect.catchAll((error) => Effect.succeed<Folder>({ files: [], paths, faults: error.faults }))
    )
  })

const base = "http://batch.invalid/"

const decoded = (path: string): string => {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

/** What a page asks for where it names this address; undefined where that is nothing of `media/`. */
const pathOf = (address: string): string | undefined => {
  const url = URL.canParse(address, base) ? new URL(address, base) : undefined
  if (url === undefined || !url.href.startsWith(base)) return undefined
  const path = decoded(url.pathname.slice(1)).normalize("NFC")
  return path.toLowerCase().startsWith(Media.folder) && path.length > Media.folder.length ? path : undefined
}

/** Tells what is wrong with an address; nothing where it is right, or names nothing of `media/`. */
const checker = (paths: ReadonlySet<string>) => {
  const known = new Set([...paths].map((path) => path.normalize("NFC")))
  const byLowerCase = new Map([...known].map((path) => [path.toLowerCase(), path]))
  return (address: string): string | undefined => {
    const path = pathOf(address)
    if (path === undefined) return undefined
    const there = byLowerCase.get(path.toLowerCase())
    if (there === undefined) {
      const advice = /[?#]/.test(address) ? " (in the name of a file, write ? as %3F and # as %23)" : ""
      return `names ${path}, and there is no such file in the batch; put it there${advice}`
    }
    if (there !== path) return `names ${path}, and the file is ${there}; write it so, capitals and all`
    return /^\s*\//.test(address) ? `names ${address.trim()}; write ${there}, without the slash before it` : undefined
  }
}

/** An attribute that names a file, perhaps with placeholders. */
interface Reference {
  readonly value: string
  readonly line: number
}

const attributes = new Set(["src", "poster", "data", "href", "xlink:href"])

const candidates = (srcset: string): ReadonlyArray<string> =>
  srcset.split(/,\s+/).map((candidate) => candidate.trim().split(/\s+/)[0] ?? "")

const referencesOf = (template: string): ReadonlyArray<Reference> => {
  const references: Array<Reference> = []
  let line = 1
  let counted = 0
  const parser: Parser = new Parser({
    onopentag: (_, attribs) => {
      line += (template.slice(counted, parser.startIndex).match(/\r\n|\r|\n/g) ?? []).length
      counted = Math.max(counted, parser.startIndex)
      for (const [name, value] of Object.entries(attribs)) {
        const values = name === "srcset" ? candidates(value) : attributes.has(name) ? [value] : []
        references.push(...values.map((value) => ({ value, line })))
      }
    }
  })
  parser.end(template)
  return references
}

const isWhole = ({ value }: Reference): boolean => find(value).length === 0

const filledIn = (value: string, inputs: Inputs): string => {
  let text = ""
  let read = 0
  for (const { end, name, start } of find(value)) {
    text += value.slice(read, start) + (valueOf(inputs, name) ?? "")
    read = end
  }
  return text + value.slice(read)
}

/** What scripts of the page may be given: a path, or JSON with paths. */
const pathsIn = (value: string): ReadonlyArray<string> => {
  if (/^\s*(\.\/)?media\/\S.*\.\w{2,5}\s*$/i.test(value)) return [value]
  return /^\s*[[{]/.test(value) ? [...value.matchAll(/"((?:\.\/)?media\/[^"\\]+)"/gi)].map(([, path = ""]) => path) : []
}

/** What template and data name that is not there. @internal */
export interface Check {
  readonly template: ReadonlyArray<Fault>
  readonly row: (names: ReadonlyArray<string>, values: ReadonlyArray<string>, line: number) => ReadonlyArray<Rows.Bad>
}

/** @internal */
export const check = (template: string, file: string, paths: ReadonlySet<string>): Check => {
  const wrongWith = checker(paths)
  const references = referencesOf(template)
  const open = references.filter((reference) => !isWhole(reference))
  return {
    template: references.filter(isWhole).flatMap(({ line, value }) => {
      const wrong = wrongWith(value)
      return wrong === undefined ? [] : [Faults.fault(file, wrong, line)]
    }),
    row: (names, values, line) => {
      const inputs = Rows.toInputs(names, values)
      const addresses = [...open.map(({ value }) => filledIn(value, inputs)), ...values.flatMap(pathsIn)]
      const wrong = [...new Set(addresses.flatMap((address) => wrongWith(address) ?? []))]
      return wrong.map((message) => Rows.bad(line, message))
    }
  }
}
