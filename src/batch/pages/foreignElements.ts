/** Which elements of a page are SVG's or MathML's: there, a script or a title may have tags in it. */

const roots = new Set(["svg", "math"])

/** Within these there is HTML again. */
const htmlAgain = new Set(["desc", "foreignobject", "mi", "mn", "mo", "ms", "mtext", "title"])

/** HTML that is never SVG: it ends whatever is open. */
const ending = new Set(
  "b big blockquote body br center code dd div dl dt em embed h1 h2 h3 h4 h5 h6 head hr i img li listing menu meta nobr ol p pre ruby s small span strong strike sub sup table tt u ul var".split(
    " "
  )
)

export interface Foreign {
  readonly isForeign: () => boolean
  /** Is told each tag; answers whether the element is foreign. */
  readonly open: (name: string, closesItself: boolean) => boolean
  readonly close: (name: string) => void
}

export const make = (): Foreign => {
  const inside: Array<string> = []
  const counts = new Map<string, number>()
  const count = (name: string) => counts.get(name) ?? 0
  const push = (name: string) => {
    inside.push(name)
    counts.set(name, count(name) + 1)
  }
  const pop = (): string => {
    const name = inside.pop() ?? ""
    counts.set(name, count(name) - 1)
    return name
  }
  const isForeign = () => roots.has(inside.at(-1) ?? "")
  return {
    isForeign,
    open: (name, closesItself) => {
      while (isForeign() && ending.has(name)) pop()
      const within = isForeign()
      if (!closesItself && (roots.has(name) || (within && htmlAgain.has(name)))) push(name)
      return within
    },
    // What is not open is not looked for, and what is above it is gone: each element is passed once.
    close: (name) => {
      while (count(name) > 0 && pop() !== name);
    }
  }
}
