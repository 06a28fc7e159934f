/** The places of an HTML text in which something can stand, as browsers read it. */
import { Tokenizer } from "htmlparser2"
import * as Foreign from "./foreign.js"

interface Range {
  readonly start: number
  readonly end: number
}

export type Region = Range &
  (
    | { readonly _tag: "TagName" }
    | { readonly _tag: "AttributeName"; readonly hasValue: boolean }
    | {
        readonly _tag: "AttributeValue"
        readonly element: string
        readonly attribute: string
        readonly isQuoted: boolean
      }
    /** `element` is a script, a style or what else holds no tags; `type` is what a script says of itself. */
    | { readonly _tag: "Text"; readonly element: string | undefined; readonly type: string }
  )

/** The elements within which htmlparser2 sees no tags. */
const raw = new Set(["script", "style", "textarea", "title", "xmp"])

/** What makes the name of another element of theirs. */
const noRaw = "a"

const ignore = () => {}

/** What the tokenizer reads otherwise than a browser, and what of the same length it reads as a browser would. */
interface Misread {
  readonly at: number
  readonly as: string
}

interface Pass {
  readonly regions: ReadonlyArray<Region>
  readonly misread: Misread | undefined
}

const pass = (original: string, html: string): Pass => {
  const regions: Array<Region> = []
  let misread: Misread | undefined
  const foreign = Foreign.make()
  /** The script or style of SVG that is open. */
  let drawn: string | undefined
  let element = ""
  let tagAt = 0
  let type = ""
  let attribute = { name: "", start: 0, end: 0 }
  let value: Range = { start: 0, end: 0 }
  let text: (Range & { readonly element: string }) | undefined

  const nameAt = (start: number, end: number) => original.slice(start, end).trim().toLowerCase()
  const shouldRead = (from: number, to: number, pattern: RegExp, as: string) => {
    const found = pattern.exec(html.slice(from, to))
    if (found !== null) misread ??= { at: from + found.index + found[0].length - as.length, as }
  }
  const endText = (end: number) => {
    if (text === undefined) return
    regions.push({ _tag: "Text", element: text.element, type, start: text.start, end })
    shouldRead(text.start, end, new RegExp(`</${text.element}/`, "i"), " ")
    text = undefined
  }
  const endAttribute = (quote: number) => {
    const { name, ...at } = attribute
    const hasValue = quote !== 0
    regions.push({ _tag: "AttributeName", hasValue, ...at })
    if (name === "type") type = html.slice(value.start, value.end).trim().toLowerCase()
    if (hasValue) regions.push({ _tag: "AttributeValue", element, attribute: name, isQuoted: quote > 1, ...value })
  }

  const tokenizer = new Tokenizer(
    { decodeEntities: false },
    {
      onopentagname: (start, end) => {
        element = nameAt(start, end)
        tagAt = start
        type = ""
        value = { start: end, end }
        regions.push({ _tag: "TagName", start, end })
      },
      onattribname: (start, end) => {
        attribute = { name: html.slice(start, end).toLowerCase(), start, end }
        value = { start: end, end }
      },
      onattribdata: (start, end) => {
        value = { start, end }
      },
      onattribend: endAttribute,
      onopentagend: (end) => {
        const isForeign = foreign.open(element, false)
        if (!raw.has(element)) return
        if (!isForeign) text = { element, start: end + 1, end }
        else if (element === "script" || element === "style") drawn = element
        const letter = isForeign ? noRaw : original.charAt(tagAt)
        if (html.charAt(tagAt) !== letter) misread ??= { at: tagAt, as: letter }
      },
      onselfclosingtag: (end) => {
        const isForeign = foreign.open(element, true)
        if (raw.has(element) && !isForeign) shouldRead(value.end, end, /\/(?=\s*$)/, " ")
      },
      onclosetag: (start, end) => {
        endText(html.lastIndexOf("<", start))
        const name = nameAt(start, end).replace(/\/.*/s, "")
        foreign.close(name)
        if (name === drawn) drawn = undefined
        regions.push({ _tag: "TagName", start, end })
      },
      ontext: (start, end) => {
        if (text === undefined) regions.push({ _tag: "Text", element: drawn && `svg ${drawn}`, type: "", start, end })
      },
      onend: () => endText(html.length),
      onattribentity: ignore,
      oncdata: (start) => {
        if (!foreign.isForeign()) shouldRead(start - 1, start, /\[/, "_")
      },
      oncomment: (start, end) => shouldRead(start, end, /--!>/, " -->"),
      ondeclaration: (start, end) => shouldRead(start - 1, end, /^!(?=-?>)/, "?"),
      onprocessinginstruction: ignore,
      ontextentity: ignore
    }
  )
  tokenizer.write(html)
  tokenizer.end()
  return { regions, misread }
}

/** Right more often than not, so that a page of many drawings need not be read as many times. */
const drawingsRead = (html: string): string =>
  html.replace(/<svg[\s>].*?<\/svg/gis, (drawing) =>
    drawing.replace(/<(?:script|style|textarea|title|xmp)\b/gi, (tag) => `<${noRaw}${tag.slice(2)}`)
  )

/** In order. Comments and declarations are none of them, nor is what is never closed. */
export const regionsOf = (html: string): ReadonlyArray<Region> => {
  let read = drawingsRead(html)
  for (;;) {
    const { misread, regions } = pass(html, read)
    if (misread === undefined) return regions
    const { as, at } = misread
    read = read.slice(0, at) + as + read.slice(at + as.length)
  }
}
