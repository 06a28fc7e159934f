import * as Either from "effect/Either"
import * as Predicate from "effect/Predicate"
import * as Stream from "effect/Stream"
import type { Inputs } from "../../TaskRuns.js"
import { type Bad, bad, maxRowBytes, tooLarge } from "../rows.js"
import { oneObjectALine } from "./firstBytes.js"
import { duplicateKeys, type Located, members, parseLocated, sourceOf } from "./json.js"
import { utf8, withoutBom } from "./utf8.js"

const lf = 10

interface Line {
  readonly line: number
  readonly bytes: Uint8Array
}

/** Cuts bytes into lines; one that is too large is reported once and skipped. */
const makeSplitter = () => {
  let line = 1
  let held: Array<Uint8Array> = []
  let size = 0

  const hold = (part: Uint8Array) => {
    size += part.length
    if (size > maxRowBytes) held = []
    else held.push(part)
  }
  const flush = (): Line | Bad => {
    const done = size > maxRowBytes ? tooLarge(line) : { line, bytes: Buffer.concat(held) }
    held = []
    size = 0
    line++
    return done
  }
  return {
    split: (chunk: Uint8Array): ReadonlyArray<Line | Bad> => {
      const found: Array<Line | Bad> = []
      let from = 0
      for (let to = chunk.indexOf(lf); to >= 0; to = chunk.indexOf(lf, from)) {
        hold(chunk.subarray(from, to))
        found.push(flush())
        from = to + 1
      }
      hold(chunk.subarray(from))
      return found
    },
    flush
  }
}

/** Each value as text: texts as they are, other scalars as they stand in the file. */
const fromLocated = (text: string, { root, value }: Located): Either.Either<Inputs, string> => {
  if (root.type !== "Object" || !Predicate.isRecord(value)) {
    return Either.left(oneObjectALine)
  }
  const [twice] = duplicateKeys(root)
  if (twice !== undefined) return Either.left(`"${twice.name}" is there twice; keep one`)
  const nested = members(root).find((member) => member.value.type === "Object" || member.value.type === "Array")
  if (nested !== undefined) {
    return Either.left(`"${nested.name}" is nested; a value is text, a number, true, false or null`)
  }
  return Either.right(
    Object.fromEntries(
      members(root).map((member) => [
        member.name,
        member.value.type === "String" ? member.value.value : sourceOf(text, member.value)
      ])
    )
  )
}

const decodeLine = ({ bytes, line }: Line): { readonly object: Inputs; readonly line: number } | Bad => {
  const decoded = Either.flatMap(utf8(bytes), (text) =>
    Either.flatMap(
      Either.mapLeft(parseLocated(text), ({ message }) => message),
      (located) => fromLocated(text, located)
    )
  )
  return Either.match(decoded, {
    onLeft: (message) => bad(line, message),
    onRight: (object) => ({ object, line })
  })
}

const isBlank = (bytes: Uint8Array): boolean => bytes.every((byte) => byte === 32 || byte === 9 || byte === 13)

/** The objects of a JSON Lines file, one a line; blank lines do not count. @internal */
export const objects = <E, R>(bytes: Stream.Stream<Uint8Array, E, R>) =>
  Stream.suspend(() => {
    const splitter = makeSplitter()
    return withoutBom(bytes).pipe(
      Stream.mapConcat(splitter.split),
      Stream.concat(Stream.sync(splitter.flush)),
      Stream.filter((next) => "_tag" in next || !isBlank(next.bytes)),
      Stream.map((next) => ("_tag" in next ? next : decodeLine(next)))
    )
  })
