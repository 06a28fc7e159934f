/** The elements of a page as they open and close, read as browsers read them, in time that grows as the page does. */
import { decodeHTML, decodeHTMLAttribute } from "entities/decode"
import { regionsOf } from "./regions.js"

export type Attributes = ReadonlyMap<string, string>

export interface Handlers {
  readonly open: (name: string, attributes: Attributes) => void
  readonly close?: ((name: string) => void) | undefined
  /** Text that is neither a script, a style nor what else holds no tags. */
  readonly text?: ((text: string) => void) | undefined
}

/** An element that never closes its tag is none. */
export const readElements = (html: string, { close, open, text }: Handlers): void => {
  let opening: { readonly name: string; readonly attributes: Map<string, string> } | undefined
  let attribute = ""
  let end = 0
  const endOpening = () => {
    if (opening !== undefined) open(opening.name, opening.attributes)
    opening = undefined
  }
  for (const region of regionsOf(html)) {
    const source = html.slice(region.start, region.end)
    end = region.end
    switch (region._tag) {
      case "TagName": {
        endOpening()
        const name = source.trim().toLowerCase()
        if (html.charAt(region.start - 1) === "<") opening = { name, attributes: new Map() }
        else close?.(name)
        break
      }
      case "AttributeName": {
        const name = source.toLowerCase()
        attribute = opening?.attributes.has(name) === true ? "" : name
        if (attribute !== "") opening?.attributes.set(attribute, "")
        break
      }
      case "AttributeValue":
        if (attribute !== "") opening?.attributes.set(attribute, decodeHTMLAttribute(source))
        break
      case "Text":
        endOpening()
        if (region.element === undefined) text?.(decodeHTML(source))
    }
  }
  if (html.indexOf(">", end) >= 0) endOpening()
}
