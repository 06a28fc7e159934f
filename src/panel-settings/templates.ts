/** Addresses with places for values: `https://host/path/{id}?code={code}`. */
import * as Option from "effect/Option"
import { lineFault } from "../internal/text.js"

const placeholder = /\{([^{}]*)\}/g

const longest = 2_048

/** The names of the places in it. */
export const placeholdersIn = (template: string): ReadonlyArray<string> =>
  Array.from(template.matchAll(placeholder), ([, name = ""]) => name)

/** Whether somebody leaves with a code of their own. */
export const hasOwnCode = (exit: { readonly code: string } | { readonly redirect: string }): boolean =>
  "code" in exit ? exit.code === "each" : placeholdersIn(exit.redirect).includes("code")

/** Why nobody could be shown this as a code; nothing if they could. */
export const codeFault = (code: string): string | undefined => {
  if (code.trim() === "") return 'is empty; write the code, or "each" for one of their own'
  return code.length > 256 ? "is longer than 256 characters" : lineFault(code)
}

/**
 * Why the template leads nowhere, or to where a value could change the host; nothing if it does not. Values come into
 * segments of the path and into the query alone.
 */
export const templateFault = (template: string): string | undefined => {
  if (template.length > longest) return `is longer than ${longest} characters`
  const fault = lineFault(template)
  if (fault !== undefined) return fault
  if (/[\s\\]/.test(template)) return "has a blank or a backslash; write %20 or /"
  const [, host] = /^https:\/\/([^/?#]+)/.exec(template) ?? []
  if (host === undefined) return 'must begin with "https://" and a host'
  if (/[{}@]/.test(host)) return "has a host that is not fixed; values go into the path and the query"
  if (/#.*\{/.test(template)) return "has a place behind #; values go into the path and the query"
  if (/[{}]/.test(template.replace(placeholder, ""))) return 'has a { or } that is no place for a value, such as "{id}"'
  return URL.canParse(template.replace(placeholder, "x")) ? undefined : "is no address"
}

/**
 * The address with the values in their places. None where a value is lacking, or would lead somewhere else than the
 * template does: `..` goes up, however it is written.
 */
export const fill = (template: string, values: ReadonlyMap<string, string>): Option.Option<string> => {
  const names = placeholdersIn(template)
  if (!names.every((name) => values.has(name))) return Option.none()
  const filled = template.replace(placeholder, (_, name: string) => encodeURIComponent(values.get(name) ?? ""))
  const [, path = ""] = /^https:\/\/[^/?#]+([^?#]*)/.exec(filled) ?? []
  return path.split("/").some((segment) => /^(?:\.|%2e){1,2}$/i.test(segment)) ? Option.none() : Option.some(filled)
}
