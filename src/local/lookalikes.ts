/**
 * Letters of one script that look like those of another, so that nobody passes for somebody else by them: a name is of
 * one script (Unicode's UTS #39, "highly restrictive"), and what looks like it in another is the same name.
 */
import { confusables } from "./confusables.js"

/** Scripts that people write in. Letters of all others count as of one more. */
const scripts = [
  ...["Latin", "Greek", "Cyrillic", "Armenian", "Georgian", "Hebrew", "Arabic", "Syriac", "Thaana", "Nko", "Ethiopic"],
  ...["Devanagari", "Bengali", "Gurmukhi", "Gujarati", "Oriya", "Tamil", "Telugu", "Kannada", "Malayalam", "Sinhala"],
  ...["Thai", "Lao", "Tibetan", "Myanmar", "Khmer", "Mongolian", "Javanese", "Balinese", "Chakma", "Ol_Chiki", "Adlam"],
  ...["Hangul", "Han", "Hiragana", "Katakana", "Bopomofo", "Yi", "Lisu", "Cherokee", "Canadian_Aboriginal"],
  ...["Coptic", "Tifinagh", "Vai"]
]

/** Scripts that are written in one text. */
const together = [
  ["Latin", "Han", "Hiragana", "Katakana"],
  ["Latin", "Han", "Bopomofo"],
  ["Latin", "Han", "Hangul"]
]

const anyOf = (property: string, names: ReadonlyArray<string>): string =>
  names.map((name) => `\\p{${property}=${name}}`).join("")

const shared = anyOf("Script", ["Common", "Inherited"])
const otherLetters = `[^${anyOf("Script", scripts)}${shared}]`

const unmixed: ReadonlyArray<RegExp> = [
  ...[...scripts.map((script) => [script]), ...together].map(
    (those) => new RegExp(`^[${anyOf("Script_Extensions", those)}${shared}]*$`, "u")
  ),
  new RegExp(`^[^${anyOf("Script", scripts)}]*$`, "u")
]

const named: ReadonlyArray<readonly [name: string, letters: RegExp]> = [
  ...scripts.map((script) => [script, new RegExp(`\\p{Script=${script}}`, "u")] as const),
  ["other", new RegExp(otherLetters, "u")]
]

/** Returns the scripts of a text that mixes such as are not written together, or none. */
export const mixed = (text: string): ReadonlyArray<string> => {
  const letters = text.normalize("NFKC").replace(/[^\p{L}\p{M}\p{N}]/gu, "")
  if (unmixed.some((script) => script.test(letters))) return []
  return named.flatMap(([name, some]) => (some.test(letters) ? [name.replaceAll("_", " ")] : []))
}

const looks: ReadonlyMap<string, string> = new Map(
  Object.entries(confusables).flatMap(([look, letters]) => Array.from(letters, (letter) => [letter, look] as const))
)

/** By way of small letters, since some capitals (ẞ) are nobody's. */
const capitals = (text: string): string => text.toLowerCase().toUpperCase()

const lookOf = (letter: string): string => {
  const capital = capitals(letter)
  return looks.get(letter) ?? looks.get(capital) ?? capital
}

/** What the text looks like as it is written, in capitals; accents stay. */
const skeleton = (text: string): string => Array.from(text.normalize("NFKD"), lookOf).join("").normalize("NFKC")

/**
 * Returns what a text looks like in capitals, and whatever else it looks like as it is written and in small letters:
 * Greek Ν is like N, and ν like v, so that Νινα passes for Nina and for Viva, which are two names.
 */
export const skeletons = (text: string): readonly [inCapitals: string, ...others: ReadonlyArray<string>] => {
  const inCapitals = skeleton(capitals(text))
  const others = new Set([skeleton(text), skeleton(text.toLowerCase())])
  others.delete(inCapitals)
  return [inCapitals, ...others]
}
