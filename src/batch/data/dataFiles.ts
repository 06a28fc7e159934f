/** The data of a batch directory: one file of rows, in one of several forms. */
import * as FileSystem from "@effect/platform/FileSystem"
import * as Path from "@effect/platform/Path"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { Fault, InvalidInput } from "../../CrowdError.js"
import type { Inputs, Task } from "../../TaskRuns.js"
import * as Faults from "../faults.js"
import type * as media from "../media.js"
import * as Rows from "../rows.js"
import * as Csv from "./csv.js"
import { source } from "./files.js"
import * as Heads from "./firstBytes.js"
import * as Jsonl from "./jsonl.js"

const names = ["data.csv", "data.tsv", "data.jsonl"] as const

/** @internal */
export type DataFile = (typeof names)[number]

/** @internal */
export const find = (
  dir: string
): Effect.Effect<Either.Either<DataFile, ReadonlyArray<Fault>>, never, FileSystem.FileSystem | Path.Path> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    const found = yield* Effect.filter(names, (file) =>
      Effect.orElseSucceed(fs.exists(path.join(dir, file)), () => true)
    )
    const [file, other] = found
    if (file === undefined)
      return Either.left([Faults.fault("data.csv", "there is no data.csv, no data.tsv and no data.jsonl; add one")])
    return other === undefined
      ? Either.right(file)
      : Either.left([Faults.fault(other, `is there beside ${file}; keep one of them`)])
  })

type Known = Option.Option<ReadonlyArray<string>>

const tablePieces = <E, R>(
  bytes: Stream.Stream<Uint8Array, E, R>,
  separator: Heads.Separator
): Stream.Stream<Rows.Piece, E, R> =>
  Csv.records(bytes, separator).pipe(
    Stream.mapAccum(Option.none<ReadonlyArray<string>>(), (known, next): [Known, ReadonlyArray<Rows.Piece>] => {
      if (next._tag === "Bad") return [known, [next]]
      if (Option.isNone(known)) {
        const header = next.fields.map((name) => name.trim())
        return [Option.some(header), Rows.columns(header, next.line)]
      }
      const ragged = Csv.raggedness(next, known.value)
      return [known, ragged.length > 0 ? ragged : Rows.row(known.value, next.fields, next.line)]
    }),
    Stream.mapConcat((pieces) => pieces)
  )

/** How a file is read. */
interface Form {
  readonly kind: Heads.Kind | undefined
  readonly pieces: <E, R>(bytes: Stream.Stream<Uint8Array, E, R>) => Stream.Stream<Rows.Piece, E, R>
}

/** Commas that are asked for are not doubted. */
const formOf = (file: DataFile, said: Heads.Separator | undefined): Form => {
  if (file === "data.jsonl") {
    return { kind: { _tag: "Lines" }, pieces: (bytes) => Rows.fromObjects(Jsonl.objects(bytes)) }
  }
  const separator = said ?? (file === "data.tsv" ? "\t" : ",")
  return {
    kind: said === "," ? undefined : { _tag: "Table", separator, isBatch: true },
    pieces: (bytes) => tablePieces(bytes, separator)
  }
}

/** Each row with what it names and is not there. */
const withMissing = <E, R>(
  pieces: Stream.Stream<Rows.Piece, E, R>,
  { row }: media.Check
): Stream.Stream<Rows.Piece, E, R> =>
  pieces.pipe(
    Stream.mapAccum<ReadonlyArray<string>, Rows.Piece, ReadonlyArray<Rows.Piece>>([], (names, piece) => {
      if (piece._tag === "Columns") return [piece.names, [piece]]
      return [names, piece._tag === "Row" ? [piece, ...row(names, piece.values, piece.line)] : [piece]]
    }),
    Stream.mapConcat((pieces) => pieces)
  )

/** What was found in the file, and its rows for whoever reads them again. @internal */
export interface Data extends Rows.Checked {
  readonly rows: Stream.Stream<Inputs, InvalidInput>
}

/** @internal */
export const check = (
  dir: string,
  file: DataFile,
  options: {
    readonly separator: Heads.Separator | undefined
    readonly task: Option.Option<Task>
    readonly template: string
    readonly files: media.Check
  }
): Effect.Effect<Either.Either<Data, ReadonlyArray<Fault>>, never, FileSystem.FileSystem | Path.Path> =>
  Effect.gen(function* () {
    const location = (yield* Path.Path).join(dir, file)
    const { bytes, changed, unchanged } = yield* source(location, dir, file)
    const { kind, pieces } = formOf(file, options.separator)
    const whole = kind && (yield* Heads.fault(bytes, kind))
    if (whole !== undefined) return yield* Faults.single(dir, Faults.fault(file, whole.message, whole.line))
    const read = pieces(bytes)
    const checked = yield* Rows.check(withMissing(read, options.files), { file, ...options })
    const columns = Option.getOrElse(checked.columns, () => [])
    const rows = Stream.mapConcatEffect(read, (piece) => {
      if (piece._tag === "Columns") return Effect.succeed([])
      return piece._tag === "Row" ? Effect.succeed([Rows.toInputs(columns, piece.values)]) : Effect.fail(changed)
    })
    return { ...checked, rows: unchanged(rows) }
  }).pipe(
    Effect.mapError((error): ReadonlyArray<Fault> => error.faults),
    Effect.either
  )
