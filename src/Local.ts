/**
 * Your own people, without a marketplace: whoever can reach the server works on its pages, known by their ip address or
 * by a name they choose. A driver on the Store; money changes hands outside, what is owed is in the run's payments.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import type * as Redacted from "effect/Redacted"
import type { InvalidName, NameTaken, StoreError, Unwelcome } from "./CrowdError.js"

/**
 * @since 0.1.0
 * @category models
 */
export interface Options {
  /**
   * How a worker is told from another: by their ip address (the default), or by a name they choose once, kept in a
   * signed cookie, where many share an address.
   */
  readonly identify?: "address" | "name" | undefined
  /** CIDR ranges of the proxies whose word on the client's address counts; none by default. */
  readonly proxies?: ReadonlyArray<string> | undefined
  /** The one header in which those proxies tell it; `x-forwarded-for` by default. The other is never looked at. */
  readonly proxyHeader?: "x-forwarded-for" | "forwarded" | undefined
  /** CIDR ranges from which people may take part; everywhere by default. */
  readonly allow?: ReadonlyArray<string> | undefined
  /** CIDR ranges from which nobody may, even where `allow` has them. */
  readonly deny?: ReadonlyArray<string> | undefined
  /** Takes all IPv6 addresses of one /64 network, which one household or machine has, for one worker. */
  readonly groupIPv6?: boolean | undefined
  /** Stores a keyed pseudonym in place of each address; needs `secret`. */
  readonly pseudonyms?: boolean | undefined
  /** Signs names and makes pseudonyms; the same in every process over one database. Needed for names and pseudonyms. */
  readonly secret?: Redacted.Redacted<string> | undefined
}

/**
 * Where a request comes from.
 *
 * @since 0.1.0
 * @category models
 */
export interface Visit {
  /** The address at the other end of the connection; none where there is no such thing. */
  readonly peer: Option.Option<string>
  /** Request headers by their names in lower case. */
  readonly headers: { readonly [name: string]: string | undefined }
  /** The cookie `crowd_worker`, if there is one. */
  readonly cookie: Option.Option<string>
}

/**
 * @since 0.1.0
 * @category models
 */
export interface Service {
  /** Whether visitors give themselves a name. */
  readonly chooses: boolean
  /** The worker's name; none for a visitor who has yet to choose one. */
  readonly worker: (visit: Visit) => Effect.Effect<Option.Option<string>, Unwelcome>
  /** Gives a visitor the name they chose, first come, first served. Answers the value of the cookie that proves it. */
  readonly name: (
    visit: Visit,
    name: string
  ) => Effect.Effect<
    { readonly worker: string; readonly cookie: string },
    Unwelcome | InvalidName | NameTaken | StoreError
  >
}

/**
 * Who visitors are.
 *
 * @since 0.1.0
 * @category services
 */
export class Local extends Context.Tag("effect-crowd/Local")<Local, Service>() {}
