/** A call of the API: what it takes, by the types of the document, and what it answers. */

import { faultsOfBody, faultsOfQuery } from "./contract.js"
import type { Calls } from "./protocol.js"
import { Refused } from "./refusals.js"
import type { World } from "./world.js"

export type CallName = keyof Calls

type BodyOf<K extends CallName> = Calls[K] extends { readonly body: infer B } ? B : undefined

export interface RawRequest {
  /** Parts of the path, by name. */
  readonly path: (name: string) => string
  readonly query: URLSearchParams
  readonly url: URL
  readonly body: unknown
}

export interface Request<K extends CallName> extends RawRequest {
  readonly body: BodyOf<K>
}

export interface Reply {
  readonly status: number
  /** Without: no content. */
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

export interface Operation {
  readonly call: CallName
  readonly run: (world: World, request: RawRequest) => Reply
}

/** A request that the document does not have. */
export class Violation extends Refused {
  constructor(
    readonly call: CallName,
    readonly faults: ReadonlyArray<string>
  ) {
    super(400, faults)
  }
}

const isBodyOf = <K extends CallName>(call: K, body: unknown): body is BodyOf<K> =>
  faultsOfBody(call, body).length === 0

export const operation = <K extends CallName>(
  call: K,
  handle: (world: World, request: Request<K>) => Reply
): Operation => ({
  call,
  run: (world, request) => {
    const { body, query } = request
    const faults = faultsOfQuery(call, query)
    if (faults.length > 0) throw new Violation(call, faults)
    if (!isBodyOf(call, body)) throw new Violation(call, faultsOfBody(call, body))
    return handle(world, { ...request, body })
  }
})

export const ok = (body: unknown): Reply => ({ status: 200, body })

export const created = (body: unknown): Reply => ({ status: 201, body })

export const nothing: Reply = { status: 204 }
