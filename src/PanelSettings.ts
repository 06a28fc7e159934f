/**
 * How people come from a panel by a link, and how they leave: the names of a link's parameters, and an exit for each
 * outcome. Values only; `Panel` does what they say. In a `task.json` they are its `"panel"`: a preset's name, or an object.
 *
 * @since 0.1.0
 */
import * as Either from "effect/Either"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import { named } from "./internal/schemas.js"
import * as faults from "./panel-settings/faults.js"
import { presets } from "./panel-settings/presets.js"
import { codeFault, hasOwnCode, placeholdersIn, templateFault } from "./panel-settings/templates.js"

/**
 * The name of a parameter, in its exact case.
 *
 * @since 0.1.0
 * @category models
 */
export const ParameterName = Schema.String.pipe(
  Schema.pattern(/^[\w.~-]{1,64}$/, {
    message: () => "must be the name of a parameter: letters, digits, _, ., ~ and -, at most 64"
  })
)

const Code = Schema.String.pipe(Schema.filter((code) => codeFault(code) ?? true))

const Redirect = Schema.String.pipe(
  Schema.filter((template) => templateFault(template) ?? true, {
    arbitrary: () => (fc) => fc.webUrl({ validSchemes: ["https"], withQueryParameters: true })
  })
)

/**
 * How somebody leaves: with a code, the same for all or, as `each`, one of their own that `Panel.verify` knows again; or to
 * an address, in which `{id}`, `{session}`, `{study}`, `{code}` and names that are kept are filled in.
 *
 * @since 0.1.0
 * @category models
 */
export const PanelExit = Schema.Union(Schema.Struct({ code: Code }), Schema.Struct({ redirect: Redirect })).annotations(
  {
    identifier: "PanelExit",
    message: ({ actual }) => ({ message: faults.ofExit(actual), override: true })
  }
)
/**
 * @since 0.1.0
 * @category models
 */
export type PanelExit = typeof PanelExit.Type

const exit = Schema.optionalWith(PanelExit, { exact: true })

/**
 * Where each outcome leads; without an exit there is only a page that says how it ended. Whoever may not take part leaves
 * as one who was screened out.
 *
 * @since 0.1.0
 * @category models
 */
export const PanelExits = Schema.Struct({
  completed: exit,
  partial: exit,
  screenedOut: exit,
  overQuota: exit,
  failedCheck: exit,
  noConsent: exit,
  returned: exit,
  timedOut: exit,
  noWork: exit
})
/**
 * @since 0.1.0
 * @category models
 */
export interface PanelExits extends Schema.Schema.Type<typeof PanelExits> {}

/**
 * By what a link shows that it is the panel's: a parameter that holds a signature in hex or base64, made with the secret
 * over these parameters, or over the whole query but itself. `checksum` is SHA-256 of the text followed by the secret.
 *
 * @since 0.1.0
 * @category models
 */
export const PanelProof = Schema.Struct({
  parameter: ParameterName,
  algorithm: Schema.Literal("hmac-sha256", "checksum").annotations({
    message: () => ({ message: 'must be "hmac-sha256" or "checksum"', override: true })
  }),
  over: Schema.Union(Schema.Literal("query"), Schema.Array(ParameterName)).annotations({
    message: () => ({ message: 'must be "query", or a list of names of parameters', override: true })
  })
})
/**
 * @since 0.1.0
 * @category models
 */
export interface PanelProof extends Schema.Schema.Type<typeof PanelProof> {}

/**
 * How people come from a panel, and how they leave.
 *
 * @since 0.1.0
 * @category models
 */
export const PanelSettings = Schema.Struct({
  /** The parameter that tells who comes. */
  id: ParameterName,
  /** The one that tells their visit from another of theirs; without it, one person has one visit to a run. */
  session: Schema.optionalWith(ParameterName, { exact: true }),
  study: Schema.optionalWith(ParameterName, { exact: true }),
  /** What else is kept with the agent, and exported; it may be left out of a link. */
  keep: Schema.optionalWith(Schema.Array(ParameterName), { exact: true, default: () => [] }),
  /**
   * The query to give to the panel, with its own placeholders; empty where the panel appends what it has to say itself.
   */
  link: Schema.optionalWith(Schema.String.pipe(Schema.maxLength(2_048)), { exact: true }),
  proof: Schema.optionalWith(named<PanelProof>()(PanelProof), { exact: true }),
  /** The name of the answer by which a page says how the visit ended. */
  outcome: Schema.optionalWith(ParameterName, { exact: true, default: () => "crowd_outcome" }),
  exits: Schema.optionalWith(named<PanelExits>()(PanelExits), { exact: true, default: () => ({}) })
}).annotations({ identifier: "PanelSettings" })
/**
 * @since 0.1.0
 * @category models
 */
export interface PanelSettings extends Schema.Schema.Type<typeof PanelSettings> {}

/**
 * A panel whose parameters are known.
 *
 * @since 0.1.0
 * @category models
 */
export type PresetName = keyof typeof presets

