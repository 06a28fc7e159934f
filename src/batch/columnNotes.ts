/** What the values of each column look like: markup, or a list that no script reads as one. Rows are looked at once. */

/** The line on which each was first found. @internal */
export interface ColumnNotes {
  readonly markup?: number
  readonly fields?: number
  readonly entities?: number
  readonly list?: number
}

/** By the place of the column. @internal */
export type Notes = ReadonlyArray<ColumnNotes>

const tag = /<\/?[a-z][^<>]*>/i
const field = /<(?:button|input|select|textarea)\b/i
const entity = /&(?:#\d+|#x[\da-f]+|[a-z][a-z\d]+);/i

/** `['a', 'b']` and `{'a': 1}`, as Python prints them and JavaScript reads them. */
const isQuotedList = (value: string): boolean => {
  const text = value.trim()
  return /^[[{]/.test(text) && /[\]}]$/.test(text) && /^[[{]\s*u?'|,\s*u?'/.test(text) && !text.includes('"')
}

const looks: ReadonlyArray<readonly [keyof ColumnNotes, (value: string) => boolean]> = [
  ["markup", (value) => tag.test(value)],
  ["fields", (value) => field.test(value)],
  ["entities", (value) => entity.test(value)],
  ["list", isQuotedList]
]

/** Only these are in any of them, and most values have none. */
const telling = /[<&'[{]/

/** @internal */
export const look = (notes: Notes, values: ReadonlyArray<string>, line: number): Notes => {
  if (!values.some((value) => telling.test(value))) return notes
  return values.map((value, i) => {
    const before = notes[i] ?? {}
    const found = looks.filter(([what, is]) => before[what] === undefined && is(value))
    return found.length === 0 ? before : { ...before, ...Object.fromEntries(found.map(([what]) => [what, line])) }
  })
}

/** What a template does with a column. @internal */
export interface Use {
  /** It stands where markup would be shown as such. */
  readonly isShown: boolean
  readonly isUsed: boolean
}

interface Said {
  readonly line: number
  readonly message: string
}

const markupWarning = (name: string, { entities, fields, markup }: ColumnNotes): Said | undefined => {
  const line = fields ?? markup ?? entities
  if (line === undefined) return undefined
  const holds = fields !== undefined ? "form fields" : markup !== undefined ? "markup" : "entities such as &amp;"
  return {
    line,
    message: `column "${name}" holds ${holds}, which workers see as typed; if it is meant to be markup, add "markup": [${JSON.stringify(name)}] to task.json, and if none is, "markup": []`
  }
}

const listWarning = (name: string, { list }: ColumnNotes): Said | undefined =>
  list === undefined
    ? undefined
    : {
        line: list,
        message: `column "${name}" looks like a list in single quotes, which scripts get as text; JSON has double quotes: ["a", "b"] (json.dumps in Python)`
      }

/** What there is to say of the columns that the template uses; of markup only where nothing was said of it. @internal */
export const warnings = (
  columns: ReadonlyArray<string>,
  notes: Notes,
  options: {
    readonly markup: ReadonlyArray<string>
    readonly isMarkupSaid: boolean
    readonly useOf: (name: string) => Use
  }
): ReadonlyArray<Said> => {
  const { isMarkupSaid, markup, useOf } = options
  const isNoneMeant = isMarkupSaid && markup.length === 0
  return columns.flatMap((name, i) => {
    const found = notes[i] ?? {}
    const { isShown, isUsed } = useOf(name)
    const asMarkup = isShown && !isNoneMeant && !markup.includes(name) ? markupWarning(name, found) : undefined
    const asList = isUsed ? listWarning(name, found) : undefined
    return [asMarkup, asList].filter((said) => said !== undefined)
  })
}
