/** Addresses and ranges of them, each in one form only: IPv4-mapped IPv6 is IPv4, zone ids are dropped. */
import * as Option from "effect/Option"
import ipaddr from "ipaddr.js"
import { type Secret, sign } from "../internal/signature.js"

export type Address = ipaddr.IPv4 | ipaddr.IPv6

export interface Range {
  readonly base: Address
  readonly bits: number
}

const mappedBits = 96

export const read = (text: string): Option.Option<Address> => {
  if (!text.includes(":")) {
    return ipaddr.IPv4.isValidFourPartDecimal(text) ? Option.some(ipaddr.IPv4.parse(text)) : Option.none()
  }
  const bare = text.replace(/%[^%]*$/, "")
  return /^[0-9a-f:.]+$/i.test(bare) && ipaddr.IPv6.isValid(bare) ? Option.some(ipaddr.process(bare)) : Option.none()
}

/** A CIDR range; an address alone is the range of itself. */
export const readRange = (text: string): Option.Option<Range> => {
  const [, address, prefix] = /^([^/]+?)(?:\/(\d{1,3}))?$/.exec(text.trim()) ?? []
  if (address === undefined) return Option.none()
  return Option.flatMap(read(address), (base) => {
    const dropped = base.kind() === "ipv4" && address.includes(":") ? mappedBits : 0
    const most = base.kind() === "ipv4" ? 32 : 128
    const bits = prefix === undefined ? most : Number(prefix) - dropped
    return bits >= 0 && bits <= most ? Option.some({ base, bits }) : Option.none()
  })
}

/** An IPv4 address is in no IPv6 range, not even in the widest. */
export const isWithin = (address: Address, ranges: ReadonlyArray<Range>): boolean =>
  ranges.some(({ base, bits }) => base.kind() === address.kind() && address.match(base, bits))

/** The /64 network of an IPv6 address; IPv4 addresses as they are. */
export const networkOf = (address: Address): string =>
  address.kind() === "ipv4" ? address.toString() : `${ipaddr.IPv6.networkAddressFromCIDR(`${address}/64`)}/64`

/** The same for the same address and secret, and without the secret nobody can tell which address it stands for. */
export const pseudonym = (secret: Secret, address: string): string =>
  `p_${Buffer.from(sign(secret, ["address", address]), "base64url")
    .toString("hex")
    .slice(0, 16)}`

/** Whether `Local` could call somebody so who has not chosen the name. */
export const isGiven = (name: string): boolean => Option.isSome(readRange(name)) || /^p_[0-9a-f]{16}$/i.test(name)
