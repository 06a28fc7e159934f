/** A `${column}` in a template. @internal */
export interface Found {
  readonly name: string
  readonly start: number
  readonly end: number
}

const pattern = /\$\{([^{}\r\n]*)\}/g

/** Every placeholder of a template, in order. @internal */
export const find = (template: string): ReadonlyArray<Found> =>
  Array.from(template.matchAll(pattern), (match) => ({
    name: (match[1] ?? "").trim(),
    start: match.index,
    end: match.index + match[0].length
  }))

/**
 * The template with letters of no meaning where its placeholders are, so that nobody who reads its HTML, or a script in
 * it, stumbles over them. All else stays where it is. @internal
 */
export const blank = (template: string): string => template.replace(pattern, (whole) => "x".repeat(whole.length))
