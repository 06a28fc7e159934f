/** Where people reach a server, and who of them may take part: options, and the variables that stand in for them. */
import { networkInterfaces } from "node:os"
import * as Options from "@effect/cli/Options"
import type * as FileSystem from "@effect/platform/FileSystem"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Redacted from "effect/Redacted"
import type * as Local from "../Local.js"
import { flag, fromConfig, list } from "./environment.js"
import { type NoSecret, UsageError } from "./failure.js"
import * as pageAddresses from "./pageAddresses.js"
import { Session } from "./Session.js"
import * as secrets from "./secrets.js"

const ranges = (name: string, description: string) =>
  Options.text(name).pipe(
    Options.withPseudoName("CIDR"),
    Options.withDescription(`${description}; may be given several times`),
    Options.repeated
  )

export const options = {
  ...pageAddresses.options,
  allowHost: Options.text("allow-host").pipe(
    Options.withPseudoName("NAME"),
    Options.withDescription(
      "A name, or name:port, under which others may ask for the pages beside the one of --url; may be given several times"
    ),
    Options.repeated
  ),
  identify: Options.choice("identify", ["address", "name"]).pipe(
    Options.withDescription("What a worker is known by: their ip address (the default), or a name they choose"),
    Options.optional
  ),
  namesPerHour: Options.integer("names-per-hour").pipe(
    Options.withPseudoName("N"),
    Options.withDescription("New names that may be taken from one address in an hour, 100 by default"),
    Options.optional
  ),
  blockAddress: Options.boolean("block-address").pipe(
    Options.withDescription("With names: who is blocked, is so for every name from the addresses they worked at")
  ),
  proxy: ranges("proxy", "Proxies whose word on people's addresses counts"),
  proxyHeader: Options.choice("proxy-header", ["x-forwarded-for", "forwarded"]).pipe(
    Options.withDescription("The header in which the proxies tell it; x-forwarded-for by default"),
    Options.optional
  ),
  allow: ranges("allow", "Only people from there may take part"),
  deny: ranges("deny", "Nobody from there may take part"),
  groupIpv6: Options.boolean("group-ipv6").pipe(
    Options.withDescription("Take all addresses of one IPv6 /64 network for one worker")
  ),
  pseudonyms: Options.boolean("pseudonyms").pipe(Options.withDescription("Store a pseudonym in place of each address"))
}

export interface Given extends pageAddresses.Given {
  readonly allowHost: ReadonlyArray<string>
  readonly identify: Option.Option<"address" | "name">
  readonly namesPerHour: Option.Option<number>
  readonly blockAddress: boolean
  readonly proxy: ReadonlyArray<string>
  readonly proxyHeader: Option.Option<"x-forwarded-for" | "forwarded">
  readonly allow: ReadonlyArray<string>
  readonly deny: ReadonlyArray<string>
  readonly groupIpv6: boolean
  readonly pseudonyms: boolean
}

const environment: Config.Config<Given> = Config.all({
  ...pageAddresses.variables,
  allowHost: list("CROWD_ALLOW_HOST"),
  identify: Config.option(Config.literal("address", "name")("CROWD_IDENTIFY")),
  namesPerHour: Config.option(Config.integer("CROWD_NAMES_PER_HOUR")),
  blockAddress: flag("CROWD_BLOCK_ADDRESS"),
  proxy: list("CROWD_PROXY"),
  proxyHeader: Config.option(Config.literal("x-forwarded-for", "forwarded")("CROWD_PROXY_HEADER")),
  allow: list("CROWD_ALLOW"),
  deny: list("CROWD_DENY"),
  groupIpv6: flag("CROWD_GROUP_IPV6"),
  pseudonyms: flag("CROWD_PSEUDONYMS")
})

