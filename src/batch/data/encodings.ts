/** What a text that is not UTF-8 seems to be. */

/** A byte order mark says it; longer ones come first. */
const marks: ReadonlyArray<readonly [name: string, bytes: ReadonlyArray<number>]> = [
  ["UTF-32", [0xff, 0xfe, 0, 0]],
  ["UTF-32", [0, 0, 0xfe, 0xff]],
  ["UTF-16", [0xff, 0xfe]],
  ["UTF-16", [0xfe, 0xff]]
]

const looked = 1_024

/** Text in Latin letters is every second byte a NUL. */
const isUtf16 = (bytes: Uint8Array): boolean => {
  const some = bytes.subarray(0, looked)
  const nulsAt = (parity: number) => some.filter((byte, i) => i % 2 === parity && byte === 0).length
  const [even, odd] = [nulsAt(0), nulsAt(1)]
  return some.length > 3 && Math.max(even, odd) > some.length / 4 && Math.min(even, odd) === 0
}

/** An encoding of two or four bytes a character, told by how the file begins. */
export const wideEncoding = (head: Uint8Array): string | undefined =>
  marks.find(([, mark]) => mark.every((byte, i) => head[i] === byte))?.[0] ?? (isUtf16(head) ? "UTF-16" : undefined)

const decoded = (bytes: Uint8Array, label: string): string | undefined => {
  try {
    return new TextDecoder(label, { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}

/** Each with what most of its text beyond ASCII is, were it that. The first that fits is taken. */
const candidates: ReadonlyArray<readonly [label: string, letters: RegExp, name: string]> = [
  ["shift_jis", /[\u3040-\u30ff]/gu, "Shift_JIS"],
  ["euc-jp", /[\u3040-\u30ff]/gu, "EUC-JP"],
  ["windows-1251", /[а-я]/gu, "Windows-1251"],
  ["gb18030", /\p{Script=Han}/gu, "GB18030, Big5 or EUC-KR"]
]

const beyondAscii = /[^\u0000-\u007f]/gu

const count = (text: string, pattern: RegExp): number => text.match(pattern)?.length ?? 0

/** Western text has its accents one at a time, between letters of ASCII; others have whole words beyond it. */
const hasWords = (bytes: Uint8Array): boolean =>
  bytes.some(
    (byte, i) => byte > 0x7f && [1, 2, 3].every((more) => (bytes[i + more] ?? 0) > 0x3f) && (bytes[i + 1] ?? 0) > 0x7f
  )

/** The name of the encoding that these bytes, which are not UTF-8, seem to be in. */
export const likelyEncoding = (bytes: Uint8Array): string => {
  const wide = wideEncoding(bytes)
  if (wide !== undefined) return wide
  const fits = ([label, letters]: (typeof candidates)[number]) => {
    const text = decoded(bytes, label)
    return text !== undefined && count(text, letters) * 2 > count(text, beyondAscii)
  }
  const found = hasWords(bytes) ? candidates.find(fits) : undefined
  return found?.[2] ?? "Windows-1252"
}
