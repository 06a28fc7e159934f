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

/** What is known of a text that is being read. */
interface Reading {
  readonly html: string
  readonly regions: Array<Region>
  readonly foreign: Foreign.Foreign
  /** The script or style of SVG that is open. */
  drawn: string | undefined
  /** Of the tag read last; `type` is its attribute of that name. */
  element: string
  isRawTag: boolean
  type: string
  attribute: Range & { readonly name: string }
  value: Range
  /** What is open of the elements that hold no tags. */
  text: (Range & { readonly element: string }) | undefined
}

const begin = (html: string): Reading => ({
  html,
  regions: [],
  foreign: Foreign.make(),
  drawn: undefined,
  element: "",
  isRawTag: false,
  type: "",
  attribute: { name: "", start: 0, end: 0 },
  value: { start: 0, end: 0 },
  text: undefined
})

const lowerCase = ({ html }: Reading, { end, start }: Range): string => html.slice(start, end).trim().toLowerCase()

const endText = (reading: Reading, end: number): void => {
  const { regions, text, type } = reading
  if (text === undefined) return
  regions.push({ _tag: "Text", element: text.element, type, start: text.start, end })
  reading.text = undefined
}

const addText = ({ drawn, regions }: Reading, start: number, end: number): void => {
  const element = drawn && `svg ${drawn}`
  const last = regions.at(-1)
  const goesOn = last?._tag === "Text" && last.end === start && last.element === element
  if (goesOn) regions[regions.length - 1] = { ...last, end }
  else regions.push({ _tag: "Text", element, type: "", start, end })
}

const endAttribute = (reading: Reading, quote: number): void => {
  const { attribute, element, regions, value } = reading
  const { name, ...at } = attribute
  const hasValue = quote !== 0
  regions.push({ _tag: "AttributeName", hasValue, ...at })
  if (name === "type") reading.type = lowerCase(reading, value)
  if (hasValue) regions.push({ _tag: "AttributeValue", element, attribute: name, isQuoted: quote > 1, ...value })
}

const onTags = (reading: Reading) => ({
  onopentagname: (start: number, end: number) => {
    reading.element = lowerCase(reading, { start, end })
    reading.isRawTag = raw.has(reading.element) && !reading.foreign.isForeign()
    reading.type = ""
    reading.value = { start: end, end }
    reading.regions.push({ _tag: "TagName", start, end })
  },
  onopentagend: (end: number) => {
    const { element } = reading
    reading.isRawTag = false
    const isForeign = reading.foreign.open(element, false)
    if (!raw.has(element)) return
    if (!isForeign) reading.text = { element, start: end + 1, end }
    else if (element === "script" || element === "style") reading.drawn = element
  },
  onselfclosingtag: () => {
    reading.foreign.open(reading.element, true)
  },
  onclosetag: (start: number, end: number) => {
    endText(reading, reading.html.lastIndexOf("<", start))
    const name = lowerCase(reading, { start, end }).replace(/\/.*/s, "")
    reading.foreign.close(name)
    if (name === reading.drawn) reading.drawn = undefined
    reading.regions.push({ _tag: "TagName", start, end })
  }
})

const onAttributes = (reading: Reading) => ({
  onattribname: (start: number, end: number) => {
    reading.attribute = { name: reading.html.slice(start, end).toLowerCase(), start, end }
    reading.value = { start: end, end: -1 }
  },
  onattribdata: (start: number, end: number) => {
    reading.value = { start: reading.value.end < 0 ? start : reading.value.start, end }
  },
  onattribend: (quote: number) => {
    const { end, start } = reading.value
    if (end < 0) reading.value = { start, end: start }
    endAttribute(reading, quote)
  }
})

const tokenizerFor = (reading: Reading): Tokenizer =>
  new Tokenizer(
    { decodeEntities: false },
    {
      ...onTags(reading),
      ...onAttributes(reading),
      ontext: (start, end) => {
        if (reading.text === undefined) addText(reading, start, end)
      },
      onend: () => endText(reading, reading.html.length),
      onattribentity: ignore,
      oncdata: ignore,
      oncomment: ignore,
      ondeclaration: ignore,
      onprocessinginstruction: ignore,
      ontextentity: ignore
    }
  )

/** In order. Comments and declarations are none of them, nor is what is never closed. */
export const regionsOf = (html: string): ReadonlyArray<Region> => {
  const reading = begin(html)
  const tokenizer = tokenizerFor(reading)
  let read = 0
  for (const match of html.matchAll(misreadable)) {
    tokenizer.write(html.slice(read, match.index))
    const { foreign, isRawTag, text } = reading
    tokenizer.write(asRead(match, { isForeign: foreign.isForeign(), textOf: text?.element, isRawTag }))
    read = match.index + match[0].length
  }
  tokenizer.write(html.slice(read))
  tokenizer.end()
  return reading.regions
}
