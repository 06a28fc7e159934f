/** Addresses that values are filled into, whatever the values. */
import * as FastCheck from "effect/FastCheck"
import * as Option from "effect/Option"
import { describe, expect, it } from "vitest"
import { fill, templateFault } from "../../src/panel-settings/templates.js"

const value = FastCheck.oneof(
  FastCheck.fullUnicodeString(),
  FastCheck.stringOf(
    FastCheck.constantFrom("/", "\\", "?", "#", "&", "=", "%", ".", "@", ":", "{", "}", "$", "id", " ")
  )
)

const templates = [
  "https://panel.example/done/{id}/{session}?code={code}&again={id}",
  "https://panel.example:8443/{id}?{session}={code}",
  "https://panel.example/?cc=FIXED&x={id}{session}{code}#/f",
  "https://panel.example/a.{id}/b?s={session}&c={code}"
]

const shape = (url: string) => {
  const { hash, origin, password, pathname, username } = new URL(url)
  return { origin, username, password, hash, segments: pathname.split("/").length }
}

describe("an address with values in it", () => {
  it.each(templates)("%s keeps its host, the segments of its path, and each value as it is", (template) =>
    FastCheck.assert(
      FastCheck.property(value, value, value, (id, session, code) => {
        const filled = fill(template, new Map(Object.entries({ id, session, code })))
        if (Option.isNone(filled)) {
          expect([id, session].some((text) => /^\.{1,2}$/.test(text))).toBe(true)
          return
        }
        expect(shape(filled.value)).toEqual(shape(template))
        const { searchParams } = new URL(filled.value)
        if (template.includes("again=")) expect(searchParams.get("again")).toBe(id)
        if (template.includes("code=")) expect(searchParams.get("code")).toBe(code)
        if (template.includes("cc=")) expect(searchParams.get("cc")).toBe("FIXED")
      })
    )
  )

  it("is none where a value goes up, or is lacking", () => {
    const template = "https://panel.example/pay/{id}/done"
    for (const id of [".", ".."]) expect(fill(template, new Map([["id", id]]))).toEqual(Option.none())
    expect(fill(template, new Map())).toEqual(Option.none())
    expect(fill("https://panel.example/.{id}", new Map([["id", "."]]))).toEqual(Option.none())
  })

  it("fills a value once: what looks like a place in it stays a text", () => {
    const filled = fill(
      "https://panel.example/?a={id}&b={code}",
      new Map([
        ["id", "{code}"],
        ["code", "$&"]
      ])
    )
    expect(filled).toEqual(Option.some("https://panel.example/?a=%7Bcode%7D&b=%24%26"))
  })

  it.each([
    ["http://panel.example/", "https://"],
    ["javascript:alert(1)", "https://"],
    ["//panel.example/", "https://"],
    ["https:panel.example", "https://"],
    ["https://{id}.example/", "not fixed"],
    ["https://user@panel.example/", "not fixed"],
    ["https://panel.example\\@evil.example/{id}", "blank or a backslash"],
    ["https://panel.example/#{id}", "behind #"],
    ["https://panel.example/{id", "no place"],
    ["https://panel example/", "blank or a backslash"],
    ["https://panel.example:port/", "no address"],
    [`https://panel.example/${"a".repeat(2_048)}`, "longer than"],
    ["https://panel.example/\n", "control"]
  ])("%s is no template", (template, words) => {
    expect(templateFault(template)).toContain(words)
  })
})
