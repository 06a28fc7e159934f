/** Placeholders in attributes that hold an address. */
import * as Escapes from "./escapes.js"
import { readScript } from "./scripts.js"
import { after, filled, mapFixed, type Reader, type TemplateText, within } from "./templateText.js"

const attributes = new Set(
  "action background cite codebase data formaction href longdesc manifest ping poster src xlink:href".split(" ")
)

/** What these show never runs. */
const media = new Set(["audio", "image", "img", "source", "track", "video"])

export const isAddress = (element: string, attribute: string): boolean =>
  attributes.has(attribute) && !media.has(element)

/**
 * Whether to open it is to run or to show whatever it says. Pictures, sounds and films may come in the address itself.
 */
const isUnsafe = (address: string): boolean =>
  /^(?:javascript|vbscript|data(?!:(?:image\/(?!svg)|audio\/|video\/))):/i.test(
    address.replace(/[\u0000-\u0020\u007F]/g, "")
  )

/** As far as a script can tell: whatever is no ASCII was no quote before. */
const percentDecode = (text: string): string =>
  text.replace(/%([0-9a-f]{2})/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))

const percentEncode = (text: string): string => text.replace(/[%#]/g, encodeURIComponent)

/** What a whole address begins with, where the template says so itself: a script or a page of its own, or neither. */
const readBegun = (template: TemplateText, reader: Reader, before: string): void => {
  const script = /^\s*javascript:/i.exec(before)?.[0]
  if (script !== undefined) {
    readScript(mapFixed(after(template, script.length), percentDecode), within(reader, percentEncode))
    return
  }
  const isPage = /^\s*data:[^,]*(?:html|xml)/i.test(before)
  for (const placeholder of template.placeholders) {
    reader.place(placeholder, (value) => (isPage ? percentEncode(Escapes.html(value)) : value))
  }
}

/** An unsafe address gets a scheme that nothing opens. */
export const readAddress = (template: TemplateText, reader: Reader): void => {
  const [first, ...others] = template.placeholders
  if (first === undefined) return
  const before = template.text.slice(0, first.start)
  if (/[:/?#]/.test(before)) {
    readBegun(template, reader, before)
    return
  }
  reader.place(first, (value, inputs) => (isUnsafe(filled(template, inputs)) ? `unsafe:${value}` : value))
  for (const placeholder of others) reader.place(placeholder, (value) => value)
}

/**
 * Where a `<meta http-equiv="refresh">` of this content leads to; as browsers read it, and rather too much than too
 * little.
 */
const refreshed = (content: string): string | undefined =>
  /^\s*[\d.]+[\s;,]+(?:url\s*=\s*)?["']?(.*)$/is.exec(content)?.[1]

/**
 * The content of a `<meta>`: a page that it would go to of itself is an address. Whether it says so elsewhere in the tag
 * cannot be told, since that may be data too; no other content reads so.
 */
export const readMetaContent = (template: TemplateText, reader: Reader): void => {
  const [first, ...others] = template.placeholders
  if (first === undefined) return
  reader.place(first, (value, inputs) =>
    isUnsafe(refreshed(filled(template, inputs)) ?? "") ? `unsafe:${value}` : value
  )
  for (const placeholder of others) reader.place(placeholder, (value) => value)
}
