/** What Local is told, who visits it, and what it says of them. */
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import type * as Redacted from "effect/Redacted"
import type { InvalidName, NameNotTaken, NameTaken, StoreError, TooManyNames, Unwelcome } from "../CrowdError.js"

/**
 * How workers are told apart, where visitors come from, and who is let in.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options {
  /**
   * How a worker is told from another: by their ip address (the default), or by a name they choose once, kept in a
   * signed cookie, where many share an address.
   */
  readonly identify?: "address" | "name" | undefined
  /**
   * How many new names visitors from one address (of IPv6, one /64 network) may take in an hour, in each process; 100 by
   * default.
   */
  readonly namesPerHour?: number | undefined
  /**
   * Whether a block also holds for the addresses (of IPv6, the /64 networks) at which the blocked name was seen: nobody of
   * another name takes part from there, within 3 seconds. Off by default, since names are for people who share an address.
   */
  readonly blockAddress?: boolean | undefined
  /** CIDR ranges of the proxies whose word on the client's address counts; none by default. */
  readonly proxies?: ReadonlyArray<string> | undefined
  /** The one header in which those proxies tell it; `x-forwarded-for` by default. The other is never looked at. */
  readonly proxyHeader?: "x-forwarded-for" | "forwarded" | undefined
  /** CIDR ranges from which people may take part; everywhere by default. IPv4 addresses are in no IPv6 range. */
  readonly allow?: ReadonlyArray<string> | undefined
  /** CIDR ranges from which nobody may, even where `allow` has them. */
  readonly deny?: ReadonlyArray<string> | undefined
  /** Takes all IPv6 addresses of one /64 network, which one household or machine has, for one worker. */
  readonly groupIPv6?: boolean | undefined
  /** Stores a keyed pseudonym in place of each address; needs `secret`. */
  readonly pseudonyms?: boolean | undefined
  /**
   * Signs names and makes pseudonyms; needed for both, 16 characters or more. The same in every process over one
   * database, and of that database alone: a cookie from another one would prove a name here.
   */
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
 * Who a visitor of the pages is, for the server that shows them.
 *
 * @since 0.1.0
 * @category models
 */
export interface Service {
  /** Whether visitors give themselves a name. */
  readonly chooses: boolean
  /**
   * Where a visit comes from, as the peer and the trusted proxies say, whether it may take part or not: an address, of
   * IPv6 its /64 network; none where nobody can tell.
   */
  readonly network: (visit: Visit) => Option.Option<string>
  /** The worker's name; none for a visitor who has yet to choose one. */
  readonly worker: (visit: Visit) => Effect.Effect<Option.Option<string>, Unwelcome | StoreError>
  /** Gives a visitor the name they chose, first come, first served. Answers the value of the cookie that proves it. */
  readonly name: (
    visit: Visit,
    name: string
  ) => Effect.Effect<
    { readonly worker: string; readonly cookie: string },
    Unwelcome | InvalidName | NameTaken | TooManyNames | StoreError
  >
  /**
   * Frees a name whose cookie was lost: what proved it proves it no more, and whoever chooses it next is the same worker,
   * with their work and pay. Answers the name as the worker has it. Every process over the database knows within 3
   * seconds, and gives the name to nobody before 5.
   */
  readonly release: (name: string) => Effect.Effect<string, NameNotTaken | StoreError>
}
