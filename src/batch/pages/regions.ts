/** The places of an HTML text in which something can stand, as browsers read it. */
import { Tokenizer } from "htmlparser2"
import * as Foreign from "./foreignElements.js"

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

const ignore = () => {}

/**
 * What htmlparser2 may read otherwise than a browser does: an element of these names within a drawing, where it holds
 * tags; the end of one with a slash after its name; one that closes itself, which HTML has not; CDATA, which only
 * drawings have; and ends of comments and declarations that are not as they should be.
 */
const misreadable =
  /<(?<opened>script|style|textarea|title|xmp)\b(?<slash>\/(?=\s*>))?|<\/(?<closed>script|style|textarea|title|xmp)\/|\/(?<selfClosed>\s*>)|<!(?<cdata>\[CDATA\[)|<!(?<declared>-?>)|(?<!<!-?)--(?<bang>!>)/gi

/** What is known where the tokenizer is. */
interface Place {
  readonly isForeign: boolean
  /** The element of which the text is read. */
  readonly textOf: string | undefined
  /** Whether this is within the tag of an element that holds no tags. */
  readonly isRawTag: boolean
}

/** Text of the same length that the tokenizer reads as a browser reads this match of `misreadable` at that place. */
const asRead = ({ 0: whole, groups = {} }: RegExpExecArray, { isForeign, isRawTag, textOf }: Place): string => {
  const { bang, cdata, closed, declared, opened, selfClosed, slash = "" } = groups
  if (opened !== undefined) return isForeign ? `<a${opened.slice(1)}${slash}` : `<${opened}${slash && " "}`
  if (closed !== undefined) return closed.toLowerCase() === textOf ? `</${closed} ` : whole
  if (selfClosed !== undefined) return isRawTag ? ` ${selfClosed}` : whole
  if (cdata !== undefined) return isForeign ? whole : `<!_${cdata.slice(1)}`
  if (declared !== undefined) return `<?${declared}`
  return bang === undefined ? whole : " -->"
}

/** In order. Comments and declarations are none of them, nor is what is never closed. */
export const regionsOf = (html: string): ReadonlyArray<Region> => {
  const regions: Array<Region> = []
  const foreign = Foreign.make()
  /** The script or style of SVG that is open. */
  let drawn: string | undefined
  let element = ""
  let isRawTag = false
  let type = ""
  let attribute = { name: "", start: 0, end: 0 }
  let value: Range = { start: 0, end: 0 }
  let text: (Range & { readonly element: string }) | undefined

  const nameAt = (start: number, end: number) => html.slice(start, end).trim().toLowerCase()
  const endText = (end: number) => {
    if (text === undefined) return
    regions.push({ _tag: "Text", element: text.element, type, start: text.start, end })
    text = undefined
  }
  const addText = (start: number, end: number) => {
    const element = drawn && `svg ${drawn}`
    const last = regions.at(-1)
    const goesOn = last?._tag === "Text" && last.end === start && last.element === element
    if (goesOn) regions[regions.length - 1] = { ...last, end }
    else regions.push({ _tag: "Text", element, type: "", start, end })
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
        isRawTag = raw.has(element) && !foreign.isForeign()
        type = ""
        value = { start: end, end }
        regions.push({ _tag: "TagName", start, end })
      },
      onattribname: (start, end) => {
        attribute = { name: html.slice(start, end).toLowerCase(), start, end }
        value = { start: end, end: -1 }
      },
      onattribdata: (start, end) => {
        value = { start: value.end < 0 ? start : value.start, end }
      },
      onattribend: (quote) => {
        if (value.end < 0) value = { ...value, end: value.start }
        endAttribute(quote)
      },
      onopentagend: (end) => {
        isRawTag = false
        const isForeign = foreign.open(element, false)
        if (!raw.has(element)) return
        if (!isForeign) text = { element, start: end + 1, end }
        else if (element === "script" || element === "style") drawn = element
      },
      onselfclosingtag: () => {
        foreign.open(element, true)
      },
      onclosetag: (start, end) => {
        endText(html.lastIndexOf("<", start))
        const name = nameAt(start, end).replace(/\/.*/s, "")
        foreign.close(name)
        if (name === drawn) drawn = undefined
        regions.push({ _tag: "TagName", start, end })
      },
      ontext: (start, end) => {
        if (text === undefined) addText(start, end)
      },
      onend: () => endText(html.length),
      onattribentity: ignore,
      oncdata: ignore,
      oncomment: ignore,
      ondeclaration: ignore,
      onprocessinginstruction: ignore,
      ontextentity: ignore
    }
  )
  let read = 0
  for (const match of html.matchAll(misreadable)) {
    tokenizer.write(html.slice(read, match.index))
    tokenizer.write(asRead(match, { isForeign: foreign.isForeign(), textOf: text?.element, isRawTag }))
    read = match.index + match[0].length
  }
  tokenizer.write(html.slice(read))
  tokenizer.end()
  return regions
}
