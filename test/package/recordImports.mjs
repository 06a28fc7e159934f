// A loader hook: prints every import that Node resolves, as one JSON line { from, to }.
import { writeSync } from "node:fs"

export async function resolve(specifier, context, nextResolve) {
  const resolved = await nextResolve(specifier, context)
  writeSync(1, `${JSON.stringify({ from: context.parentURL, to: resolved.url })}\n`)
  return resolved
}
