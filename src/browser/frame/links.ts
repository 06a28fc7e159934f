/** Links open in tabs of their own: here they would take the place of the work. */

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
