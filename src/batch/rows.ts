import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { longerThan, suggestion, textFault } from "../internal/text.js"
import type { Media } from "../Media.js"
import { type Inputs, Task } from "../TaskRuns.js"
import { look, type Notes } from "./columnNotes.js"
import * as Faults from "./faults.js"

/** One piece of a data file: first its columns, then its rows, and what is wrong anywhere. @internal */
export type Piece =
  | { readonly _tag: "Columns"; readonly names: ReadonlyArray<string>; readonly line: number }
  | { readonly _tag: "Row"; readonly values: ReadonlyArray<string>; readonly line: number }
  | Bad

/** @internal */
export interface Bad {
  readonly _tag: "Bad"
  readonly line: number
  readonly message: string
}

/** @internal */
export const bad = (line: number, message: string): Bad => ({ _tag: "Bad", line, message })

/** The most bytes one row may have. @internal */
export const maxRowBytes = 1_048_576

/** @internal */
export const tooLarge = (line: number): Bad =>
  bad(line, "this row is larger than 1 MiB; keep large content elsewhere and put its address in the row")

const columnFaults = (names: ReadonlyArray<string>, line: number): ReadonlyArray<Bad> =>
  names.flatMap((name, i) => {
    if (name === "") return [bad(line, `column ${i + 1} has no name; name it, or take the column out`)]
    if (name !== name.trim()) return [bad(line, `the name of column ${i + 1} begins or ends with a space; take it out`)]
    const wrong = textFault(name)
    if (wrong !== undefined) return [bad(line, `the name of column ${i + 1} ${wrong}`)]
    const first = names.indexOf(name)
    return first < i
      ? [bad(line, `column ${i + 1} is named "${name}", as is column ${first + 1}; give each its own name`)]
      : []
  })

/** The columns, and what is wrong with their names. @internal */
export const columns = (names: ReadonlyArray<string>, line: number): ReadonlyArray<Piece> => [
  { _tag: "Columns", names, line },
  ...columnFaults(names, line)
]

/** A row, or what is wrong with its values. @internal */
export const row = (
  names: ReadonlyArray<string>,
  values: ReadonlyArray<string>,
  line: number
): ReadonlyArray<Piece> => {
  const faults = values.flatMap((value, i) => {
    const wrong = textFault(value)
    return wrong === undefined ? [] : [bad(line, `"${names[i] ?? ""}" ${wrong}`)]
  })
  if (values.every((value) => value.trim() === "")) return [bad(line, "is empty in every column; take the row out")]
  return faults.length > 0 ? faults : [{ _tag: "Row", values, line }]
}

const keyFaults = (names: ReadonlyArray<string>, object: Inputs, line: number): ReadonlyArray<Bad> => {
  const missing = names.filter((name) => !Object.hasOwn(object, name))
  const extra = Object.keys(object).filter((key) => !names.includes(key))
  return [
    ...missing.map((name) => bad(line, `"${name}" is missing; every row has the keys of the first`)),
    ...extra.map((key) => bad(line, `"${key}" is not a key of the first row; ${suggestion(key, names)}`))
  ]
}

const objectPieces = (names: ReadonlyArray<string>, object: Inputs, line: number): ReadonlyArray<Piece> => {
  const faults = keyFaults(names, object, line)
  return faults.length > 0
    ? faults
    : row(
        names,
        names.map((name) => (Object.hasOwn(object, name) ? object[name] : undefined) ?? ""),
        line
      )
}

type Known = Option.Option<ReadonlyArray<string>>

/** The columns are the keys of the first object. @internal */
export const fromObjects = <E, R>(
  objects: Stream.Stream<{ readonly object: Inputs; readonly line: number } | Bad, E, R>
): Stream.Stream<Piece, E, R> =>
  objects.pipe(
    Stream.mapAccum(Option.none<ReadonlyArray<string>>(), (known, next): [Known, ReadonlyArray<Piece>] => {
      if ("_tag" in next) return [known, [next]]
      if (Option.isSome(known)) return [known, objectPieces(known.value, next.object, next.line)]
      const names = Object.keys(next.object)
      return names.length === 0
        ? [known, [bad(next.line, "the first row has no keys; they name the columns")]]
        : [Option.some(names), [...columns(names, next.line), ...objectPieces(names, next.object, next.line)]]
    }),
    Stream.mapConcat((pieces) => pieces)
  )

