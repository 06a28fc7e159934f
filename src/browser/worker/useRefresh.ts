/** A page that looks again by itself. */
import { useEffect, useRef } from "preact/hooks"

/** In milliseconds. Whoever comes back to the page sees what is new at once, so this need not be short. */
export const refreshEvery = 20_000

/** Every so often while the page is seen, and when it is seen again. */
export const useRefresh = (look: () => Promise<void>, every = refreshEvery): void => {
  const latest = useRef(look)
  latest.current = look
  useEffect(() => {
    const lookIfSeen = () => {
      if (document.visibilityState === "visible") void latest.current()
    }
    const timer = setInterval(lookIfSeen, every)
    document.addEventListener("visibilitychange", lookIfSeen)
    return () => {
      clearInterval(timer)
      document.removeEventListener("visibilitychange", lookIfSeen)
    }
  }, [every])
}
