import { runInNewContext } from "node:vm"
import { describe, expect, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import { anywhere, elementsOf, hostile, withX } from "./templates.js"

/** What the first script of the page leaves in `y`, and whether it did anything else. */
const ran = (html: string): unknown => {
  const [, script, ...rest] = elementsOf(html)
  expect(rest).toEqual([])
  const outcome: unknown = runInNewContext(`${script?.text}\n;JSON.stringify([y, typeof hacked])`)
  return JSON.parse(String(outcome))
}

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

describe("values in scripts", () => {
  const literals = [
    "var y = '${x}'",
    'var y = "${x}"',
    "var y = `${x}`",
    "var y = `${`a`.slice(1)}${x}`",
    "var n = 4 / 2; var q = /[/'\"`]/g; var y = '${x}' // don't",
    "/* it's */ var y = `\n${x}`.slice(1); /* ` */",
    "<!-- don't\nvar y = '${x}'\n--> don't",
    "<!--\nvar y = '${x}'\n//-->",
    "if (true) /'/.test(''); var y = '${x}'",
    "var y = JSON.parse('{\"a\": \"${x}\"}'.replace(/[^]*/, () => '{}')), y = '${x}'"
  ]

  it.each(literals)("%s", (code) => {
    return FastCheck.assert(
      FastCheck.property(hostile, (x) => {
        expect(ran(withX(`<script>${code}</script>`, x))).toEqual([x, "undefined"])
      })
    )
  })

  it.prop("comments of all kinds stay comments", [hostile], ([x]) => {
    const code = "// ${x}\n/* ${x} */ <!-- ${x}\n--> ${x}\nvar y = 1 // '${x}"
    expect(ran(withX(`<script>${code}</script>`, x))).toEqual([1, "undefined"])
  })

  it.prop("a regular expression finds just the value", [hostile], ([x]) => {
    const code = "var y = [/^${x}$/.test(t), /^a${x}[${x}b]$/.test(`a${t}b`)]"
    expect(ran(withX(`<script>var t = "\${x}"; ${code}</script>`, x))).toEqual([[true, true], "undefined"])
  })

  it.prop("in the code itself, JSON is itself and all else a string", [hostile], ([x]) => {
    const value: unknown = isJson(x) ? JSON.parse(x) : x
    const code = "var y = ${x}; y = [y, (${x}), {a: ${x}}, [${x}, 1], f(${x})]; function f(a) { return a }"
    const y = ran(withX(`<script>${code}</script>`, x))
    expect(y).toEqual([JSON.parse(JSON.stringify([value, value, { a: value }, [value, 1], value])), "undefined"])
  })

  it.prop("in JSON, too", [hostile], ([x]) => {
    for (const type of ["application/json", "application/ld+json", "importmap"]) {
      const html = `<script type="${type}">{"a": "\${x}", "b": \${x}, "c": [\${x}, 1]}</script>`
      const [, script, ...rest] = elementsOf(withX(html, x))
      const value: unknown = isJson(x) ? JSON.parse(x) : x
      expect(JSON.parse(script?.text ?? "")).toEqual(JSON.parse(JSON.stringify({ a: x, b: value, c: [value, 1] })))
      expect(rest).toEqual([])
    }
  })

  it("several values may stand between brackets", () => {
    expect(ran(withX("<script>var y = [${x}]</script>", '1, "a</script>", {"b": [2]}'))).toEqual([
      [1, "a</script>", { b: [2] }],
      "undefined"
    ])
    expect(ran(withX("<script>var y = [${x}]</script>", "1], hacked = [2"))).toEqual([["1], hacked = [2"], "undefined"])
    expect(ran(withX("<script>var y = [${x}]</script>", ""))).toEqual([[], "undefined"])
  })

  it("a key that a script would not take for one is one", () => {
    const html = "<script>var x = ${x}; var y = Object.keys(x)</script>"
    expect(ran(withX(html, '{"__proto__": {"a": 1}}'))).toEqual([["__proto__"], "undefined"])
    expect(ran(withX(html, '{"\\u005f_proto__": 1}'))).toEqual([["__proto__"], "undefined"])
  })

  it.prop("as a part of a name it is nothing else", [hostile], ([x]) => {
    const code = "var y = 1, a_${x} = 2, b = { c: 3 }; b.${x}c; b.c${x}; b.c_${x}${x}_"
    expect(ran(withX(`<script>${code}</script>`, `z${x}`))).toEqual([1, "undefined"])
  })

  it.prop("handlers in attributes say the same", [hostile], ([x]) => {
    const html = `<b onclick="y = '\${x}'" onload='y = "\${x}"' onkeyup=y=\`\${x}\` onblur="y = &quot;\${x}&quot;" onfocus="y = \${x}" ONINPUT=y=\${x}>`
    const attributes = elementsOf(withX(html, x))[1]?.attributes ?? {}
    expect(Object.keys(attributes)).toEqual(["onclick", "onload", "onkeyup", "onblur", "onfocus", "oninput"])
    const value: unknown = isJson(x) ? JSON.parse(x) : x
    for (const [name, code] of Object.entries(attributes)) {
      const outcome: unknown = runInNewContext(`${code}\n;JSON.stringify([y, typeof hacked])`)
      const expected = ["onfocus", "oninput"].includes(name) ? JSON.parse(JSON.stringify(value)) : x
      expect(JSON.parse(String(outcome))).toEqual([expected, "undefined"])
    }
  })

  it.prop("a page in a script is a page, and text is text that does not end it", [hostile], ([value]) => {
    const x = anywhere(value)
    const [, page, text, ...rest] = elementsOf(
      withX("<script type=text/template><p title='${x}'>${x}</p></script><script type=text/plain>${x}</script>", x)
    )
    expect(elementsOf(page?.text ?? "")[1]).toEqual({ name: "p", attributes: { title: x }, text: x })
    expect(text?.text.replaceAll(/<\\(?=[!/]|script)/gi, "<")).toBe(x.replaceAll(/<\\(?=[!/]|script)/gi, "<"))
    expect(rest).toEqual([])
  })
})

/** A string of CSS, as it is read. */
const cssText = (text: string): string =>
  text.replace(/\\([0-9a-f]{1,6})\s?/gi, (_, code: string) => String.fromCodePoint(Number.parseInt(code, 16)))

describe("values in styles", () => {
  it.prop("end no string, no value, no rule and no element", [hostile], ([x]) => {
    const html = `<style>p::before { content: "\${x}"; content: '\${x}'; color: \${x}; background: url(\${x}) } /* \${x} */</style>`
    const [, style, ...rest] = elementsOf(withX(html, x))
    expect(rest).toEqual([])
    const found =
      /^p::before \{ content: "([^"]*)"; content: '([^']*)'; color: ([^;]*); background: url\((.*)\) \} \/\* (.*) \*\/$/s
    const [, double = "", single = "", color = "", address = "", comment = ""] = found.exec(style?.text ?? "") ?? []
    expect([double, single, address].map(cssText)).toEqual([x, x, x])
    expect(color).not.toMatch(/[;{}"'<>@:]/)
    expect(address).not.toMatch(/[ ()"'](?<!\\[0-9a-f]{1,6} )/)
    expect(comment).not.toContain("*/")
  })

  it("colours, lengths and what is computed are themselves, in attributes too", () => {
    for (const x of ["#ff0000", "50%", "-1.5em", "1px 2px", "rgb(1, 2, 3)", "calc(100% - 5px)", "Times New Roman"]) {
      expect(withX("<style>p { a: ${x} }</style>", x)).toBe(`<style>p { a: ${x} }</style>`)
      expect(withX('<p style="a: ${x}">', x)).toBe(`<p style="a: ${x}">`)
    }
    const hidden = withX("<p style=\"background: url('${x}')\">", "https://a.org/b.png'); c")
    const style = elementsOf(hidden)[1]?.attributes["style"] ?? ""
    expect(cssText(style)).toBe("background: url('https://a.org/b.png'); c')")
    expect(style.split("'")).toHaveLength(3)
  })
})
