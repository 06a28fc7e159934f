/** `localStorage` and `sessionStorage` for a page that has none of its own. */
import { bytesOf, fromName, type Kept, maxBytes, toName } from "../storage.js"

interface Room {
  /** Takes so many bytes more, of what both areas have together; throws where they are not there. */
  readonly take: (bytes: number) => void
  readonly changed: () => void
}

const tooMuch = () =>
  new DOMException(`A task keeps ${maxBytes / 1_024} KB at the most in this browser.`, "QuotaExceededError")

const isText = (key: string | symbol): key is string => typeof key === "string"

/** What a `Storage` does, over a map. */
const methodsOf = (items: Map<string, string>, { changed, take }: Room) => ({
  getItem: (key: unknown): string | null => items.get(String(key)) ?? null,
  setItem: (key: unknown, value: unknown): void => {
    const [name, text] = [String(key), String(value)]
    const before = items.get(name)
    take(bytesOf(name, text) - (before === undefined ? 0 : bytesOf(name, before)))
    items.set(name, text)
    changed()
  },
  removeItem: (key: unknown): void => {
    const name = String(key)
    const before = items.get(name)
    if (before === undefined) return
    items.delete(name)
    take(-bytesOf(name, before))
    changed()
  },
  clear: (): void => {
    for (const [name, text] of items) take(-bytesOf(name, text))
    items.clear()
    changed()
  },
  key: (index: unknown): string | null => [...items.keys()][Number(index)] ?? null
})

/** As browsers have it, its items are also its properties. */
const areaOf = (items: Map<string, string>, room: Room): Storage => {
  const methods = methodsOf(items, room)
  const fixed = new Map<string, unknown>(Object.entries(methods))
  const target: Storage = Object.create(Storage.prototype)
  return new Proxy(target, {
    get: (_, key) => {
      if (key === "length") return items.size
      if (!isText(key)) return Reflect.get(Storage.prototype, key)
      return fixed.get(key) ?? items.get(key) ?? Reflect.get(Object.prototype, key)
    },
    set: (_, key, value) => {
      if (isText(key)) methods.setItem(key, value)
      return isText(key)
    },
    has: (_, key) => isText(key) && (items.has(key) || fixed.has(key) || key === "length"),
    deleteProperty: (_, key) => {
      if (isText(key)) methods.removeItem(key)
      return true
    },
    ownKeys: () => [...items.keys()],
    getOwnPropertyDescriptor: (_, key) => {
      const value = isText(key) ? items.get(key) : undefined
      return value === undefined ? undefined : { value, configurable: true, enumerable: true, writable: true }
    },
    defineProperty: (_, key, { value }) => {
      if (isText(key)) methods.setItem(key, value)
      return isText(key)
    }
  })
}

/**
 * Puts both areas in place, with what the page around the frame kept, and tells it of every change. A page that loads
 * itself again finds them as it left them.
 */
export const provideStorage = (tell: (kept: Kept) => void): void => {
  const { local, session } = fromName(window.name)
  const areas = { local: new Map(local), session: new Map(session) }
  let used = [...local, ...session].reduce((sum, [key, value]) => sum + bytesOf(key, value), 0)
  let telling = false
  const kept = (): Kept => ({ local: [...areas.local], session: [...areas.session] })
  const room: Room = {
    take: (bytes) => {
      if (bytes > 0 && used + bytes > maxBytes) throw tooMuch()
      used += bytes
    },
    changed: () => {
      if (telling) return
      telling = true
      queueMicrotask(() => {
        telling = false
        tell(kept())
      })
    }
  }
  const provide = (name: "localStorage" | "sessionStorage", area: Storage) =>
    Object.defineProperty(window, name, { configurable: true, enumerable: true, get: () => area })
  provide("localStorage", areaOf(areas.local, room))
  provide("sessionStorage", areaOf(areas.session, room))
  window.name = ""
  addEventListener("pagehide", () => {
    window.name = toName(kept())
  })
  addEventListener("pageshow", ({ persisted }) => {
    if (persisted) window.name = ""
  })
}
