import { expect, layer as share } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import { compile, fill } from "../../src/batch/Template.js"
import * as chromium from "./support/chromium.js"

const hole = "${x}"

const punctuation = [
  "<",
  ">",
  "</",
  "/>",
  "/",
  "=",
  " ",
  "'",
  '"',
  "`",
  "*/",
  "/*",
  "//",
  "\n",
  ")",
  "{",
  "}",
  ";",
  "x"
]
const tags = [
  "<a ",
  "<p>",
  "</p>",
  "<b title='",
  '<b title="',
  "<b title=",
  "<i onclick='f(\"",
  "<a href=",
  "javascript:"
]
const sections = [
  "<!--",
  "-->",
  "--!>",
  "<!>",
  "<![CDATA[",
  "]]>",
  "<!",
  "<?",
  "<svg>",
  "</svg>",
  "<svg/>",
  "<iframe srcdoc='"
]
const raw = ["script", "style", "title", "textarea", "xmp"].flatMap((name) => [
  `<${name}>`,
  `</${name}>`,
  `<${name}/>`,
  `</${name}/>`,
  `<svg><${name}>`
])

const pieces = FastCheck.constantFrom(...punctuation, ...tags, ...sections, ...raw, "var a = '", "url(")

/** Text in which there may be anything, and placeholders anywhere. */
const template = FastCheck.array(FastCheck.oneof(FastCheck.constant(hole), pieces, pieces), {
  minLength: 2,
  maxLength: 14
}).map((parts) => parts.join(""))

const value = FastCheck.array(
  FastCheck.constantFrom(
    ...punctuation,
    "onload=hacked()",
    "<script>hacked()</script>",
    "-->",
    "<img src=x onerror=hacked()>",
    "&lt;",
    "javascript:hacked()",
    "\\",
    "!"
  ),
  { minLength: 1, maxLength: 4 }
)
  .map((parts) => parts.join(""))
  // A browser tells a page with text from one without, and puts other elements into it.
  .filter((text) => text.trim() !== "")

/** The elements and their attributes; of an element that data may name a number of, not the number. */
const shapesOf = `(pages) => pages.map((html) =>
  [...new DOMParser().parseFromString("<!doctype html><body>text" + html, "text/html").querySelectorAll("*")]
    .map(({ attributes, localName }) => [localName.replace(/\\d.*/, ""), ...[...attributes].map(({ name }) => name)].join(" "))
    .join("; "))`

share(chromium.layer, { excludeTestServices: true })("templates in a browser", (it) => {
  it.scoped("no value makes another tag or attribute, whatever it is and wherever it stands", () =>
    Effect.gen(function* () {
      const page = yield* chromium.page()
      const cases = FastCheck.sample(FastCheck.tuple(template, value), { numRuns: 5_000, seed: 1 }).map(([html, x]) => {
        const compiled = compile(html)
        return { html, x, plain: fill(compiled, { x: "y" }), hostile: fill(compiled, { x }) }
      })
      const shapes = (pages: ReadonlyArray<string>) =>
        chromium.act(() => page.evaluate<ReadonlyArray<string>>(`(${shapesOf})(${JSON.stringify(pages)})`))
      const plain = yield* shapes(cases.map(({ plain }) => plain))
      const hostile = yield* shapes(cases.map(({ hostile }) => hostile))
      expect(cases.filter((_, i) => plain[i] !== hostile[i])).toEqual([])
    })
  )
})
