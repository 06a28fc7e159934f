/** Placeholders in HTML, and in all that it holds. */
import * as Arr from "effect/Array"
import { decodeHTMLAttribute } from "entities/decode"
import type { Inputs } from "../../TaskRuns.js"
import { isAddress, readAddress, readMetaContent } from "./addresses.js"
import * as Escapes from "./escapes.js"
import { type Region, regionsOf } from "./regions.js"
import { javaScript, json, readScript, readStyle } from "./scripts.js"
import {
  type Escape,
  mapFixed,
  type Placeholder,
  parts,
  type Reader,
  type TemplateText,
  valueOf,
  within
} from "./templateText.js"

type Of<Tag extends Region["_tag"]> = Extract<Region, { readonly _tag: Tag }>

const same: Escape = (value) => value

/** Scripts of such types are pages, which some other script puts into this one. */
const isPageType = (type: string): boolean => /html|template|handlebars|mustache|tmpl|ejs/.test(type)

const isJsonType = (type: string): boolean => /json|importmap|speculationrules/.test(type)

/** Text that others read: it need only not end its element. */
const isTextType = (type: string): boolean => /^text\/(?:plain|csv|markdown|tab-separated-values)/.test(type)

const kept = (value: string): string => value.replace(/<(?=[!/]|script)/gi, "<\\")

/** How to read some part of a page. */
type Reading = (template: TemplateText, reader: Reader) => void

/** Where a tag would begin if a letter were next. */
const isTag = ({ text }: TemplateText, { start }: Placeholder): boolean =>
  /<\/?$/.test(text.slice(Math.max(0, start - 2), start))

/** What is read between tags. */
const between =
  (reading: Reading): Reading =>
  (template, reader) => {
    reading(template, reader)
    for (const placeholder of template.placeholders)
      if (isTag(template, placeholder)) reader.place(placeholder, Escapes.tagName)
  }

const placingAll =
  (escape: Escape): Reading =>
  ({ placeholders }, reader) => {
    for (const placeholder of placeholders) reader.place(placeholder, escape)
  }

const readText =
  (markup: ReadonlySet<string>): Reading =>
  ({ placeholders }, reader) => {
    for (const placeholder of placeholders) {
      reader.shown(placeholder)
      reader.place(placeholder, markup.has(placeholder.name) ? same : Escapes.html)
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
    place: (placeholder, escape) => {
      reader.shown(placeholder)
      reader.place(placeholder, (value, inputs) => escape(said(placeholder.name, value), saidInputs(inputs)))
    }
  }
}

const readingOfScript = (type: string): Reading => {
  if (isPageType(type)) return (template, reader) => readPage(template, reader, noMarkup)
  if (isTextType(type)) return placingAll(kept)
  const language = isJsonType(type) ? json : javaScript
  return (template, reader) => readScript(template, reader, language)
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
      return (template, reader) => placingAll(Escapes.html)(template, sayingMarkup(reader, markup))
  }
}

const readName =
  ({ hasValue }: Of<"AttributeName">): Reading =>
  ({ placeholders, text }, reader) => {
    for (const placeholder of placeholders) {
      const isWhole = placeholder.end - placeholder.start === text.length
      const isOurs = /^(?:data|aria)-/i.test(text.slice(0, placeholder.start))
      if (isWhole) reader.place(placeholder, (value) => Escapes.attributeNames(value) || (hasValue ? "x" : ""))
      else reader.place(placeholder, isOurs ? Escapes.namePart : () => "x")
    }
  }

/**
 * Without quotes, a value of nothing would take the next attribute for itself, and one of a quote the rest of the page.
 */
const ifNothing = (next: string): string | undefined => {
  if (next === "") return '""'
  return next === '"' || next === "'" ? "&#8203;" : undefined
}

const withoutQuotes =
  (reading: Reading): Reading =>
  (template, reader) => {
    const first = Arr.takeWhile(
      template.placeholders,
      ({ start }, i) => start === (template.placeholders[i - 1]?.end ?? 0)
    )
    const instead = ifNothing(template.text.charAt(first.at(-1)?.end ?? 0))
    const escapes = new Map<number, Escape>()
    const isNothing = (inputs: Inputs) =>
      first.every(({ name, nth }) => {
        const value = valueOf(inputs, name)
        return value !== undefined && escapes.get(nth)?.(value, inputs) === ""
      })
    reading(template, {
      ...reader,
      place: (placeholder, escape) => {
        escapes.set(placeholder.nth, escape)
        const orInstead: Escape = (value, inputs) => (isNothing(inputs) && instead) || escape(value, inputs)
        reader.place(placeholder, placeholder.nth === first[0]?.nth ? orInstead : escape)
      }
    })
  }

const readingOfAttribute = (element: string, name: string, markup: ReadonlySet<string>): Reading => {
  if (name.startsWith("on")) return readScript
  if (name === "style") return readStyle
  if (name === "srcdoc") return (template, reader) => readPage(template, reader, markup)
  if (isAddress(element, name)) return readAddress
  if (element === "meta" && name === "content") return readMetaContent
  return placingAll(same)
}

const readingOfValue = (region: Of<"AttributeValue">, markup: ReadonlySet<string>): Reading => {
  const { attribute, element, isQuoted } = region
  const reading = readingOfAttribute(element, attribute, markup)
  const decoding: Reading = (template, reader) => {
    const escaped = within(reader, isQuoted ? Escapes.html : Escapes.unquoted)
    const isPage = attribute === "srcdoc"
    reading(mapFixed(template, decodeHTMLAttribute), isPage ? escaped : sayingMarkup(escaped, markup))
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
const withoutTags = (template: TemplateText): string => {
  const tags = template.placeholders.filter((placeholder) => isTag(template, placeholder))
  const between = tags.map(({ start }, i) => template.text.slice((tags[i - 1]?.start ?? -1) + 1, start))
  return [...between, template.text.slice((tags.at(-1)?.start ?? -1) + 1)].join("0")
}

/** Scripts are read for their names even where they have no placeholder. */
export const readPage = (template: TemplateText, reader: Reader, markup: ReadonlySet<string>): void => {
  for (const placeholder of template.placeholders)
    reader.place(placeholder, isTag(template, placeholder) ? Escapes.tagName : Escapes.inert)
  const partOf = parts(template)
  for (const region of regionsOf(withoutTags(template))) {
    const part = partOf(region.start, region.end)
    const isScript = region._tag === "Text" && region.element === "script"
    if (part.placeholders.length > 0 || isScript) readingOf(region, markup)(part, reader)
  }
}
