/** Why a text cannot be stored and given back unchanged; nothing if it can. @internal */
export const textFault = (text: string): string | undefined => {
  if (text.includes("\u0000")) return "holds a NUL character (U+0000), which no database keeps; take it out"
  return /\p{Surrogate}/u.test(text) ? "holds half of a character (a lone surrogate); write the whole one" : undefined
}

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
