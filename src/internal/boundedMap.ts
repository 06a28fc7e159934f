/**
 * What was written down last, up to a number of things; read at once, where Effect's `Cache` takes a fiber and a
 * lookup.
 */
export interface BoundedMap<A> {
  readonly get: (key: string) => A | undefined
  readonly set: (key: string, value: A) => void
  readonly remove: (key: string) => void
}

export const boundedMap = <A>(capacity: number): BoundedMap<A> => {
  const all = new Map<string, A>()
  return {
    get: (key) => all.get(key),
    set: (key, value) => {
      const oldest = all.keys().next()
      if (all.size >= capacity && !all.has(key) && oldest.done === false) all.delete(oldest.value)
      all.set(key, value)
    },
    remove: (key) => {
      all.delete(key)
    }
  }
}