/**
 * Settings as they are written: a preset's name, or an object, which may begin with a preset.
 *
 * @since 0.1.0
 * @category models
 */
export type Given = PresetName | (Partial<typeof PanelSettings.Encoded> & { readonly preset?: PresetName | undefined })

/**
 * What is wrong at the path.
 *
 * @since 0.1.0
 * @category models
 */
export interface SettingFault {
  readonly path: ReadonlyArray<string | number>
  readonly message: string
}

/**
 * The names of the panels whose parameters are known.
 *
 * @since 0.1.0
 * @category constants
 */
export const presetNames: ReadonlyArray<string> = Object.keys(presets)

/**
 * Whether the secret is needed: to make codes, or to check links.
 *
 * @since 0.1.0
 * @category predicates
 */
export const needsSecret = ({ exits, proof }: PanelSettings): boolean =>
  proof !== undefined || Object.values({ ...exits }).some(hasOwnCode)

const decodeWhole = Schema.decodeUnknownEither(PanelSettings, { errors: "all" })

/** What each part says is well, but not together. */
const mismatches = (settings: PanelSettings): ReadonlyArray<SettingFault> => {
  const { exits, id, keep, link, proof, session, study } = settings
  const known = ["id", "code", ...(session ? ["session"] : []), ...(study ? ["study"] : []), ...keep]
  const unknown = Object.entries({ ...exits }).flatMap(([outcome, exit]: [string, PanelExit]) =>
    ("redirect" in exit ? placeholdersIn(exit.redirect) : [])
      .filter((name) => !known.includes(name))
      .map((name) => ({ path: ["exits", outcome, "redirect"], message: faults.ofPlaceholder(name, known) }))
  )
  const names = [id, session, study, ...keep, proof?.parameter].filter(Predicate.isNotUndefined)
  const over = proof?.over ?? "query"
  const unproven = [id, session].filter((name) => name !== undefined && over !== "query" && !over.includes(name))
  return [
    ...unknown,
    ...names
      .filter((name, i) => names.indexOf(name) < i)
      .map((name) => ({ path: [], message: `has the parameter "${name}" twice; each is for one thing` })),
    ...keep
      .filter((name) => ["id", "session", "study", "code"].includes(name))
      .map((name) => ({ path: ["keep"], message: `has "${name}", which stands for something else in addresses` })),
    ...unproven.map((name) => ({
      path: ["proof", "over"],
      message: `lacks "${name}", so that anybody could change it`
    })),
    ...(!link || new URLSearchParams(link).has(id) ? [] : [{ path: ["link"], message: `lacks the parameter "${id}"` }])
  ]
}

const decodeObject = (json: {
  readonly [key: PropertyKey]: unknown
}): Either.Either<PanelSettings, ReadonlyArray<SettingFault>> => {
  const { exits: ownExits, preset: name, ...own } = json
  const preset = name === undefined ? Either.right(undefined) : faults.presetOf(name)
  const base = Either.getOrUndefined(preset)
  const exits = ownExits === undefined || Predicate.isRecord(ownExits) ? { ...base?.exits, ...ownExits } : ownExits
  const decoded = Either.mapLeft(decodeWhole({ ...base, ...own, exits }), faults.ofFields)
  const wrong = [
    ...Either.match(preset, { onLeft: (message) => [{ path: ["preset"], message }], onRight: () => [] }),
    ...faults.ofUnknownKeys(own, Object.keys(PanelSettings.fields), []),
    ...faults.ofUnknownKeys(ownExits, Object.keys(PanelExits.fields), ["exits"]),
    ...faults.ofUnknownKeys(own["proof"], Object.keys(PanelProof.fields), ["proof"]),
    ...Either.match(decoded, {
      onLeft: (found) => found,
      onRight: (settings) => [...faults.ofMixedExits(ownExits), ...mismatches(settings)]
    })
  ]
  return Either.filterOrLeft(
    Either.mapLeft(decoded, () => wrong),
    () => wrong.length === 0,
    () => wrong
  )
}

/**
 * Reads settings as they are written. The `Left` is all that is wrong with them.
 *
 * @example
 * import { PanelSettings } from "effect-crowd"
 *
 * PanelSettings.decode("besample")
 * PanelSettings.decode({
 *   preset: "sona",
 *   exits: {
 *     completed: {
 *       redirect: "https://school.sona-systems.com/webstudy_credit.aspx?experiment_id=7&credit_token=abc&survey_code={id}"
 *     }
 *   }
 * })
 *
 * @since 0.1.0
 * @category constructors
 */
export const decode = (given: unknown): Either.Either<PanelSettings, ReadonlyArray<SettingFault>> => {
  if (Predicate.isRecord(given)) return decodeObject(given)
  return Predicate.isString(given)
    ? Either.match(faults.presetOf(given), {
        onLeft: (message) => Either.left([{ path: [], message }]),
        onRight: decodeObject
      })
    : Either.left([{ path: [], message: 'must be the name of a panel, or an object: { "id": … }' }])
}
