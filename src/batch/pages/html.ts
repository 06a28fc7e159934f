/** Holes in HTML, and in all that it holds. */
import * as Arr from "effect/Array"
import { decodeHTMLAttribute } from "entities/decode"
import type { Inputs } from "../../TaskRuns.js"
import { isAddress, readAddress, readMetaContent } from "./addresses.js"
import * as Escapes from "./escapes.js"
import { type Escape, type Hole, type Holed, mapFixed, parts, type Reader, valueOf, within } from "./holes.js"
import { type Region, regionsOf } from "./regions.js"
import { javaScript, json, readScript, readStyle } from "./scripts.js"

type Of<Tag extends Region["_tag"]> = Extract<Region, { readonly _tag: Tag }>

const same: Escape = (value) => value

/** Scripts of such types are pages, which some other script puts into this one. */
const isPageType = (type: string): boolean => /html|template|handlebars|mustache|tmpl|ejs/.test(type)

const isJsonType = (type: string): boolean => /json|importmap|speculationrules/.test(type)

/** Text that others read: it need only not end its element. */
const isTextType = (type: string): boolean => /^text\/(?:plain|csv|markdown|tab-separated-values)/.test(type)

const kept = (value: string): string => value.replace(/<(?=[!/]|script)/gi, "<\\")

/** How to read some part of a page. */
type Reading = (holed: Holed, reader: Reader) => void

/** Where a tag would begin if a letter were next. */
const isTag = ({ text }: Holed, { start }: Hole): boolean => /<\/?$/.test(text.slice(Math.max(0, start - 2), start))

/** What is read between tags. */
const between =
  (reading: Reading): Reading =>
  (holed, reader) => {
    reading(holed, reader)
    for (const hole of holed.holes) if (isTag(holed, hole)) reader.place(hole, Escapes.tagName)
  }

const placingAll =
  (escape: Escape): Reading =>
  ({ holes }, reader) => {
    for (const hole of holes) reader.place(hole, escape)
  }

const readText =
  (markup: ReadonlySet<string>): Reading =>
  ({ holes }, reader) => {
    for (const hole of holes) {
      reader.shown(hole)
      reader.place(hole, markup.has(hole.name) ? same : Escapes.html)
    }
  }

const noMarkup: ReadonlySet<string> = new Set()

/** Where there can be no tags, markup is the text that it says. */
const sayingMarkup = (reader: Reader, markup: ReadonlySet<string>): Reader => {
  const said = (name: string, value: string) => (markup.has(name) ? decodeHTMLAttribute(value) : value)
  const saidInputs = (inputs: Inputs): Inputs =>
    markup.size === 0
      ? inputs
      : Object.fromEntries(Object.entries(inputs).map(([name, value]) => [name, said(name, value)]))
  return {
    ...reader,
    place: (hole, escape) => {
      reader.shown(hole)
      reader.place(hole, (value, inputs) => escape(said(hole.name, value), saidInputs(inputs)))
    }
  }
}

const readingOfScript = (type: string): Reading => {
  if (isPageType(type)) return (holed, reader) => readPage(holed, reader, noMarkup)
  if (isTextType(type)) return placingAll(kept)
  const language = isJsonType(type) ? json : javaScript
  return (holed, reader) => readScript(holed, reader, language)
}

const readingOfText = ({ element, type }: Of<"Text">, markup: ReadonlySet<string>): Reading => {
  switch (element) {
    case undefined:
      return between(readText(markup))
    case "style":
      return readStyle
    case "svg style":
      return between(readStyle)
    // What stands between tags is not read as one: that it is in no string cannot be told.
    case "svg script":
      return between(placingAll(Escapes.literal))
    case "script":
      return readingOfScript(type)
    default:
      return (holed, reader) => placingAll(Escapes.html)(holed, sayingMarkup(reader, markup))
  }
}

