import { type ObjectNode, parse, type ValueNode } from "@humanwhocodes/momoa"
import * as Either from "effect/Either"
import * as Predicate from "effect/Predicate"

/** @internal */
export interface JsonFault {
  readonly line?: number | undefined
  readonly message: string
}

/** JSON with the places of its parts. @internal */
export interface Located {
  readonly value: unknown
  readonly root: ValueNode
}

const position = (error: unknown, key: "line" | "column"): number | undefined =>
  Predicate.hasProperty(error, key) && typeof error[key] === "number" ? error[key] : undefined

/** As the JSON library names them. */
const tokens: { readonly [name: string]: string } = {
  LBrace: '"{"',
  RBrace: '"}"',
  LBracket: '"["',
  RBracket: '"]"',
  Colon: '":"',
  Comma: '","'
}

const syntaxFault = (error: unknown): JsonFault => {
  const column = position(error, "column")
  const what = (error instanceof Error ? error.message : String(error))
    .replace(/( found)?\.? \(\d+:\d+\)$/, "")
    .replace(/token (\w+)/, (whole, name) => tokens[name] ?? whole)
  const readable = what.charAt(0).toLowerCase() + what.slice(1)
  return {
    line: position(error, "line"),
    message: `not JSON: ${readable}${column === undefined ? "" : ` at column ${column}`}`
  }
}

/** @internal */
export const parseLocated = (text: string): Either.Either<Located, JsonFault> =>
  Either.try({
    try: () => ({ root: parse(text, { mode: "json", ranges: true }).body, value: JSON.parse(text) }),
    catch: syntaxFault
  })

/** The name of a member, whichever way it is written. @internal */
export const members = (
  node: ObjectNode
): ReadonlyArray<{ readonly name: string; readonly line: number; readonly value: ValueNode }> =>
  node.members.map((member) => ({
    name: member.name.type === "String" ? member.name.value : member.name.name,
    line: member.loc.start.line,
    value: member.value
  }))

/** The line of what `path` leads to, or of the nearest thing around it. @internal */
export const lineOf = (root: ValueNode, path: ReadonlyArray<string | number>): number => {
  const [step, ...rest] = path
  if (root.type === "Object") {
    const found = members(root).find(({ name }) => name === step)
    if (found !== undefined) return rest.length === 0 ? found.line : lineOf(found.value, rest)
  }
  if (root.type === "Array" && typeof step === "number") {
    const found = root.elements[step]
    if (found !== undefined) return lineOf(found.value, rest)
  }
  return root.loc.start.line
}

/** Keys that one object has twice; JSON would silently keep the last. @internal */
export const duplicateKeys = (root: ValueNode): ReadonlyArray<{ readonly name: string; readonly line: number }> => {
  if (root.type === "Array") return root.elements.flatMap(({ value }) => duplicateKeys(value))
  if (root.type !== "Object") return []
  const all = members(root)
  const repeated = all.filter(({ name }, i) => all.findIndex((other) => other.name === name) < i)
  return [...repeated, ...all.flatMap(({ value }) => duplicateKeys(value))]
}

/** The text of a part, as it stands in the source. @internal */
export const sourceOf = (text: string, node: ValueNode): string =>
  text.slice(node.loc.start.offset, node.loc.end.offset)
