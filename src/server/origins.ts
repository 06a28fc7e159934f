/** Which names this server goes by, and which pages are its own. */
import type * as Headers from "@effect/platform/Headers"
import * as Option from "effect/Option"
import { bracketed } from "../internal/hosts.js"
import * as address from "../local/address.js"

export interface Options {
  /** The origin under which browsers reach the server, where something stands before it. */
  readonly url?: string | undefined
  /** Names, each with a port or without. */
  readonly hosts?: ReadonlyArray<string> | undefined
  /** The origin of frames. It is asked for here, and its pages are none of the server's own. */
  readonly framesUrl?: string | undefined
}

export interface Service {
  /**
   * Whether a browser that asks for this host cannot have been told by somebody else's name server that it is here.
   * Nobody can make an address, or `localhost`, name another machine.
   */
  readonly isOurHost: (host: string) => boolean
  /**
   * Whether a page of another site, or one in a sandbox, asks for this. Browsers say so themselves; programs that are no
   * browser say nothing and are no danger to anybody who uses one.
   */
  readonly isForeign: (headers: Headers.Headers) => boolean
}

export const parse: (text: string) => Option.Option<URL> = Option.liftThrowable((text) => new URL(text))

/** A host header without its port and the brackets of an IPv6 address. */
export const nameOf = (host: string): string =>
  host
    .replace(/:\d*$/, "")
    .replace(/^\[(.*)\]$/, "$1")
    .toLowerCase()

/** The origins that a host stands for; without a port, those of the default ports. */
const originsOf = (host: string): ReadonlyArray<string> =>
  ["http", "https"].flatMap((scheme) => {
    const url = parse(`${scheme}://${Option.isSome(address.read(host)) ? bracketed(host) : host}`)
    return Option.toArray(Option.map(url, ({ origin }) => origin))
  })

export const make = ({ framesUrl, hosts = [], url }: Options): Service => {
  const own = Option.flatMap(Option.fromNullable(url), parse)
  const given = new Set([...hosts.flatMap(originsOf), ...Option.toArray(Option.map(own, ({ origin }) => origin))])
  const frames = Option.flatMap(Option.fromNullable(framesUrl), parse)
  const names = new Set([
    "localhost",
    ...[...given].map((origin) => nameOf(new URL(origin).host)),
    ...Option.toArray(Option.map(frames, ({ host }) => nameOf(host)))
  ])

  const isOurHost = (host: string): boolean => {
    const name = nameOf(host)
    return names.has(name) || Option.isSome(address.read(name))
  }

  /** The page is at the host that is asked for, if that host is read as the page's scheme reads it. */
  const isOurPage = (origin: string, host: string): boolean =>
    Option.exists(parse(origin), (page) => {
      const asked = parse(`${page.protocol}//${host}`)
      return given.has(page.origin) || Option.exists(asked, (asked) => asked.host === page.host)
    })

  const isForeign = (headers: Headers.Headers): boolean => {
    const site = headers["sec-fetch-site"]
    if (site !== undefined) return site !== "same-origin" && site !== "none"
    const origin = headers["origin"]
    return origin !== undefined && !isOurPage(origin, headers["host"] ?? "")
  }

  return { isOurHost, isForeign }
}
