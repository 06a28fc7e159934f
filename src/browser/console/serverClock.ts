/** The server's clock, as far as its answers tell: never ahead of it, and at most a second or two behind. */

let offset: number | undefined

/** Answers carry the second in which they were made; of several, the one that came the soonest after it is best. */
export const hear = (answer: Response): void => {
  const made = Date.parse(answer.headers.get("date") ?? "")
  if (Number.isNaN(made)) return
  offset = Math.max(offset ?? Number.NEGATIVE_INFINITY, made - performance.now())
}

/** In milliseconds since 1970. */
export const serverNow = (): number => (offset === undefined ? Date.now() : Math.floor(performance.now() + offset))
