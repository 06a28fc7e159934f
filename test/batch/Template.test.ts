import { runInNewContext } from "node:vm"
import { describe, expect, it } from "@effect/vitest"
import { decodeHTML } from "entities/decode"
import { compile, fill, placeholders, slice } from "../../src/batch/Template.js"
import type { Inputs } from "../../src/TaskRuns.js"
import { anywhere, elementsOf, filled, hostile, shapeOf, withX } from "./templates.js"

describe("what a template is filled with", () => {
  it("filling is done once, with what is a column only", () => {
    const inputs = { a: "${b}", b: "$&" }
    expect(filled("${a}|${ b }|${c}|${constructor}", inputs)).toBe("${b}|$&amp;|${c}|${constructor}")
  })

  it("columns may have spaces, dots and any letters, and be repeated", () => {
    const inputs = { "Image URL": "1", "a.b": "2", größe: "3", "日本 語": "4", "a<b>\"c'": "5" }
    const template = Object.keys(inputs)
      .map((name) => `\${${name}}\${ ${name} }`)
      .join("")
    expect(filled(template, inputs)).toBe("1122334455")
    expect(filled(`<a title="\${a<b>"c'}" href=\${Image URL}>`, inputs)).toBe('<a title="5" href=1>')
    expect(filled("<input type=hidden name=id value='${a.b}'><script>f('${größe}', ${a.b})</script>", inputs)).toBe(
      "<input type=hidden name=id value='2'><script>f('3', 2)</script>"
    )
  })

  it("a part is filled as it would be within the whole", () => {
    const html = '${x}<script>var a = "${x}"</script>${x}'
    const template = compile(html)
    const parts = [slice(template, 0, 12), slice(template, 12, html.length)]
    expect(parts.map((part) => fill(part, { x: "<" })).join("")).toBe(fill(template, { x: "<" }))
  })
})

describe("values in HTML", () => {
  it.prop("text, quoted attributes, title and textarea: just what they are", [hostile], ([value]) => {
    const x = anywhere(value)
    const html = '<title>${x}</title><p title="${x}" lang=\'${x}\' data-x="a ${x} b">${x}</p><textarea>${x}</textarea>'
    const [, title, p, area, ...rest] = elementsOf(withX(html, x))
    expect(title).toEqual({ name: "title", attributes: {}, text: x })
    expect(p).toEqual({ name: "p", attributes: { title: x, lang: x, "data-x": `a ${x} b` }, text: x })
    // Unlike browsers, htmlparser2 leaves references in a textarea as they are.
    expect({ ...area, text: decodeHTML(area?.text ?? "") }).toEqual({ name: "textarea", attributes: {}, text: x })
    expect(rest).toEqual([])
  })

  it.prop("attributes without quotes: just what they are, and never the next attribute", [hostile], ([value]) => {
    const x = anywhere(value)
    const html = "<a title=${x} lang=a${x} id= ${x}${x} name=last>"
    expect(elementsOf(withX(html, x))[1]?.attributes).toEqual({ title: x, lang: `a${x}`, id: x + x, name: "last" })
  })

  it.prop("comments and declarations never end by a value", [hostile], ([x]) => {
    const html = "<!doctype ${x}><!--${x}--><!-- ${x} --><!--${x}> --><? ${x} ></b ${x}><p>end</p>"
    expect(elementsOf(withX(html, x)).at(-1)).toEqual({ name: "p", attributes: {}, text: "end" })
    expect(shapeOf(withX(html, x))).toEqual(["", "p"])
  })

  it.prop("names of tags and attributes are never the data's", [hostile], ([x]) => {
    const html = "<h${x}>${x}</h${x}><i data-${x}='' ${x} ${x}='${x}' ${x}onclick='${x}'>${x}</i><${x} title='${x}'>end"
    const names = elementsOf(withX(html, x)).flatMap(({ attributes, name }) => [name, ...Object.keys(attributes)])
    expect(names.filter((name) => !/^(?:|h\d+|i|title|x|data-[\w-]+|xonclick)$/.test(name))).toEqual([])
  })

  it("a number may be part of a tag's name, and a switch an attribute", () => {
    const html = "<h${n}>a</h${n}><input ${c} value='1'><option ${s}>"
    expect(filled(html, { n: "2", c: 'checked="checked" onclick="f()"', s: "" })).toBe(
      "<h2>a</h2><input checked value='1'><option >"
    )
  })

  it.prop("a page within the page is read as one", [hostile], ([value]) => {
    const x = anywhere(value)
    const inner = "<p title=&quot;${x}&quot;>${x}</p><script>y = &quot;${x}&quot;</script>"
    const frame = elementsOf(withX(`<iframe srcdoc="${inner}"></iframe>`, x))[1]
    const [, p, script, ...rest] = elementsOf(frame?.attributes["srcdoc"] ?? "")
    expect(p).toEqual({ name: "p", attributes: { title: x }, text: x })
    expect(runInNewContext(`${script?.text}; y`)).toBe(x)
    expect(rest).toEqual([])
  })
})

