/**
 * What goes wrong in a page that nobody catches.
 *
 * @since 0.1.0
 */

/**
 * An error or rejection that nobody caught, and on which page.
 *
 * @since 0.1.0
 * @category models
 */
export interface Problem {
  readonly message: string
  readonly stack: string
  readonly page: string
}

const problemOf = (error: unknown): Problem => ({
  message: error instanceof Error ? error.message : String(error),
  stack: (error instanceof Error && error.stack) || "",
  page: location.pathname
})

/**
 * Tells every uncaught error and rejection from now on: posts it to an address as JSON, or hands it over. Answers how to
 * stop. Workers see nothing of it.
 *
 * @since 0.1.0
 * @category errors
 */
export const reportProblems = (to: string | ((problem: Problem) => void)): (() => void) => {
  const tell = (error: unknown) => {
    const problem = problemOf(error)
    if (typeof to === "function") to(problem)
    else navigator.sendBeacon(to, new Blob([JSON.stringify(problem)], { type: "application/json" }))
  }
  const onError = (event: ErrorEvent) => tell(event.error ?? event.message)
  const onRejection = (event: PromiseRejectionEvent) => tell(event.reason)
  addEventListener("error", onError)
  addEventListener("unhandledrejection", onRejection)
  return () => {
    removeEventListener("error", onError)
    removeEventListener("unhandledrejection", onRejection)
  }
}
