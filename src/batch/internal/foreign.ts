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
  const isForeign = () => roots.has(inside.at(-1) ?? "")
  return {
    isForeign,
    open: (name, closesItself) => {
      while (isForeign() && ending.has(name)) inside.pop()
      const within = isForeign()
      if (!closesItself && (roots.has(name) || (within && htmlAgain.has(name)))) inside.push(name)
      return within
    },
    close: (name) => {
      const at = inside.lastIndexOf(name)
      if (at >= 0) inside.length = at
    }
  }
}
