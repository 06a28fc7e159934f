// node --import …/withoutPackages.mjs: the packages that CROWD_WITHOUT names, with commas between, are not installed.
// It registers itself as the loader hook, which Node runs on a thread of its own.
import { register } from "node:module"
import { isMainThread } from "node:worker_threads"

const missing = (process.env.CROWD_WITHOUT ?? "").split(",")

const isMissing = (specifier) => missing.some((name) => specifier === name || specifier.startsWith(`${name}/`))

/** They are looked for where nothing is. */
export const resolve = (specifier, context, nextResolve) =>
  nextResolve(specifier, isMissing(specifier) ? { ...context, parentURL: "file:///nowhere/at-all.js" } : context)

if (isMainThread) register(import.meta.url)
