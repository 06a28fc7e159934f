/** What is held by whom, bounded for each address and then in all: whoever has most loses first. */

export interface Bounds {
  readonly perAddress: number
  readonly inAll: number
}

export interface Quotas<A> {
  /** Holds this for the address. Answers what has to go for it: the oldest of the address, or of whoever has most. */
  readonly take: (address: string, held: A) => A | undefined
  readonly give: (address: string, held: A) => void
}

export const make = <A>({ inAll, perAddress }: Bounds): Quotas<A> => {
  const byAddress = new Map<string, Set<A>>()
  let count = 0

  const most = (): Iterable<A> =>
    [...byAddress.values()].reduce((most, there) => (there.size > most.size ? there : most), new Set<A>())

  const oldest = (of: Iterable<A>): A | undefined => {
    for (const held of of) return held
    return undefined
  }

  return {
    take: (address, held) => {
      const there = byAddress.get(address) ?? new Set()
      byAddress.set(address, there.add(held))
      count++
      if (there.size > perAddress) return oldest(there)
      return count > inAll ? oldest(most()) : undefined
    },
    give: (address, held) => {
      const there = byAddress.get(address)
      if (there?.delete(held) !== true) return
      count--
      if (there.size === 0) byAddress.delete(address)
    }
  }
}
