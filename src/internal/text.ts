/** Why a text cannot be stored and given back unchanged; nothing if it can. @internal */
export const textFault = (text: string): string | undefined => {
  if (text.includes("\u0000")) return "holds a NUL character (U+0000), which no database keeps; take it out"
  return /\p{Surrogate}/u.test(text) ? "holds half of a character (a lone surrogate); write the whole one" : undefined
}

/** Moves a cursor, changes how a screen looks, or turns the direction of reading; also where a line ends. */
const controls = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u

/** The same in a text of several lines, which may hold marks of the direction it is written in. */
const controlsInProse = /(?![\t\n\r])[\p{Cc}\u202A-\u202E\u2066-\u2069]/u

/** Why this is no name or title for people to read; nothing if it is one. @internal */
export const lineFault = (text: string): string | undefined =>
  textFault(text) ?? (controls.test(text) ? "holds control characters or line breaks; take them out" : undefined)

/** Why this is no text of several lines for people to read; nothing if it is one. @internal */
export const proseFault = (text: string): string | undefined =>
  textFault(text) ?? (controlsInProse.test(text) ? "holds control characters; take them out" : undefined)

const onScreen = new RegExp(`\\r\\n|${controls.source}`, "gu")

const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`

/** As a screen may show it: control characters but line breaks and tabs are written out. @internal */
export const harmless = (text: string): string =>
  text.replace(onScreen, (found) => (/^(?:\r?\n|\t)$/.test(found) ? found : escaped(found)))

/** The same on one line. @internal */
export const harmlessLine = (text: string): string =>
  text.replaceAll("\r\n", "\n").replaceAll("\n", "\\n").replace(onScreen, escaped)

const unfitInFiles = new RegExp(`(?:[/\\\\\\p{Surrogate}]|${controls.source})+`, "gu")

/** So many characters are 240 bytes at the most; file systems take 255. */
const fileNameLength = 60

/**
 * As the name of a file begins, whoever thought of the text: it leads into no other folder, and nothing in it moves a
 * cursor or turns the direction of reading. @internal
 */
export const fileName = (text: string): string =>
  Array.from(text.replace(unfitInFiles, "-")).slice(0, fileNameLength).join("")

const editDistance = (a: string, b: string): number => {
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const current = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      current.push(Math.min(replaced, (previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1))
    }
    previous = current
  }
  return previous[b.length] ?? 0
}

const close = (a: string, b: string): number => editDistance(a.toLowerCase().slice(0, 64), b.toLowerCase().slice(0, 64))

/** What to write instead of a name that is not one of the known ones. @internal */
export const suggestion = (name: string, known: ReadonlyArray<string>): string => {
  const [best] = known.map((word) => ({ word, distance: close(name, word) })).sort((a, b) => a.distance - b.distance)
  return best !== undefined && best.distance <= Math.max(1, Math.floor(name.length / 2))
    ? `did you mean "${best.word}"?`
    : `known are ${known.map((word) => `"${word}"`).join(", ")}`
}

const encoder = new TextEncoder()

/** Whether the text is longer than `limit` bytes in UTF-8. @internal */
export const longerThan = (text: string, limit: number): boolean =>
  text.length > limit || (text.length * 3 > limit && encoder.encode(text).length > limit)

/** A word as a shell takes it. @internal */
export const shellWord = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
