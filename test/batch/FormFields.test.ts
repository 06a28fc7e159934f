import { describe, expect, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import * as Schema from "effect/Schema"
import { PCGRandom } from "effect/Utils"
import { answersFor, fromHtml } from "../../src/batch/FormFields.js"

const random = (seed: number) => {
  const source = new PCGRandom(seed)
  return () => source.number()
}

const seeds = FastCheck.integer({ min: 1, max: 1_000_000 })

const form = `
  <input type=radio name=r value=a> <input type="radio" name="r" value="b" required>
  <INPUT TYPE=CHECKBOX NAME=c VALUE=x><input type="checkbox" name="c" value="y&amp;z" />
  <input type="checkbox" name="agree" required>
  <select name="s" required><option value="">Choose…</option><optgroup label="g"><option>One <option value="2">Two</optgroup>
    <option value="3" disabled>Three</select>
  <select name="m" multiple><option>p</option><option>q</option></select>
  <input name="n" type="number" min="-1" max="1" step="0.5"><input type="range" name="g">
  <input name="date" type="date"><input name="short" maxlength="4"><textarea name="t"><input name="not"></textarea>
  <input name="twice"><input name="twice"><input type="hidden" name="h" value="kept">
  <input name="off" disabled><input><input type="submit" name="go" value="Go"><script>"<input name='script'>"</script>
  <!-- <input name="comment"> -->`

describe("fields", () => {
  it("are found with what may be chosen", () => {
    const fields = fromHtml(form)
    expect(fields.map(({ name }) => name)).toEqual([
      "r",
      "c",
      "agree",
      "s",
      "m",
      "n",
      "g",
      "date",
      "short",
      "t",
      "twice",
      "twice",
      "h"
    ])
    expect(fields.slice(0, 7)).toMatchObject([
      { kind: "radio", options: ["a", "b"], required: true, multiple: false },
      { kind: "checkbox", options: ["x", "y&z"], required: false, multiple: true },
      { kind: "checkbox", options: ["on"], required: true },
      { kind: "select", options: ["", "One", "2"], required: true, multiple: false },
      { kind: "select", options: ["p", "q"], multiple: true },
      { kind: "number", min: -1, max: 1, step: 0.5 },
      { kind: "number", type: "range", min: 0, max: 100 }
    ])
  })

  it("of a page without a form are none", () => {
    expect(fromHtml("<p>Hello")).toEqual([])
    expect(answersFor([], () => 0)).toEqual({})
  })
})

describe("answers", () => {
  it("are the same for the same numbers, and differ with them", () => {
    const fields = fromHtml(form)
    expect(answersFor(fields, random(7))).toEqual(answersFor(fields, random(7)))
    const different = Array.from({ length: 20 }, (_, seed) => JSON.stringify(answersFor(fields, random(seed))))
    expect(new Set(different).size).toBeGreaterThan(10)
  })

  it.prop("are what the form allows", [seeds], ([seed]) => {
    const answers = answersFor(fromHtml(form), random(seed))
    const chosen = (name: string) => {
      const value = answers[name] ?? []
      return [...Schema.decodeUnknownSync(Schema.Array(Schema.String))(typeof value === "string" ? [value] : value)]
    }
    expect(["a", "b"]).toContain(answers.r)
    expect(["x", "y&z"]).toEqual(expect.arrayContaining(chosen("c")))
    expect(answers.agree).toBe("on")
    expect(["One", "2"]).toContain(answers.s)
    expect(["p", "q"]).toEqual(expect.arrayContaining(chosen("m")))
    expect(["-1", "-0.5", "0", "0.5", "1"]).toContain(answers.n)
    expect(Number(answers.g)).toBeLessThanOrEqual(100)
    expect(answers.date).toMatch(/^\d{4}-\d\d-\d\d$/)
    expect(String(answers.short).length).toBeLessThanOrEqual(4)
    expect(chosen("twice")).toHaveLength(2)
    expect(answers.h).toBe("kept")
  })

  it.prop(
    "numbers stay within what bounds there are",
    [seeds, FastCheck.integer(), FastCheck.nat()],
    ([seed, a, width]) => {
      const b = a + width
      const within = (attributes: string) =>
        Number(answersFor(fromHtml(`<input type=number name=n ${attributes}>`), random(seed)).n)
      expect(within(`min=${a}`)).toBeGreaterThanOrEqual(a)
      expect(within(`max=${a}`)).toBeLessThanOrEqual(a)
      expect(within(`min=${a} max=${b}`)).toBeLessThanOrEqual(b)
    }
  )
})
