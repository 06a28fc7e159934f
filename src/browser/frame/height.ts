/** How high the page is, told whenever it changes, so that the frame around it needs no scroll bar of its own. */

/** A page laid out by the height of its window grows with it for ever; twice the same excess gives it away. */
const followsWindow = (wanted: number, before: { readonly wanted: number; readonly excess: number }): boolean =>
  innerHeight === before.wanted && wanted > innerHeight && wanted - innerHeight === before.excess

export const watchHeight = (tell: (height: number) => void): void => {
  let before = { wanted: 0, excess: 0 }
  let width = 0
  let floor = 0
  let settled = false
  const measure = () => {
    const page = document.documentElement
    if (innerWidth !== width) {
      width = innerWidth
      floor = 0
      settled = false
    }
    const laidOut = Math.ceil(page.getBoundingClientRect().height)
    // What is positioned freely shows only as something to scroll to.
    if (page.scrollHeight > innerHeight + 1 && page.scrollHeight > laidOut) floor = Math.max(floor, page.scrollHeight)
    const wanted = Math.max(laidOut, floor)
    if (settled || wanted === before.wanted) return
    settled = followsWindow(wanted, before)
    before = { wanted, excess: wanted - innerHeight }
    if (!settled) tell(wanted)
  }
  const observer = new ResizeObserver(measure)
  observer.observe(document.documentElement)
  if (document.body !== null) observer.observe(document.body)
  addEventListener("load", measure)
  addEventListener("resize", measure)
  measure()
}
