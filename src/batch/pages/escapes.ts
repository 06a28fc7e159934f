/**
 * Values as each language of a page holds them. None lets out a `<` or a `>`: whoever misjudges a place opens no tag.
 */
import * as Option from "effect/Option"
import { escapeUTF8 } from "entities/escape"

const reference = (character: string): string => `&#${character.codePointAt(0)};`

/** Between tags and in quoted attributes. */
export const html: (value: string) => string = escapeUTF8

export const unquoted = (value: string): string => escapeUTF8(value).replace(/[\s=`]/g, reference)

/**
 * Where nothing should ever be read: comments, declarations, and what is never closed. Of nothing `<!-->` would be one.
 */
export const inert = (value: string): string => value.replace(/[^\p{L}\p{N}\s]/gu, reference) || " "

/** `<h${level}>`; a whole name would decide how the rest of the page is read. */
export const tagName = (value: string): string => (/^\d+$/.test(value) ? value : "0")

/** The attributes whose presence says it all. */
const switches = new Set(
  "autofocus autoplay checked controls default disabled hidden loop multiple muted novalidate open playsinline readonly required reversed selected".split(
    " "
  )
)

/** `<input ${checked}>`: such attributes, also as `checked="checked"`. */
export const attributeNames = (value: string): string =>
  value
    .split(/\s+/)
    .map((word) => word.replace(/=.*/, "").toLowerCase())
    .filter((name) => switches.has(name))
    .join(" ")

/** `<p data-${name}="…">` */
export const namePart = (value: string): string => value.replace(/[^\w-]/g, "") || "x"

const unicode = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`

/** In a string or template literal of a script, in a string of JSON, and harmless in a comment. */
export const literal = (value: string): string => value.replace(/[^A-Za-z0-9 _,\u00A0-\u2027\u202A-\uFFFF]/g, unicode)

/** Nothing would make a comment of the slashes around it. */
export const regularExpression = (value: string): string => (value === "" ? "(?:)" : literal(value))

/** A part of a name: `scores_${id}`. */
export const identifierPart = (value: string): string => value.replace(/[^\p{ID_Continue}$]/gu, "")

const parse = Option.liftThrowable((text: string): unknown => JSON.parse(text))

const isJson = (text: string): boolean => Option.isSome(parse(text))

/** JSON as it is, and all else as a string; what stands alone between brackets may be several values. */
export const json = (value: string, between: boolean): string => {
  const isValid = isJson(value) || (between && isJson(`[${value}]`))
  return (isValid ? value.trim() : JSON.stringify(value)).replace(/[<>&\u2028\u2029]/g, unicode)
}

/** As JSON, but for the key `__proto__`, which a script does not take for a key. */
export const expression = (value: string, between: boolean): string => {
  if (!/__proto__|\\u005f/i.test(value)) return json(value, between)
  return isJson(value) ? `JSON.parse("${literal(value)}")` : json(value, false)
}

const code = (character: string): string => `\\${character.codePointAt(0)?.toString(16)} `

/** Colours and lengths as they are; nothing that ends a string, a value or a rule. */
export const css = (value: string): string =>
  /^(?:rgba?|hsla?|hwb|calc|min|max|clamp)\([\w#%.,+ -]*\)$/i.test(value)
    ? value
    : value.replace(/[^\w#%.,+ \u00A0-\uFFFF-]/g, code)

/** In `url(…)` without quotes. */
export const cssAddress = (value: string): string => value.replace(/[^\w#%.,+\u00A1-\uFFFF-]/g, code)
