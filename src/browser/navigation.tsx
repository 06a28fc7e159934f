/** Moving between views without loading the page again. */
import type { ComponentChildren } from "preact"
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks"

const changed = "crowd:navigated"
/** The first view comes with the page, and the browser says so itself. */
let moved = false

const navigate = (path: string): void => {
  history.pushState(null, "", path + location.search)
  dispatchEvent(new Event(changed))
}

export const usePath = (): string => {
  const [path, setPath] = useState(location.pathname)
  useEffect(() => {
    const read = () => {
      moved = true
      setPath(location.pathname)
    }
    addEventListener("popstate", read)
    addEventListener(changed, read)
    return () => {
      removeEventListener("popstate", read)
      removeEventListener(changed, read)
    }
  }, [])
  return path
}

interface LinkProps {
  readonly to: string
  readonly class?: string
  readonly children: ComponentChildren
}

export const Link = ({ children, to, ...rest }: LinkProps) => {
  const follow = (event: MouseEvent) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return
    event.preventDefault()
    navigate(to)
  }
  return (
    <a href={to + location.search} onClick={follow} {...rest}>
      {children}
    </a>
  )
}

/** What a view is called, in the page and in the window's title. A new view takes the focus, so that it is read out. */
export const Title = ({ children }: { readonly children: string }) => {
  const heading = useRef<HTMLHeadingElement>(null)
  // Before a frame in the view can have loaded, which has the focus from then on.
  useLayoutEffect(() => {
    document.title = children
    if (moved) heading.current?.focus()
    moved = true
  }, [children])
  return (
    <h1 ref={heading} tabIndex={-1}>
      {children}
    </h1>
  )
}
