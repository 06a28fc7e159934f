/** What the API says no with: a status, and a detail in one of the forms that its document knows. */
export type Detail = string | ReadonlyArray<string> | { readonly [field: string]: ReadonlyArray<string> }

export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly detail: Detail,
    readonly code = 140_000
  ) {
    super(`refused with ${status}: ${JSON.stringify(detail)}`)
  }
}

/** What is there; else 404, which is also what a stranger is told of what belongs to others. */
export const known = <A>(found: A | undefined): A => {
  if (found === undefined) throw new Refused(404, "Not found.")
  return found
}

export const refuseUnless: (holds: boolean, detail: Detail) => asserts holds = (holds, detail) => {
  if (!holds) throw new Refused(400, detail)
}

/** `message` is the third form, of which only other people's programs know (FACTS §1 Error body). */
export type ErrorShape = "wrapped" | "bare" | "message"

export const errorBody = (shape: ErrorShape, { code, detail, status }: Refused): unknown => {
  const inner = { status, error_code: code, title: status === 404 ? "Not Found" : "Bad Request", detail }
  if (shape === "wrapped") return { error: inner }
  return shape === "bare" ? inner : { message: "Something went wrong", detail }
}