const readName =
  ({ hasValue }: Of<"AttributeName">): Reading =>
  ({ holes, text }, reader) => {
    for (const hole of holes) {
      const isWhole = hole.end - hole.start === text.length
      const isOurs = /^(?:data|aria)-/i.test(text.slice(0, hole.start))
      if (isWhole) reader.place(hole, (value) => Escapes.attributeNames(value) || (hasValue ? "x" : ""))
      else reader.place(hole, isOurs ? Escapes.namePart : () => "x")
    }
  }

/** Without quotes, a value of nothing would take the next attribute for itself, and one of a quote the rest of the page. */
const ifNothing = (next: string): string | undefined => {
  if (next === "") return '""'
  return next === '"' || next === "'" ? "&#8203;" : undefined
}

const withoutQuotes =
  (reading: Reading): Reading =>
  (holed, reader) => {
    const first = Arr.takeWhile(holed.holes, ({ start }, i) => start === (holed.holes[i - 1]?.end ?? 0))
    const instead = ifNothing(holed.text.charAt(first.at(-1)?.end ?? 0))
    const escapes = new Map<number, Escape>()
    const isNothing = (inputs: Inputs) =>
      first.every(({ name, nth }) => {
        const value = valueOf(inputs, name)
        return value !== undefined && escapes.get(nth)?.(value, inputs) === ""
      })
    reading(holed, {
      ...reader,
      place: (hole, escape) => {
        escapes.set(hole.nth, escape)
        const orInstead: Escape = (value, inputs) => (isNothing(inputs) && instead) || escape(value, inputs)
        reader.place(hole, hole.nth === first[0]?.nth ? orInstead : escape)
      }
    })
  }

const readingOfAttribute = (element: string, name: string, markup: ReadonlySet<string>): Reading => {
  if (name.startsWith("on")) return readScript
  if (name === "style") return readStyle
  if (name === "srcdoc") return (holed, reader) => readPage(holed, reader, markup)
  if (isAddress(element, name)) return readAddress
  if (element === "meta" && name === "content") return readMetaContent
  return placingAll(same)
}

const readingOfValue = (region: Of<"AttributeValue">, markup: ReadonlySet<string>): Reading => {
  const { attribute, element, isQuoted } = region
  const reading = readingOfAttribute(element, attribute, markup)
  const decoding: Reading = (holed, reader) => {
    const escaped = within(reader, isQuoted ? Escapes.html : Escapes.unquoted)
    const isPage = attribute === "srcdoc"
    reading(mapFixed(holed, decodeHTMLAttribute), isPage ? escaped : sayingMarkup(escaped, markup))
  }
  return isQuoted ? decoding : withoutQuotes(decoding)
}

const readingOf = (region: Region, markup: ReadonlySet<string>): Reading => {
  switch (region._tag) {
    case "TagName":
      return placingAll(Escapes.tagName)
    case "AttributeName":
      return readName(region)
    case "AttributeValue":
      return readingOfValue(region, markup)
    case "Text":
      return readingOfText(region, markup)
  }
}

/** A value never begins a tag, since there it is a number. */
const withoutTags = (holed: Holed): string => {
  const tags = holed.holes.filter((hole) => isTag(holed, hole))
  const between = tags.map(({ start }, i) => holed.text.slice((tags[i - 1]?.start ?? -1) + 1, start))
  return [...between, holed.text.slice((tags.at(-1)?.start ?? -1) + 1)].join("0")
}

/** Scripts are read for their names even where they have no hole. */
export const readPage = (holed: Holed, reader: Reader, markup: ReadonlySet<string>): void => {
  for (const hole of holed.holes) reader.place(hole, isTag(holed, hole) ? Escapes.tagName : Escapes.inert)
  const partOf = parts(holed)
  for (const region of regionsOf(withoutTags(holed))) {
    const part = partOf(region.start, region.end)
    const isScript = region._tag === "Text" && region.element === "script"
    if (part.holes.length > 0 || isScript) readingOf(region, markup)(part, reader)
  }
}
