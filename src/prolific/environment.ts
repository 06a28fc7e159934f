/** Where calls go, where participants come, and with which token. */
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Redacted from "effect/Redacted"
import { InvalidSetting } from "../CrowdError.js"
import { isLoopback } from "../internal/hosts.js"
import type { Options } from "./options.js"

export interface Environment {
  /** Where the API is, without a slash at its end. */
  readonly api: string
  /** Where participants hand in their completion codes. */
  readonly app: string
  /** Where our pages are, without a slash at its end. */
  readonly pages: Option.Option<string>
  readonly token: Redacted.Redacted<string>
  /** Name or id, where one was chosen. */
  readonly workspace: Option.Option<string>
  readonly project: Option.Option<string>
}

const wrong = (setting: string, value: string, description: string) =>
  new InvalidSetting({ setting, value, description })

const addressOf = (setting: string, value: string): Effect.Effect<URL, InvalidSetting> => {
  const url = URL.canParse(value) ? new URL(value) : undefined
  const isPlain = url?.search === "" && url.hash === "" && url.username === "" && url.password === ""
  return url !== undefined && isPlain && /^https?:$/.test(url.protocol)
    ? Effect.succeed(url)
    : wrong(setting, value, "expected an address such as https://tasks.example.org")
}

const textOf = ({ href }: URL): string => href.replace(/\/+$/, "")

/** The option first, then the variable. */
const chosen = (option: string | undefined, variable: string): Effect.Effect<Option.Option<string>> =>
  option === undefined ? Effect.option(Config.nonEmptyString(variable)) : Effect.succeedSome(option)

const apiOf = (option: string | undefined): Effect.Effect<URL, InvalidSetting> =>
  Effect.gen(function* () {
    const found = Option.getOrElse(yield* chosen(option, "PROLIFIC_URL"), () => "https://api.prolific.com")
    const setting = option === undefined ? "PROLIFIC_URL" : "url"
    const url = yield* addressOf(setting, found)
    const isSafe = url.protocol === "https:" || isLoopback(url.hostname)
    return isSafe ? url : yield* wrong(setting, found, "the token would be sent in the clear; use https")
  })

const tokenOf = ({ token }: Options): Effect.Effect<Redacted.Redacted<string>, InvalidSetting> =>
  token === undefined
    ? Effect.mapError(Config.redacted(Config.nonEmptyString("PROLIFIC_TOKEN")), () =>
        wrong("token", "", "PROLIFIC_TOKEN is not set; a token is made in the settings of your researcher account")
      )
    : Effect.succeed(token)

const pagesOf = ({ pages }: Options, api: URL): Effect.Effect<Option.Option<string>, InvalidSetting> =>
  Effect.gen(function* () {
    if (pages === undefined) return Option.none()
    const url = yield* addressOf("pages", pages)
    return url.protocol === "https:" || isLoopback(api.hostname)
      ? Option.some(textOf(url))
      : yield* wrong("pages", pages, "participants come by https; http is for a local PROLIFIC_URL")
  })

export const resolve = (options: Options): Effect.Effect<Environment, InvalidSetting> =>
  Effect.gen(function* () {
    const api = yield* apiOf(options.url)
    return {
      api: textOf(api),
      app: isLoopback(api.hostname) ? api.origin : `https://${api.host.replace(/^api\./, "app.")}`,
      pages: yield* pagesOf(options, api),
      token: yield* tokenOf(options),
      workspace: yield* chosen(options.workspace, "PROLIFIC_WORKSPACE"),
      project: yield* chosen(options.project, "PROLIFIC_PROJECT")
    }
  })
