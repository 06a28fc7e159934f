/// <reference lib="dom" preserve="true" />
/**
 * What a form's fields say, as answers.
 *
 * @since 0.1.0
 */

/**
 * JSON as a value.
 *
 * @since 0.1.0
 * @category models
 */
export type Json = string | number | boolean | null | ReadonlyArray<Json> | { readonly [key: string]: Json }

/**
 * Any JSON under the names of the form's fields.
 *
 * @since 0.1.0
 * @category models
 */
export type Answers = { readonly [name: string]: Json }

/**
 * The answers, or the names of the fields in which a file was chosen: files cannot be sent.
 *
 * @since 0.1.0
 * @category models
 */
export type Collected =
  | { readonly _tag: "Answers"; readonly answers: Answers }
  | { readonly _tag: "FilesRefused"; readonly fields: ReadonlyArray<string> }

/**
 * Texts by the names of the fields, names as they are written. A name with several values has a list. A file input in
 * which nothing was chosen is absent.
 *
 * @since 0.1.0
 * @category conversions
 */
export const fromForm = (form: HTMLFormElement | FormData): Collected => {
  const texts = new Map<string, Array<string>>()
  const files = new Set<string>()
  for (const [name, value] of form instanceof FormData ? form : new FormData(form)) {
    if (typeof value !== "string") {
      if (value.name !== "" || value.size > 0) files.add(name)
    } else {
      const before = texts.get(name)
      if (before === undefined) texts.set(name, [value])
      else before.push(value)
    }
  }
  if (files.size > 0) return { _tag: "FilesRefused", fields: [...files] }
  const answers = [...texts].map(([name, values]): [string, Json] => [
    name,
    values.length > 1 ? values : (values[0] ?? "")
  ])
  return { _tag: "Answers", answers: Object.fromEntries(answers) }
}

/**
 * The answers as a form can carry them, one text a name: what is not a text becomes JSON.
 *
 * @since 0.1.0
 * @category conversions
 */
export const toFields = (answers: Answers): ReadonlyArray<readonly [name: string, value: string]> =>
  Object.entries(answers).map(([name, value]) => [name, typeof value === "string" ? value : JSON.stringify(value)])
