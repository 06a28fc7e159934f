/** Templates filled with whatever may be in a row, and what is found in them then. */
import * as FastCheck from "effect/FastCheck"
import { Parser } from "htmlparser2"
import { type CompileOptions, compile, fill } from "../../src/batch/Template.js"
import type { Inputs } from "../../src/TaskRuns.js"

export const filled = (template: string, inputs: Inputs, options?: CompileOptions): string =>
  fill(compile(template, options), inputs)

export const withX = (template: string, x: string): string => filled(template, { x })

interface Element {
  readonly name: string
  readonly attributes: { readonly [name: string]: string }
  readonly text: string
}

/** The elements in order, each with its own text; first what stands in none. */
export const elementsOf = (html: string): ReadonlyArray<Element> => {
  const elements = [{ name: "", attributes: {}, text: "" }]
  const open = [0]
  const parser = new Parser({
    onopentag: (name, attributes) => open.push(elements.push({ name, attributes, text: "" }) - 1),
    onclosetag: () => open.pop(),
    ontext: (text) => {
      const element = elements[open.at(-1) ?? 0]
      if (element !== undefined) element.text += text
    }
  })
  parser.end(html)
  return elements
}

export const shapeOf = (html: string) =>
  elementsOf(html).map(({ attributes, name }) => [name, ...Object.keys(attributes)].join(" "))

const pieces = [
  "<",
  ">",
  '"',
  "'",
  "`",
  "&",
  "\\",
  "/",
  "*",
  "=",
  "-",
  "!",
  "(",
  ")",
  "{",
  "}",
  "$",
  ";",
  ":",
  "%",
  "#"
]
const more = ["\n", "\t", " ", "\u2028", "\u2029", "é", "👍", "x", "1", "lt;", "${x}", "${y}", "*/", "//", "u0022", "n"]
const whole = [
  "</script><script>hacked=1</script>",
  "</style><img src=x onerror=hacked=1>",
  "--><b>",
  "--!><b>",
  "<!--",
  "]]>",
  "javascript:hacked=1",
  '";hacked=1;"',
  "';hacked=1;'",
  "`;hacked=1;`",
  "${hacked=1}",
  "\\",
  "hacked=1",
  '{"__proto__":{"a":1}}',
  " onload=hacked=1 ",
  "&quot;",
  "&#x22;"
]
export const hostile = FastCheck.oneof(
  FastCheck.array(FastCheck.constantFrom(...pieces, ...more, ...whole), { maxLength: 8 }).map((parts) =>
    parts.join("")
  ),
  FastCheck.string({ unit: "grapheme" }),
  FastCheck.json()
)

/** htmlparser2 gives back what it read; browsers make one line end of all. */
export const anywhere = (x: string) => x.replaceAll("\r", "")
