/** Reading a page of twice the length is twice the work, whatever the page. */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fc from "effect/FastCheck"
import * as FormFields from "../../src/batch/FormFields.js"
import * as Template from "../../src/batch/Template.js"
import * as TaskPage from "../../src/server/TaskPage.js"
import { counting } from "../support/steps.js"

/** So much more work at the most is twice as much; what is done once makes it less. */
const twice = 2.3

/** As large as a HIT's page may be. */
const pageBytes = 65_535

const read = (page: string) => {
  Template.compile(page)
  Template.placeholders(page)
  FormFields.fromHtml(page)
  TaskPage.prepare(page)
}

const pageOf = (part: string, times: number) => `\${a}${part.repeat(times)}`

const doubling = (part: string) =>
  Effect.gen(function* () {
    const stepsOf = yield* counting
    const steps = (times: number) => stepsOf(() => read(pageOf(part, times)))
    return (yield* steps(400)) / (yield* steps(200))
  })

/** Each was quadratic, or is near to what was. */
const attacks = [
  "<svg><title>",
  "<!--a--!>",
  "<textarea></textarea/>",
  "<![CDATA[x]]>",
  "<![CDATA[",
  "<title/>",
  "<script/>",
  "<script>\n",
  "<svg></svg>",
  "<svg>",
  "</desc>",
  "<math><mi><title>",
  "<${a}",
  "<b ${a}=${a} ",
  "<style>${a}url(${a}",
  "<script>'${a}' + `${a}` + ${a};\n",
  "<input name=a type=radio value=${a}>",
  "<select name=a><option>",
  "<template>",
  "<form><input type=submit>",
  "</a",
  "<!->",
  "<"
]

const pieces = fc.constantFrom(
  ...attacks,
  "\n",
  " ",
  "'",
  "`",
  "/*",
  "//",
  "-->",
  "</script>",
  "</svg>",
  "</title/>",
  "a"
)
const parts = fc.array(pieces, { minLength: 1, maxLength: 4 }).map((all) => all.join(""))

describe("a page", () => {
  it.scoped("of twice the length takes twice the steps, whatever is repeated in it", () =>
    Effect.gen(function* () {
      for (const part of [...attacks, ...fc.sample(parts, { numRuns: 60, seed: 10 })]) {
        const times = yield* doubling(part)
        expect(times, JSON.stringify(part)).toBeLessThanOrEqual(twice)
      }
    })
  )

  it.each([...attacks, "\n", " ", "/", "'"])("of a HIT's size is read within two seconds: %j", (part) => {
    const times = Math.floor(pageBytes / part.length)
    const before = process.cpuUsage()
    read(pageOf(part, times))
    read(pageOf(`<script>${part}`, times).slice(0, pageBytes))
    read(`\${a}<script>${part.repeat(times)}`)
    expect(process.cpuUsage(before).user / 1_000_000).toBeLessThan(2)
  })
})
