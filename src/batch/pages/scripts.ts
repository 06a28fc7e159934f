/** Placeholders in scripts, in JSON and in style sheets. */
import jsTokens, { type Token } from "js-tokens"
import * as Escapes from "./escapes.js"
import { type Escape, type Placeholder, parts, type Reader, type TemplateText } from "./templateText.js"

/** Lines that scripts ignore since the days when browsers showed them; js-tokens does not know them. */
const withoutHtmlComments = (text: string): string =>
  text.replace(/<!--/g, "//--").replace(/^([^\S\r\n\u2028\u2029]*(?:\/\*.*?\*\/[^\S\r\n\u2028\u2029]*)?)-->/gm, "$1// ")

/** What a name follows where it is no value. */
const beforeNames = new Set([".", "?.", "var", "let", "const", "function", "class"])

interface At {
  readonly token: Token
  readonly start: number
  readonly end: number
  /** What is said before and after it, where that is no gap. */
  readonly before: string
  readonly after: string
}

const isGap = ({ type }: Token): boolean =>
  type === "WhiteSpace" || type === "LineTerminatorSequence" || type.endsWith("Comment")

const tokensOf = (text: string): ReadonlyArray<At> => {
  const found: Array<{ -readonly [Key in keyof At]: At[Key] }> = []
  let end = 0
  let before = ""
  for (const token of jsTokens(text)) {
    const start = end
    end += token.value.length
    found.push({ token, start, end, before, after: "" })
    if (!isGap(token)) before = token.value
  }
  let after = ""
  for (const at of found.toReversed()) {
    at.after = after
    if (!isGap(at.token)) after = at.token.value
  }
  return found
}

export interface Language {
  /** JSON stands for itself in scripts too, but for one key. */
  readonly expression: (value: string, between: boolean) => string
}

export const javaScript: Language = { expression: Escapes.expression }

export const json: Language = { expression: Escapes.json }

/** A placeholder in code itself: a value, if it is not a part or the place of a name. */
const bareEscape = (placeholder: Placeholder, { after, before, end, start }: At, { expression }: Language): Escape => {
  const isWhole = placeholder.start === 0 && placeholder.end === end - start
  if (!isWhole || beforeNames.has(before)) return Escapes.identifierPart
  return (value) => expression(value, before === "[" && after === "]")
}

const escapeIn = (placeholder: Placeholder, at: At, language: Language): Escape => {
  switch (at.token.type) {
    case "RegularExpressionLiteral":
      return Escapes.regularExpression
    case "IdentifierName":
    case "PrivateIdentifier":
    case "NumericLiteral":
      return bareEscape(placeholder, at, language)
    default:
      return Escapes.literal
  }
}

export const readScript = (template: TemplateText, reader: Reader, language: Language = javaScript): void => {
  const tokens = tokensOf(withoutHtmlComments(template.text))
  const partOf = parts(template)
  for (const at of tokens) {
    const { placeholders } = partOf(at.start, at.end)
    const { token } = at
    if (placeholders.length === 0 && token.type === "IdentifierName") reader.identifier(token.value)
    for (const placeholder of placeholders) {
      reader.place(placeholder, escapeIn(placeholder, at, language))
      if (token.type.includes("Template")) reader.substitution(placeholder)
    }
  }
}

/** Whether an address without quotes is open after this text, if it was before it. */
const isInAddress = (text: string, before: boolean): boolean => {
  const at = text.toLowerCase().lastIndexOf("url(")
  return (at >= 0 || before) && !/["')]/.test(text.slice(Math.max(0, at)))
}

export const readStyle = ({ placeholders, text }: TemplateText, reader: Reader): void => {
  let read = 0
  let isAddress = false
  for (const placeholder of placeholders) {
    isAddress = isInAddress(text.slice(read, placeholder.start), isAddress)
    reader.place(placeholder, isAddress ? Escapes.cssAddress : Escapes.css)
    read = placeholder.end
  }
}
