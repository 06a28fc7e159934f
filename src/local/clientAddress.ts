/** Which address a visit comes from: the peer's own word, and that of the proxies which are trusted. */
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import parseForwarded from "forwarded-parse"
import { type Address, isWithin, type Range, read } from "./address.js"
import type { Options, Visit } from "./options.js"

export type Header = NonNullable<Options["proxyHeader"]>

/** The address in `1.2.3.4`, `1.2.3.4:5678`, `::1`, `[::1]` and `[::1]:5678`, quoted or not. */
const readNode = (node: string): Option.Option<Address> => {
  const [, bracketed, dotted] = /^(?:\[([^\]]*)\]|([\d.]+))(?::[\w.-]+)?$/.exec(node) ?? []
  return read(bracketed ?? dotted ?? node)
}

const unquoted = (text: string): string => text.trim().replace(/^"(.*)"$/, "$1")

/** What each proxy was spoken to by, the latest last; nothing where the header is beyond reading. */
const nodesIn = (header: Header, value: string): Option.Option<ReadonlyArray<string>> =>
  header === "x-forwarded-for"
    ? Option.some(
        value
          .split(",")
          .map(unquoted)
          .filter((node) => node !== "")
      )
    : Option.liftThrowable(() => parseForwarded(value).map((element) => element.for ?? ""))()

/** From the peer back, over trusted proxies, to the first who is none. Left: what cannot be read as an address. */
export const originOf = (
  visit: Visit,
  proxies: ReadonlyArray<Range>,
  header: Header
): Either.Either<Address, string> => {
  const peer = Option.getOrElse(visit.peer, () => "")
  const nearest = read(peer)
  if (Option.isNone(nearest)) return Either.left(peer)
  const told = visit.headers[header]
  if (told === undefined || told.trim() === "" || !isWithin(nearest.value, proxies)) return Either.right(nearest.value)
  const nodes = nodesIn(header, told)
  if (Option.isNone(nodes)) return Either.left(told)
  let origin = nearest.value
  for (const node of nodes.value.toReversed()) {
    const address = readNode(node)
    if (Option.isNone(address)) return Either.left(node)
    origin = address.value
    if (!isWithin(origin, proxies)) break
  }
  return Either.right(origin)
}
