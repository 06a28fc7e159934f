/** The tags of an HTML text and where they stand, so that something can be put between them and every byte stays. */
import { Tokenizer } from "htmlparser2"

export interface Tag {
  /** In lower case; `!doctype` for that. */
  readonly name: string
  readonly closing: boolean
  readonly start: number
  /** After its `>`; for a closing tag, only after its name. */
  readonly end: number
  readonly attributes: ReadonlyMap<string, string>
}

const ignore = () => {}

/** All tags in order, but those within `<template>`, which are not part of the page. */
export const tagsOf = (html: string): ReadonlyArray<Tag> => {
  const tags: Array<Tag> = []
  let inTemplates = 0
  let open = { name: "", start: 0 }
  let attributes = new Map<string, string>()
  let attribute = { name: "", value: "" }

  const add = (tag: Tag) => {
    if (tag.name === "template") inTemplates = Math.max(0, inTemplates + (tag.closing ? -1 : 1))
    else if (inTemplates === 0) tags.push(tag)
  }
  const endOpen = (end: number) => add({ ...open, closing: false, end: end + 1, attributes })

  const tokenizer = new Tokenizer(
    { decodeEntities: false },
    {
      onopentagname: (start, end) => {
        open = { name: html.slice(start, end).toLowerCase(), start: start - 1 }
        attributes = new Map()
      },
      onattribname: (start, end) => {
        attribute = { name: html.slice(start, end).toLowerCase(), value: "" }
      },
      onattribdata: (start, end) => {
        attribute.value += html.slice(start, end)
      },
      onattribend: () => {
        if (!attributes.has(attribute.name)) attributes.set(attribute.name, attribute.value)
      },
      onopentagend: endOpen,
      onselfclosingtag: endOpen,
      onclosetag: (start, end) =>
        add({
          name: html.slice(start, end).trim().toLowerCase(),
          closing: true,
          start: html.lastIndexOf("<", start),
          end,
          attributes: new Map()
        }),
      ondeclaration: (start, end) => {
        if (!/^!?doctype\b/i.test(html.slice(start, end))) return
        add({
          name: "!doctype",
          closing: false,
          start: html.lastIndexOf("<", start),
          end: end + 1,
          attributes: new Map()
        })
      },
      onattribentity: ignore,
      oncdata: ignore,
      oncomment: ignore,
      onend: ignore,
      onprocessinginstruction: ignore,
      ontext: ignore,
      ontextentity: ignore
    }
  )
  tokenizer.write(html)
  tokenizer.end()
  return tags
}
