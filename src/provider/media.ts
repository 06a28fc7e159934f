/** The files of runs in the Store: their bytes in parts, each content once. */
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Encoding from "effect/Encoding"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { type InvalidInput, StoreError } from "../CrowdError.js"
import type { RunId } from "../Ids.js"
import { byId } from "../journal/payload.js"
import { Media, type MediaFile } from "../Media.js"
import type * as Store from "../Store.js"
import * as tables from "../store/tables.js"

/** Of one part; a whole number of groups of base64. */
const partBytes = 393_216

const idOf = (run: RunId, path: string): string => `${run}/${path.normalize("NFC")}`

const partId = (digest: string, part: number): string => `${digest}/${part}`

const partsOf = (bytes: Uint8Array): ReadonlyArray<string> =>
  Array.from({ length: Math.ceil(bytes.byteLength / partBytes) }, (_, part) =>
    Encoding.encodeBase64(bytes.subarray(part * partBytes, (part + 1) * partBytes))
  )

const toMedia = Schema.validateSync(Media)

/** The files of which the run has another content under the same path. */
export const changed = (
  store: Store.Service,
  run: RunId,
  files: ReadonlyArray<MediaFile>
): Effect.Effect<ReadonlyArray<string>, StoreError> =>
  Effect.map(knownOf(store, run, files), (known) =>
    files.flatMap(({ digest, path }) => {
      const before = known.get(idOf(run, path))
      return before === undefined || before.digest === digest ? [] : [path]
    })
  )

const knownOf = (store: Store.Service, run: RunId, files: ReadonlyArray<MediaFile>) =>
  Effect.map(
    store.getAll(
      tables.media,
      files.map(({ path }) => idOf(run, path))
    ),
    byId
  )

/** The file itself is written last, so that nobody finds half of one. */
const addFile = (
  store: Store.Service,
  run: RunId,
  { bytes, ...media }: MediaFile
): Effect.Effect<void, InvalidInput | StoreError> =>
  Effect.gen(function* () {
    const { digest, path } = media
    const [same] = yield* store.page(tables.media, { where: { digest }, limit: 1 })
    if (same === undefined) {
      const parts = partsOf(yield* bytes)
      yield* Effect.forEach(
        parts,
        (base64, part) => store.insert(tables.mediaParts, [{ id: partId(digest, part), base64 }]),
        { discard: true }
      )
    }
    yield* store.insert(tables.media, [{ ...media, id: idOf(run, path), run }])
  })

/** Adds the files that the run does not have yet. */
export const add = (
  store: Store.Service,
  run: RunId,
  files: ReadonlyArray<MediaFile>
): Effect.Effect<void, InvalidInput | StoreError> =>
  Effect.gen(function* () {
    const known = yield* knownOf(store, run, files)
    const missing = files.filter(({ path }) => !known.has(idOf(run, path)))
    yield* Effect.forEach(missing, (file) => addFile(store, run, file), { discard: true })
  })

export const find = (store: Store.Service, run: RunId, path: string): Effect.Effect<Option.Option<Media>, StoreError> =>
  Effect.map(store.get(tables.media, idOf(run, path)), Option.map(toMedia))

const part = (store: Store.Service, digest: string, index: number): Effect.Effect<Uint8Array, StoreError> =>
  Effect.flatMap(store.get(tables.mediaParts, partId(digest, index)), (found) =>
    Option.match(
      Option.flatMap(found, ({ base64 }) => Either.getRight(Encoding.decodeBase64(base64))),
      {
        onNone: () =>
          new StoreError({
            reason: "Corrupt",
            operation: `read part ${index} of the file ${digest}`,
            description: "it is not there, or no base64"
          }),
        onSome: Effect.succeed
      }
    )
  )

/** The bytes from the one until before the other. */
export const bytes = (
  store: Store.Service,
  { digest }: Media,
  from: number,
  until: number
): Stream.Stream<Uint8Array, StoreError> =>
  Stream.range(Math.floor(from / partBytes), Math.ceil(until / partBytes) - 1).pipe(
    Stream.mapEffect((index) =>
      Effect.map(part(store, digest, index), (whole) => {
        const start = index * partBytes
        return whole.subarray(Math.max(0, from - start), until - start)
      })
    )
  )
