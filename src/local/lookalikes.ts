/** Letters of one script that look like those of another: nobody passes for somebody else by them. */

/** The scripts of which letters look alike. A name of one of them, and of any other, is as good as one of Latin. */
const scripts: ReadonlyArray<readonly [name: string, letters: RegExp]> = [
  ["Latin", /\p{Script=Latin}/u],
  ["Greek", /\p{Script=Greek}/u],
  ["Cyrillic", /\p{Script=Cyrillic}/u]
]

/** The scripts of which letters look alike and the text has some. */
export const mixed = (text: string): ReadonlyArray<string> => {
  const found = scripts.flatMap(([name, letters]) => (letters.test(text.normalize("NFKC")) ? [name] : []))
  return found.length > 1 ? found : []
}

/** Capital letters of Greek and Cyrillic, and the Latin ones that they look like. */
const pairs = "ΑAΒBΕEΖZΗHΙIΚKΜMΝNΟOΡPΤTΥYΧXϹCͿJАAВBЕEЅSІIЈJКKМMНHОOРPСCТTУYҮYХXԀDԚQԜWҺHӀIҒF"

const latin: ReadonlyMap<string, string> = new Map(
  Array.from(pairs.matchAll(/(.)(.)/gu), ([, letter = "", like = ""]) => [letter, like])
)

/** Text in capital letters, with Latin ones in place of those that look like them; accents stay. */
export const inLatin = (capitals: string): string =>
  Array.from(capitals.normalize("NFKD"), (letter) => latin.get(letter) ?? letter)
    .join("")
    .normalize("NFKC")
