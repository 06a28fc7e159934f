/** Where people reach a server, and who of them may take part: options, and the variables that stand in for them. */
import { networkInterfaces } from "node:os"
import type * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import type * as FileSystem from "@effect/platform/FileSystem"
import * as Config from "effect/Config"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Redacted from "effect/Redacted"
import { bracketed, isLoopback, isUnspecified } from "../internal/hosts.js"
import type * as Local from "../Local.js"
import type { Database } from "./Database.js"
import { flagSetting, setting, severalSetting } from "./environment.js"
import { type NoSecret, UsageError } from "./failure.js"
import * as pageAddresses from "./pageAddresses.js"
import type { Entry } from "./providers.js"
import { Session } from "./Session.js"
import * as secrets from "./secrets.js"

const several = (name: string, pseudoName: string, description: string) =>
  Options.text(name).pipe(
    Options.withPseudoName(pseudoName),
    Options.withDescription(`${description}; may be given several times`)
  )

export const options = {
  ...pageAddresses.options,
  allowHost: severalSetting(
    several(
      "allow-host",
      "NAME",
      "A name, or name:port, under which others may ask for the pages beside the one of --url"
    ),
    "CROWD_ALLOW_HOST"
  ).option,
  identify: setting(
    Options.choice("identify", ["address", "name"]).pipe(
      Options.withDescription("What a worker is known by: their ip address (the default), or a name they choose")
    ),
    Config.literal("address", "name")("CROWD_IDENTIFY")
  ).option,
  namesPerHour: setting(
    Options.integer("names-per-hour").pipe(
      Options.withPseudoName("N"),
      Options.withDescription("New names that may be taken from one address in an hour, 100 by default")
    ),
    Config.integer("CROWD_NAMES_PER_HOUR")
  ).option,
  blockAddress: flagSetting(
    Options.boolean("block-address").pipe(
      Options.withDescription("With names: who is blocked, is so for every name from the addresses they worked at")
    ),
    "CROWD_BLOCK_ADDRESS"
  ).option,
  proxy: severalSetting(several("proxy", "CIDR", "Proxies whose word on people's addresses counts"), "CROWD_PROXY")
    .option,
  proxyHeader: setting(
    Options.choice("proxy-header", ["x-forwarded-for", "forwarded"]).pipe(
      Options.withDescription("The header in which the proxies tell it; x-forwarded-for by default")
    ),
    Config.literal("x-forwarded-for", "forwarded")("CROWD_PROXY_HEADER")
  ).option,
  allow: severalSetting(several("allow", "CIDR", "Only people from there may take part"), "CROWD_ALLOW").option,
  deny: severalSetting(several("deny", "CIDR", "Nobody from there may take part"), "CROWD_DENY").option,
  groupIpv6: flagSetting(
    Options.boolean("group-ipv6").pipe(
      Options.withDescription("Take all addresses of one IPv6 /64 network for one worker")
    ),
    "CROWD_GROUP_IPV6"
  ).option,
  pseudonyms: flagSetting(
    Options.boolean("pseudonyms").pipe(Options.withDescription("Store a pseudonym in place of each address")),
    "CROWD_PSEUDONYMS"
  ).option
}

export type Given = Command.Command.ParseConfig<typeof options>

export interface Settings extends pageAddresses.Places {
  /** Other names of the pages, each with a port or without. */
  readonly allowedHosts: ReadonlyArray<string>
  readonly secret: Redacted.Redacted<string>
  readonly token: Redacted.Redacted<string>
  readonly people: Local.Options
  /** Whom the pages are for. */
  readonly serves: Entry["serves"]
  /** How long whoever asks is told that the server stops. */
  readonly notice: Duration.Duration
}

/** A name, or an address, with a port or without. */
const checkHost = (host: string): Effect.Effect<string, UsageError> =>
  URL.canParse(`http://${host}`) && !/[/?#@\\\s]/.test(host)
    ? Effect.succeed(host)
    : new UsageError({
        message: `--allow-host ${host} cannot be: it is like crowd.example.org, or crowd.example.org:8443.`
      })

const peopleOf = (given: Given): Effect.Effect<Omit<Local.Options, "secret">, UsageError> =>
  Effect.gen(function* () {
    const allow = yield* given.allow
    return {
      identify: Option.getOrUndefined(yield* given.identify),
      namesPerHour: Option.getOrUndefined(yield* given.namesPerHour),
      blockAddress: yield* given.blockAddress,
      proxies: yield* given.proxy,
      proxyHeader: Option.getOrUndefined(yield* given.proxyHeader),
      allow: allow.length === 0 ? undefined : allow,
      deny: yield* given.deny,
      groupIPv6: yield* given.groupIpv6,
      pseudonyms: yield* given.pseudonyms
    }
  })

/** A proxy before several processes over one database has a second to turn to the others. */
const noticeOf = (database: Database, { proxies = [] }: Local.Options): Duration.Duration =>
  database._tag === "File" || proxies.length === 0 ? Duration.zero : Duration.seconds(1)

export const settle = (given: Given): Effect.Effect<Settings, UsageError | NoSecret, Session | FileSystem.FileSystem> =>
  Effect.gen(function* () {
    const { database, provider } = yield* Session
    yield* pageAddresses.urlOf(given)
    const places = yield* pageAddresses.settle(given)
    const allowedHosts = yield* Effect.flatMap(given.allowHost, Effect.forEach(checkHost))
    const people = yield* peopleOf(given)
    const secret = yield* secrets.secretOf(database)
    const token = yield* secrets.tokenOf(database, secret)
    const notice = noticeOf(database, people)
    return { ...places, allowedHosts, secret, token, people: { ...people, secret }, serves: provider.serves, notice }
  })

/** The names under which the pages may be asked for, beside the one in `url`. */
export const hostsOf = ({ allowedHosts, host, port }: Settings): ReadonlyArray<string> => [
  `${bracketed(host)}:${port}`,
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
  const isReachable = !isLoopback(host)
  if (Option.isSome(url)) return { workers: [`${url.value}/`], console: `${url.value}/console`, isReachable: true }
  if (!isUnspecified(host)) return { workers: [`${at(host)}/`], console: `${at(host)}/console`, isReachable }
  const names = outside()
  return {
    workers: (names.length === 0 ? ["127.0.0.1"] : names).map((name) => `${at(name)}/`),
    console: `${at("127.0.0.1")}/console`,
    isReachable
  }
}
