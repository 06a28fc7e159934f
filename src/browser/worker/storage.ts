/** The browser may refuse to keep anything; the work itself goes on. */
export const attempt = <A>(use: () => A): A | undefined => {
  try {
    return use()
  } catch {
    return undefined
  }
}
