/** Options, checked once and made ready. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { InvalidSetting } from "../CrowdError.js"
import type { Secret } from "../internal/signature.js"
import { type Address, networkOf, pseudonym, type Range, readRange } from "./address.js"
import type { Header } from "./clientAddress.js"
import type { Options } from "./options.js"

const shortestSecret = 16

/** How a worker is told from another. */
export type Identity =
  | { readonly _tag: "Address"; readonly workerAt: (address: Address) => string }
  | { readonly _tag: "Name"; readonly secret: Secret; readonly blocksAddress: boolean }

export interface Settings {
  readonly identity: Identity
  readonly proxies: ReadonlyArray<Range>
  readonly proxyHeader: Header
  readonly allow: Option.Option<ReadonlyArray<Range>>
  readonly deny: ReadonlyArray<Range>
  readonly namesPerHour: number
}

const ranges = (
  setting: "proxies" | "allow" | "deny",
  texts: ReadonlyArray<string> = []
): Effect.Effect<ReadonlyArray<Range>, InvalidSetting> =>
  Effect.forEach(texts, (value) =>
    Effect.mapError(
      readRange(value),
      () => new InvalidSetting({ setting, value, description: "a range is written as 192.168.0.0/16 or fd00::/8" })
    )
  )

const secretOf = (secret: Secret | undefined): Effect.Effect<Secret, InvalidSetting> => {
  const wrong = (value: string, description: string) => new InvalidSetting({ setting: "secret", value, description })
  if (secret === undefined) return wrong("", "names and pseudonyms need one")
  return Redacted.value(secret).length < shortestSecret
    ? wrong(String(secret), `it needs at least ${shortestSecret} characters`)
    : Effect.succeed(secret)
}

const identityOf = (options: Options): Effect.Effect<Identity, InvalidSetting> => {
  if (options.identify === "name") {
    return Effect.map(secretOf(options.secret), (secret) => ({
      _tag: "Name",
      secret,
      blocksAddress: options.blockAddress === true
    }))
  }
  const written = options.groupIPv6 === true ? networkOf : String
  return options.pseudonyms === true
    ? Effect.map(secretOf(options.secret), (secret) => ({
        _tag: "Address",
        workerAt: (address) => pseudonym(secret, written(address))
      }))
    : Effect.succeed({ _tag: "Address", workerAt: written })
}

const namesByDefault = 100

const namesOf = (value: number = namesByDefault): Effect.Effect<number, InvalidSetting> =>
  Number.isSafeInteger(value) && value >= 1
    ? Effect.succeed(value)
    : new InvalidSetting({
        setting: "namesPerHour",
        value: String(value),
        description: "it is a whole number, 1 or more"
      })

export const check = (options: Options): Effect.Effect<Settings, InvalidSetting> =>
  Effect.gen(function* () {
    return {
      identity: yield* identityOf(options),
      proxies: yield* ranges("proxies", options.proxies),
      proxyHeader: options.proxyHeader ?? "x-forwarded-for",
      allow: options.allow === undefined ? Option.none() : Option.some(yield* ranges("allow", options.allow)),
      deny: yield* ranges("deny", options.deny),
      namesPerHour: yield* namesOf(options.namesPerHour)
    }
  })
