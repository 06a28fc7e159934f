// node recordImports.mjs FILE…: loads the files and writes every import that Node resolves meanwhile to the file that the
// variable RECORD names, as JSON lines. It registers itself as the loader hook, which Node runs on a thread of its own.
import { appendFileSync } from "node:fs"
import { register } from "node:module"
import { pathToFileURL } from "node:url"
import { isMainThread } from "node:worker_threads"

export async function resolve(specifier, context, nextResolve) {
  const resolved = await nextResolve(specifier, context)
  appendFileSync(process.env.RECORD, `${JSON.stringify({ from: context.parentURL, to: resolved.url })}\n`)
  return resolved
}

// Vitest refuses to run outside its own workers; by then all its imports are resolved.
const unlessVitestRefuses = (error) => {
  if (!error.message.startsWith("Vitest failed to access its internal state")) throw error
}

if (isMainThread) {
  register(import.meta.url)
  for (const path of process.argv.slice(2)) {
    await import(pathToFileURL(path).href).catch(unlessVitestRefuses)
  }
}
