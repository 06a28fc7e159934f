/**
 * Where a page leads: links open in tabs of their own, and places in the page are told to the page around it, which
 * scrolls.
 */

const isWeb = ({ protocol }: { readonly protocol: string }): boolean => /^https?:$/.test(protocol)

const isElsewhere = ({ href }: { readonly href: string }): boolean =>
  href.split("#", 1)[0] !== location.href.split("#", 1)[0]

/** Such a tab is like any other, and does not know from where it was opened. */
export const openLinksElsewhere = (): void =>
  addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest("a[href], area[href]") : null
    if (!(link instanceof HTMLAnchorElement || link instanceof HTMLAreaElement)) return
    if (!isWeb(link) || !(isElsewhere(link) || link.target !== "")) return
    link.setAttribute("target", "_blank")
    link.setAttribute("rel", "noopener")
  })

type Tell = (top: number) => void

const topOf = (element: Element): number => element.getBoundingClientRect().top + scrollY

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** Where a fragment leads, by the rules of browsers. */
const placeOf = (hash: string): number | undefined => {
  const fragment = hash.replace(/^#/, "")
  for (const name of [fragment, decoded(fragment)]) {
    const found = document.getElementById(name) ?? document.querySelector(`a[name="${CSS.escape(name)}"]`)
    if (found !== null) return topOf(found)
  }
  return fragment === "" || /^top$/i.test(fragment) ? 0 : undefined
}

const isHere = ({ hash, href }: HTMLAnchorElement | HTMLAreaElement): boolean =>
  (hash !== "" || href.endsWith("#")) && href.split("#", 1)[0] === location.href.split("#", 1)[0]

const followAnchors = (tell: Tell) => {
  const go = (hash: string) => {
    const top = placeOf(hash)
    if (top !== undefined) tell(top)
  }
  addEventListener("hashchange", () => go(location.hash))
  // Another click on the same link changes nothing of the address.
  addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest("a[href], area[href]") : null
    const isLink = link instanceof HTMLAnchorElement || link instanceof HTMLAreaElement
    if (isLink && !event.defaultPrevented && isHere(link)) go(link.hash)
  })
}

/** What `scrollTo` and its like were given: a top, if they were given one. */
const topIn = (args: ReadonlyArray<unknown>): number | undefined => {
  const [first, second] = args
  const top = typeof first === "object" && first !== null ? ("top" in first ? first.top : undefined) : second
  return top === undefined || !Number.isFinite(Number(top)) ? undefined : Number(top)
}

const followScripts = (tell: Tell) => {
  let last = 0
  const to = (top: number | undefined) => {
    if (top === undefined) return
    last = Math.max(0, Math.min(top, document.documentElement.scrollHeight))
    tell(last)
  }
  const scrollTo = (...args: ReadonlyArray<unknown>) => to(topIn(args))
  const scrollBy = (...args: ReadonlyArray<unknown>) => to(last + (topIn(args) ?? 0))
  Object.assign(window, { scrollTo, scroll: scrollTo, scrollBy })
  const native = Element.prototype.scrollIntoView
  Element.prototype.scrollIntoView = function (options) {
    native.call(this, options)
    to(topOf(this))
  }
}

/** Tells the page around the frame of every place that the page would scroll to. */
export const watchScrolling = (tell: Tell): void => {
  followAnchors(tell)
  followScripts(tell)
}
