/** Where calls go, and which ids belong there. */
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { InvalidSetting, type StoreError } from "../CrowdError.js"
import type * as Store from "../Store.js"
import { data } from "../store/tables.js"
import { provider } from "./errors.js"
import type { Mode } from "./options.js"

const hosts: { readonly [M in Mode]: string } = {
  production: "mturk-requester.us-east-1.amazonaws.com",
  sandbox: "mturk-requester-sandbox.us-east-1.amazonaws.com"
}

export interface Environment {
  readonly endpoint: string
  /** Ids are good only within one of these: `production`, `sandbox`, or the host and port of another service. */
  readonly name: string
  readonly mode: Mode
  /** Whether it is one of Amazon's own. */
  readonly amazon: boolean
}

const variable = "AWS_ENDPOINT_URL_MTURK"

const amazonMode = (host: string): Mode | undefined =>
  host === hosts.production ? "production" : host === hosts.sandbox ? "sandbox" : undefined

const wrong = (setting: string, value: string, description: string) =>
  new InvalidSetting({ setting, value, description })

const fromUrl = (setting: string, value: string, mode: Mode): Effect.Effect<Environment, InvalidSetting> => {
  if (!URL.canParse(value) || !/^https?:$/.test(new URL(value).protocol)) {
    return wrong(setting, value, "an endpoint is a web address such as http://127.0.0.1:8080")
  }
  const { host } = new URL(value)
  const amazons = amazonMode(host)
  if (amazons === undefined) return Effect.succeed({ endpoint: value, name: host, mode, amazon: false })
  if (amazons === mode) return Effect.succeed({ endpoint: value, name: amazons, mode, amazon: true })
  return wrong(setting, value, `that is the ${amazons} service, and mode is "${mode}"; they have to say the same`)
}

/** The option comes first, then the variable, then the mode's own host. */
export const resolve = (endpoint: string | undefined, mode: Mode): Effect.Effect<Environment, InvalidSetting> =>
  Effect.gen(function* () {
    if (endpoint !== undefined) return yield* fromUrl("endpoint", endpoint, mode)
    const configured = yield* Effect.option(Config.nonEmptyString(variable))
    if (Option.isSome(configured)) return yield* fromUrl(variable, configured.value, mode)
    return { endpoint: `https://${hosts[mode]}`, name: mode, mode, amazon: true }
  })

const id = `${provider}/environment`

/** Writes down to which environment the ids in this database belong, once and for all. */
export const keep = (
  store: Store.Service,
  { amazon, mode, name }: Environment
): Effect.Effect<void, InvalidSetting | StoreError> =>
  Effect.gen(function* () {
    yield* store.insert(data, [{ id, provider, value: name }])
    const kept = Option.getOrUndefined(yield* store.get(data, id))?.value
    if (kept === name) return
    const isElsewhere = amazon && !Object.keys(hosts).includes(String(kept))
    const way = isElsewhere
      ? `set ${variable}, which is not set to it, or use another database`
      : "use another database"
    const description = `this database holds ids of ${String(kept)}, which mean nothing in ${name}; ${way}`
    return yield* wrong("mode", mode, description)
  })
