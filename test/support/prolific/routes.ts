import { accountOperations } from "./accounts.js"
import { bonusOperations } from "./bonuses.js"
import { filterOperations } from "./filters.js"
import { groupOperations } from "./groups.js"
import { hookOperations } from "./hookCalls.js"
import { linkOperations } from "./links.js"
import { messageOperations } from "./messages.js"
import type { Operation } from "./operations.js"
import { studyOperations } from "./studyCalls.js"
import { submissionOperations } from "./submissionCalls.js"
import { walletOperations } from "./wallet.js"

export const operations: ReadonlyArray<Operation> = [
  ...accountOperations,
  ...walletOperations,
  ...filterOperations,
  ...studyOperations,
  ...submissionOperations,
  ...bonusOperations,
  ...groupOperations,
  ...messageOperations,
  ...hookOperations,
  ...linkOperations
]

interface Route {
  readonly operation: Operation
  readonly method: string
  readonly pattern: RegExp
  readonly names: ReadonlyArray<string>
  /** How many parts are fixed: `/messages/bulk/` is found before `/messages/{id}/`. */
  readonly fixed: number
}

const routeOf = (operation: Operation): Route => {
  const [method = "", template = ""] = operation.call.split(" ")
  const names = [...template.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name)
  const pattern = template.replaceAll(".", "\\.").replace(/\{\w+\}/g, "([^/]+)")
  return {
    operation,
    method,
    pattern: new RegExp(`^${pattern}$`),
    names,
    fixed: template.split("/").length - names.length
  }
}

const routes = operations.map(routeOf).toSorted((a, b) => b.fixed - a.fixed)

export interface Found {
  readonly operation: Operation
  readonly path: (name: string) => string
}

/** Which call a path is; `otherMethod` and `otherForm` say how it would have been one. */
export const find = (method: string, path: string): Found | "otherMethod" | "otherForm" | undefined => {
  const fitting = routes.filter(({ pattern }) => pattern.test(path))
  const route = fitting.find((one) => one.method === method)
  if (route !== undefined) {
    const [, ...values] = route.pattern.exec(path) ?? []
    return { operation: route.operation, path: (name) => decodeURIComponent(values[route.names.indexOf(name)] ?? "") }
  }
  if (fitting.length > 0) return "otherMethod"
  return routes.some(({ pattern }) => pattern.test(`${path}/`)) ? "otherForm" : undefined
}
