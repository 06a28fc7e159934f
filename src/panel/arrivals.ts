/** Who comes by a panel's link: what it says is read by the settings of the run, and refused where it cannot be so. */
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import { InvalidProviderData, type LinkFault } from "../CrowdError.js"
import type { Arrival, Arrivals } from "../Driver.js"
import { lineFault } from "../internal/text.js"
import { decodeUntrusted } from "../internal/untrusted.js"
import type { PanelSettings } from "../PanelSettings.js"
import type { TaskRun } from "../TaskRuns.js"
import { type Panel, provider, secretFor, settingsOf } from "./panel.js"
import { holds } from "./proof.js"

const longestQuery = 8_192

export const ProviderData = Schema.Struct({ query: Schema.String.pipe(Schema.maxLength(longestQuery)) })

const decode = decodeUntrusted(ProviderData)

const longest = 256

/** Places that a panel has not filled in, in the ways in which panels write them. */
const placeholders: ReadonlyArray<RegExp> = [
  /^%[^%]+%$/,
  // %CAMPAIGN% is read as a byte, %CA, that is no character.
  /^\uFFFD[^%]*%$/,
  /\{\{.*\}\}/,
  /^[$#]?\{.*\}$/,
  /^\$\(.*\)$/,
  /^\[.*\]$/,
  /^<.*>$/,
  /^TRACKING_?ID$/i,
  /^…$/
]

/** What stands there while nobody takes part: in a preview, or where a page of the panel's had nothing to fill in. */
const sentinels: ReadonlyArray<string> = ["assignment_id_not_available", "preview", "undefined", "null", "none", "nan"]

/** A link's own words may be meant as they are, such as `group=b`; but never for who comes. */
const isPlaceholder = (value: string, name: string, { id, link = "", session }: PanelSettings): boolean => {
  const isTold = name === id || name === session || /[^\w.~-]/.test(value)
  return (isTold && value === new URLSearchParams(link).get(name)) || placeholders.some((form) => form.test(value))
}

/** What is wrong with a link, in words, and as which of the faults that pages have words for. */
interface Wrong {
  readonly description: string
  readonly fault?: LinkFault
}

type Read<A> = Either.Either<A, Wrong>

const wrong = (description: string, fault?: LinkFault): Either.Either<never, Wrong> =>
  Either.left({ description, ...(fault !== undefined && { fault }) })

/** The value of one parameter; none where the link lacks it or has it empty. */
const valueOf = (query: URLSearchParams, name: string, settings: PanelSettings): Read<Option.Option<string>> => {
  const [value = "", ...others] = query.getAll(name)
  const ofName = (words: string) => `"${name}" of this link ${words}`
  if (others.length > 0) return wrong(ofName("is there more than once"))
  if (value.trim() === "") return Either.right(Option.none())
  if (isPlaceholder(value, name, settings)) return wrong(ofName("was not filled in by the panel"), "unfilled")
  if (value.length > longest) return wrong(ofName(`is longer than ${longest} characters`))
  const fault = lineFault(value)
  return fault === undefined ? Either.right(Option.some(value)) : wrong(ofName(fault))
}

const required = (query: URLSearchParams, name: string, settings: PanelSettings): Read<string> =>
  Either.flatMap(valueOf(query, name, settings), (value) => {
    if (Option.isNone(value)) return wrong(`this link lacks "${name}", so that nobody knows who comes`, "missing")
    if (sentinels.includes(value.value.toLowerCase()))
      return wrong(`"${name}" of this link is that of a preview`, "preview")
    return /^\.+$/.test(value.value) ? wrong(`"${name}" of this link is no id`) : Either.right(value.value)
  })

const detailsOf = (query: URLSearchParams, settings: PanelSettings): Read<Arrival["details"]> =>
  Either.map(
    Either.all(
      [settings.study, ...settings.keep]
        .filter(Predicate.isNotUndefined)
        .map((name) => Either.map(valueOf(query, name, settings), (value) => [name, value] as const))
    ),
    (values) => {
      const kept = values.flatMap(([name, value]) => (Option.isSome(value) ? [[name, value.value] as const] : []))
      return kept.length === 0 ? undefined : Object.fromEntries(kept)
    }
  )

/** The same person is the same agent; where visits have names, in the same visit. */
const arrivalOf = (query: URLSearchParams, settings: PanelSettings): Read<Arrival> =>
  Either.gen(function* () {
    const workerName = yield* required(query, settings.id, settings)
    const session = settings.session === undefined ? workerName : yield* required(query, settings.session, settings)
    const details = yield* detailsOf(query, settings)
    return { workerName, offer: Option.none(), remoteAgent: Option.some(session), details }
  })

const proven = (panel: Panel, run: TaskRun, { proof }: PanelSettings, query: string): Read<void> => {
  if (proof === undefined) return Either.void
  const secret = secretFor(panel, "arrivals", run)
  if (Either.isLeft(secret)) return wrong("links cannot be checked now: the secret is missing, or another")
  return holds(proof, secret.right, query)
    ? Either.void
    : wrong("this link was changed, or is not the panel's", "unproven")
}

export const make =
  (panel: Panel): Arrivals =>
  (data, run) =>
    Either.gen(function* () {
      const { query } = yield* Either.mapLeft(decode(data), () => ({
        description: `this is no link, or one of more than ${longestQuery} characters`
      }))
      const settings = yield* Either.fromOption(settingsOf(panel, run), () => ({
        description: "nothing says how people come to this run"
      }))
      const arrival = yield* arrivalOf(new URLSearchParams(query), settings)
      yield* proven(panel, run, settings, query)
      return { arrival }
    }).pipe(Either.mapLeft((wrong) => new InvalidProviderData({ provider, ...wrong })))