describe("addresses", () => {
  it("are what they are where nothing in them runs", () => {
    const fine = [
      "https://example.com/a b?c=d&e=%20#f",
      "//example.com/",
      "images/1.png",
      "?a=javascript:1",
      "a/b:c",
      "mailto:a@example.com",
      "data:image/png;base64,AAAA",
      "data:audio/ogg,",
      ""
    ]
    for (const x of fine) {
      for (const html of ['<a href="${x}">', "<iframe src='${x}'>", "<form action=${x}>", '<img src="${x}">']) {
        expect(Object.values(elementsOf(withX(html, x))[1]?.attributes ?? {})).toEqual([x])
      }
    }
    expect(withX('<img src="${x}">', "data:image/svg+xml,a")).toBe('<img src="data:image/svg+xml,a">')
    expect(withX('<a href="https://example.com/${x}">', "javascript:1")).toContain("com/javascript:1")
  })

  const runs = [
    "javascript:alert(1)",
    " \u0001java\nscript\t:alert(1)",
    "JavaScript:alert(1)",
    "vbscript:a",
    "data:text/html,<script>",
    "data:image/svg+xml,<svg>",
    "data:,a"
  ]

  it.each(runs)("%j is opened by no browser", (x) => {
    for (const html of ['<a href="${x}">', "<a href='  ${x}'>", "<iframe src=${x}>", '<object data="${x}">']) {
      const [value = ""] = Object.values(elementsOf(withX(html, x))[1]?.attributes ?? {})
      expect(new URL(value, "https://example.com").protocol).toBe("unsafe:")
    }
  })

  it.each(runs)("%j is not where a <meta http-equiv=refresh> leads to", (x) => {
    const contents: ReadonlyArray<readonly [string, string]> = [
      ["0;url=${x}", x],
      ["0; URL = '${x}", x],
      ["0 ${x}", x],
      ["${x}", `0;url=${x}`],
      ["1${x}", `.5,${x}`],
      ["${x}${y}", `0;url="`]
    ]
    for (const [content, value] of contents) {
      for (const html of [
        `<meta http-equiv="refresh" content="${content}">`,
        `<meta content="${content}" http-equiv="\${z}">`
      ]) {
        const made = elementsOf(filled(html, { x: value, y: x, z: "refresh" }))[1]?.attributes["content"] ?? ""
        const [, address] = /^[\t\n\f\r ]*[\d.]+[\t\n\f\r ;,][\t\n\f\r ;,]*(?:url\s*=\s*)?["']?(.*)$/is.exec(made) ?? []
        const leads = address === undefined ? "unsafe:" : new URL(address, "https://example.com").protocol
        expect([content, made, leads]).toEqual([content, made, "unsafe:"])
      }
    }
  })

  it("of a <meta> are as they are where they lead nowhere else", () => {
    const contentOf = (html: string, x: string) => elementsOf(withX(html, x))[1]?.attributes["content"]
    expect(contentOf('<meta name="description" content="${x}">', "javascript: a book")).toBe("javascript: a book")
    expect(contentOf('<meta http-equiv="refresh" content="5;url=${x}">', "/next?a=b")).toBe("5;url=/next?a=b")
    expect(contentOf('<meta http-equiv="refresh" content="${x}">', "30")).toBe("30")
  })

  it("are safe as a whole, whichever part does not look so", () => {
    const hrefOf = (html: string, inputs: Inputs) => elementsOf(filled(html, inputs))[1]?.attributes["href"] ?? ""
    expect(hrefOf("<a href='${a}${b}'>", { a: "java", b: "script:1" })).toBe("unsafe:javascript:1")
    expect(hrefOf("<a href='${a}:${b}'>", { a: "javascript", b: "1" })).toBe("unsafe:javascript:1")
    expect(hrefOf("<a href='java${a}'>", { a: "script:1" })).toBe("javaunsafe:script:1")
    expect(hrefOf("<a href='${a}&colon;1'>", { a: "javascript" })).toBe("unsafe:javascript:1")
    expect(hrefOf("<a href='${a}${b}'>", { a: "", b: "Talk:Foo" })).toBe("Talk:Foo")
    expect(hrefOf("<a href='${a}://${b}'>", { a: "https", b: "x.org" })).toBe("https://x.org")
  })

  it.prop("of the script kind hold strings, however they are written", [hostile], ([x]) => {
    for (const html of [
      "javascript:y='${x}'",
      "javascript:y=%27${x}%27",
      " JavaScript:y=`${x}`",
      "javascript:y=[`a`, '${x}'][1]"
    ]) {
      const href = elementsOf(withX(`<a href="${html}">`, x))[1]?.attributes["href"] ?? ""
      const code = decodeURIComponent(href.trim().replace(/^javascript:/i, ""))
      expect(runInNewContext(`${code}; [y, typeof hacked]`)).toEqual([x, "undefined"])
    }
  })
})

describe("what browsers read otherwise than the tokenizer", () => {
  it.each([
    ["a comment ends with --!>", "<!-- a --!><script>var y = '${x}'</script>"],
    ["a script ends with </script/", "<style>a</style/><script>var y = '${x}'</script>"],
    ["no CDATA in HTML", "<![CDATA[ a ><script>var y = '${x}'</script>"],
    ["a slash closes no script", "<script/>var y = '${x}'</script>"]
  ])("%s", (_, html) => {
    expect(withX(html, "\\")).toContain("var y = '\\u005c'")
  })

  it.each([
    ["<svg><title>${x}<a title=${x}>", "<svg><title>a-b=c<a title=a-b&#61;c>"],
    ["<svg><style>a{b:'${x}'}</style>${x}", "<svg><style>a{b:'a-b\\3d c'}</style>a-b=c"],
    ["<svg><script>f('${x}')</script>${x}", "<svg><script>f('a\\u002db\\u003dc')</script>a-b=c"],
    ["<svg><foreignObject><style>'${x}'</style>", "<svg><foreignObject><style>'a-b\\3d c'</style>"],
    ["<svg><p><script>if (a<b) f('${x}')</script>", "<svg><p><script>if (a<b) f('a\\u002db\\u003dc')</script>"],
    [
      "<svg></svg><!-- <svg> --><title>${x}<a title=${x}></title></svg>",
      "<svg></svg><!-- <svg> --><title>a-b=c<a title=a-b=c></title></svg>"
    ],
    [
      "<svg><title></title/><script>f('${x}'), ${x}</script>",
      "<svg><title></title/><script>f('a\\u002db\\u003dc'), a\\u002db\\u003dc</script>"
    ],
    [
      "<svg><foreignObject><title>${x}<a title=${x}></title></foreignObject></svg>",
      "<svg><foreignObject><title>a-b=c<a title=a-b=c></title></foreignObject></svg>"
    ],
    ["<svg><path/></svg><title>${x}<a title=${x}>", "<svg><path/></svg><title>a-b=c<a title=a-b=c>"]
  ])("SVG has tags in its titles, styles and scripts: %s", (html, made) => {
    expect(withX(html, "a-b=c")).toBe(made)
  })

  it("but it does so in SVG", () => {
    expect(withX("<svg><style/><title/></svg><p>${x}</p>", "a-b;c")).toContain("<p>a-b;c</p>")
  })
})

describe("columns of markup", () => {
  const markup = ["x"]

  it("are markup between tags, and there only", () => {
    const x = '<b title="q">bold</b>'
    const all =
      "<p>${x}</p><title>${x}</title><p title='${x}'><!--${x}--><script>'${x}', ${x}</script><script type=text/html>${x}</script><style>${x}</style>"
    const made = filled(all, { x }, { markup })
    expect(made.split(x)).toHaveLength(2)
    expect(made).toContain(`<p>${x}</p>`)
    expect(made.replace(x, "${x}").replace("${x}", "")).toBe(
      withX(all, x).replace("<p>&lt;b title=&quot;q&quot;&gt;bold&lt;/b&gt;</p>", "<p></p>")
    )
  })

  it("others are not", () => {
    expect(filled("${x}${y}", { x: "<i>", y: "<i>" }, { markup })).toBe("<i>&lt;i&gt;")
  })
})

describe("placeholders that name a column", () => {
  const names = (html: string) => placeholders(html).map(({ name }) => name)

  it("are all, wherever they stand", () => {
    const html =
      "<${a} ${b}=${c}>${d}<!--${e}--><script>'${f}' ${g} `${h}`</script><style>${i}</style>\n<a onclick='${j}"
    expect(names(html)).toEqual([..."abcdefghij"])
    expect(placeholders(html).at(-1)).toEqual({ name: "j", line: 2 })
  })

  it("but not what a script's own template literals substitute", () => {
    const code = "rows.map((row, i) => `${i + 1}: ${row} ${row.name} ${JSON.stringify(row)} ${text} ${rwo} ${a b}`)"
    expect(names(`<script>${code}</script>`)).toEqual(["text", "rwo", "a b"])
    expect(names("<p>${i + 1}</p><script>var i = '${i + 1}'</script>")).toEqual(["i + 1", "i + 1"])
    expect(filled(`<script>${code}</script>`, { text: "`" })).toBe(
      `<script>${code.replace("${text}", "\\u0060")}</script>`
    )
  })
})

describe("a large template", () => {
  it("is read once, however many rows there are", () => {
    const html = `<script>var a = "\${x}"</script><p class="b">\${x}</p>`.repeat(1_200)
    const started = performance.now()
    const template = compile(html)
    const compiled = performance.now()
    for (let row = 0; row < 200; row++) fill(template, { x: "a <b> c" })
    const perRow = (performance.now() - compiled) / 200
    expect(perRow).toBeLessThan((compiled - started) / 3)
  })
})
