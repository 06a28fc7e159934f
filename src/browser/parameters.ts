/** What a page's address says. */

/** Null where it is missing or empty. */
export const parameter = (name: string): string | null => new URLSearchParams(location.search).get(name) || null

/** What Mechanical Turk writes in place of an assignment's id where nothing is accepted yet; our pages do the same. */
export const notAvailable = "ASSIGNMENT_ID_NOT_AVAILABLE"

export const assignmentId = (): string | null => {
  const id = parameter("assignmentId")
  return id === notAvailable ? null : id
}
