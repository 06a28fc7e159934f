/**
 * What a task's page keeps between its visits: its frame is an origin without storage, so the page around it keeps it.
 */

type Items = ReadonlyArray<readonly [key: string, value: string]>

/** As `localStorage` and as `sessionStorage`. */
export interface Kept {
  readonly local: Items
  readonly session: Items
}

export const nothing: Kept = { local: [], session: [] }

/** Of both together, in bytes of UTF-8. */
export const maxBytes = 262_144

const encoder = new TextEncoder()

export const bytesOf = (key: string, value: string): number => encoder.encode(key + value).byteLength

const sizeOf = (items: Items): number => items.reduce((sum, [key, value]) => sum + bytesOf(key, value), 0)

const isItems = (value: unknown): value is Items =>
  Array.isArray(value) &&
  value.every((item) => Array.isArray(item) && item.length === 2 && item.every((part) => typeof part === "string"))

/** Undefined for what is something else, or too much. */
export const toKept = (value: unknown): Kept | undefined => {
  if (typeof value !== "object" || value === null || !("local" in value) || !("session" in value)) return undefined
  const { local, session } = value
  if (!isItems(local) || !isItems(session)) return undefined
  return sizeOf(local) + sizeOf(session) <= maxBytes ? { local, session } : undefined
}

const parse = (text: string): Kept => {
  try {
    return toKept(JSON.parse(text)) ?? nothing
  } catch {
    return nothing
  }
}

const prefix = "crowd:"

/** The name of a frame is there before its first script: what was kept goes to it that way. */
export const toName = ({ local, session }: Kept): string => prefix + JSON.stringify({ local, session })

export const fromName = (name: string): Kept => (name.startsWith(prefix) ? parse(name.slice(prefix.length)) : nothing)

/** The browser may refuse to keep anything; the work itself goes on. */
export const attempt = <A>(use: () => A): A | undefined => {
  try {
    return use()
  } catch {
    return undefined
  }
}