/** What the command line says counts before what the environment says. */
const merge = (words: Given, variables: Given): Given => {
  const either = <A>(a: ReadonlyArray<A>, b: ReadonlyArray<A>) => (a.length > 0 ? a : b)
  return {
    ...pageAddresses.merge(words, variables),
    allowHost: either(words.allowHost, variables.allowHost),
    identify: Option.orElse(words.identify, () => variables.identify),
    namesPerHour: Option.orElse(words.namesPerHour, () => variables.namesPerHour),
    blockAddress: words.blockAddress || variables.blockAddress,
    proxy: either(words.proxy, variables.proxy),
    proxyHeader: Option.orElse(words.proxyHeader, () => variables.proxyHeader),
    allow: either(words.allow, variables.allow),
    deny: either(words.deny, variables.deny),
    groupIpv6: words.groupIpv6 || variables.groupIpv6,
    pseudonyms: words.pseudonyms || variables.pseudonyms
  }
}

export interface Settings extends pageAddresses.Places {
  /** Other names of the pages, each with a port or without. */
  readonly allowedHosts: ReadonlyArray<string>
  readonly secret: Redacted.Redacted<string>
  readonly token: Redacted.Redacted<string>
  readonly people: Local.Options
}

/** A name, or an address, with a port or without. */
const checkHost = (host: string): Effect.Effect<string, UsageError> =>
  URL.canParse(`http://${host}`) && !/[/?#@\\\s]/.test(host)
    ? Effect.succeed(host)
    : new UsageError({
        message: `--allow-host ${host} cannot be: it is like crowd.example.org, or crowd.example.org:8443.`
      })

export const settle = (words: Given): Effect.Effect<Settings, UsageError | NoSecret, Session | FileSystem.FileSystem> =>
  Effect.gen(function* () {
    const given = merge(words, yield* fromConfig(environment))
    const { database } = yield* Session
    const secret = yield* secrets.secretOf(database)
    return {
      ...(yield* pageAddresses.settle(given)),
      allowedHosts: yield* Effect.forEach(given.allowHost, checkHost),
      secret,
      token: yield* secrets.tokenOf(database, secret),
      people: {
        identify: Option.getOrUndefined(given.identify),
        namesPerHour: Option.getOrUndefined(given.namesPerHour),
        blockAddress: given.blockAddress,
        proxies: given.proxy,
        proxyHeader: Option.getOrUndefined(given.proxyHeader),
        allow: given.allow.length === 0 ? undefined : given.allow,
        deny: given.deny,
        groupIPv6: given.groupIpv6,
        pseudonyms: given.pseudonyms,
        secret
      }
    }
  })

/** The names under which the pages may be asked for, beside the one in `url`. */
export const hostsOf = ({ allowedHosts, host, port }: Settings): ReadonlyArray<string> => [
  `${host.includes(":") ? `[${host}]` : host}:${port}`,
  ...allowedHosts
]

const outside = (): ReadonlyArray<string> =>
  Object.values(networkInterfaces()).flatMap((addresses = []) =>
    addresses.flatMap(({ address, family, internal }) => (family === "IPv4" && !internal ? [address] : []))
  )

export interface Addresses {
  /** Where workers go, each of them the same place. */
  readonly workers: ReadonlyArray<string>
  /** Where the requester goes. */
  readonly console: string
  readonly isReachable: boolean
}

/** How the pages at this port are reached, from where it matters. */
export const addressesOf = ({ host, url }: Settings, port: number): Addresses => {
  const at = (name: string) => pageAddresses.at(name, port)
  const isReachable = !/^(127\.|::1$|localhost$)/.test(host)
  if (Option.isSome(url)) return { workers: [`${url.value}/`], console: `${url.value}/console`, isReachable: true }
  if (!pageAddresses.isEverywhere(host))
    return { workers: [`${at(host)}/`], console: `${at(host)}/console`, isReachable }
  const names = outside()
  return {
    workers: (names.length === 0 ? ["127.0.0.1"] : names).map((name) => `${at(name)}/`),
    console: `${at("127.0.0.1")}/console`,
    isReachable
  }
}