/** @internal */
export const fromRows = (rows: Iterable<Inputs>): Stream.Stream<Piece> =>
  fromObjects(
    Stream.fromIterable(rows).pipe(
      Stream.zipWithIndex,
      Stream.map(([object, i]) =>
        longerThan(Object.values(object).join(""), maxRowBytes) ? tooLarge(i + 1) : { object, line: i + 1 }
      )
    )
  )

/** @internal */
export const toInputs = (names: ReadonlyArray<string>, values: ReadonlyArray<string>): Inputs =>
  Object.fromEntries(names.map((name, i) => [name, values[i] ?? ""]))

const sha256 = (text: string): Effect.Effect<string> =>
  Effect.map(
    Effect.promise(() => globalThis.crypto.subtle.digest("SHA-256", new TextEncoder().encode(text))),
    (bytes) => Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("")
  )

/** A batch without files has the digest of the rest. @internal */
export const digestWith = (digest: string, media: ReadonlyArray<Media>): Effect.Effect<string> =>
  media.length === 0
    ? Effect.succeed(digest)
    : sha256(`${digest}${JSON.stringify(media.map(({ digest, path }) => [path, digest]))}`)

/** What is known of a data file after reading it once. @internal */
export interface Checked {
  readonly columns: Option.Option<ReadonlyArray<string>>
  readonly count: number
  readonly digest: string
  readonly faults: Faults.Faults
  readonly notes: Notes
}

const encodeTask = Schema.encodeSync(Task)

const rowsPerDigest = 500

const checkGroup = (state: Checked, pieces: Chunk.Chunk<Piece>, file: string): Effect.Effect<Checked> => {
  const names = Chunk.findFirst(pieces, (piece) => piece._tag === "Columns")
  const rows = Chunk.filter(pieces, (piece) => piece._tag === "Row")
  const faults = Chunk.filter(pieces, (piece) => piece._tag === "Bad")
  const values = Chunk.toReadonlyArray(pieces).flatMap((piece) => {
    if (piece._tag === "Bad") return []
    return [piece._tag === "Row" ? piece.values : piece.names]
  })
  return Effect.map(sha256(`${state.digest}${JSON.stringify(values)}`), (digest) => ({
    columns: Option.orElse(state.columns, () => Option.map(names, (found) => found.names)),
    count: state.count + rows.length,
    digest,
    notes: Chunk.reduce(rows, state.notes, (notes, { line, values }) => look(notes, values, line)),
    faults: Faults.addAll(
      state.faults,
      Chunk.toReadonlyArray(faults).map(({ line, message }) => Faults.fault(file, message, line))
    )
  }))
}

/** Reads the whole data once, in constant memory; `file` names it in faults. @internal */
export const check = <E, R>(
  pieces: Stream.Stream<Piece, E, R>,
  options: { readonly file: string; readonly task: Option.Option<Task>; readonly template: string }
): Effect.Effect<Checked, E, R> =>
  Effect.gen(function* () {
    const task = JSON.stringify(Option.getOrNull(Option.map(options.task, encodeTask)))
    const start: Checked = {
      columns: Option.none(),
      count: 0,
      digest: yield* sha256(`${yield* sha256(task)}${yield* sha256(options.template)}`),
      faults: Faults.none,
      notes: []
    }
    const checked = yield* pieces.pipe(
      Stream.grouped(rowsPerDigest),
      Stream.runFoldEffect(start, (state, group) => checkGroup(state, group, options.file))
    )
    if (checked.count > 0 || checked.faults.shown.length > 0) return checked
    const message = Option.isSome(checked.columns)
      ? "has a header but no rows; add a row for each assignment"
      : "is empty; the first line names the columns, then one row for each assignment"
    return { ...checked, faults: Faults.addAll(checked.faults, [Faults.fault(options.file, message)]) }
  })
