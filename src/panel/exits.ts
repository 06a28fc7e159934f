/** Where people go from here, and how a page says how their visit ended. */
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Record from "effect/Record"
import type { Details, Exit } from "../Agents.js"
import type { ProviderError } from "../CrowdError.js"
import type { Driver, Leaving } from "../Driver.js"
import { suggestion } from "../internal/text.js"
import type { PanelExit, PanelSettings } from "../PanelSettings.js"
import { fill, hasOwnCode } from "../panel-settings/templates.js"
import { type Outcome, SaidOutcome } from "../States.js"
import * as codes from "./codes.js"
import { type Panel, secretFor, settingsOf } from "./panel.js"

const isSaid = (value: unknown): value is SaidOutcome =>
  Predicate.isString(value) && SaidOutcome.literals.some((known) => known === value)

/** What a page says that says nothing is that all was done; what nobody knows is refused, and never taken for that. */
export const outcomeOf =
  (panel: Panel): NonNullable<Driver["outcomeOf"]> =>
  (run, answers) => {
    const settings = settingsOf(panel, run)
    if (Option.isNone(settings)) return Either.right("completed")
    const name = settings.value.outcome
    const said = Object.hasOwn(answers, name) ? answers[name] : undefined
    if (said === undefined || said === null || said === "") return Either.right("completed")
    if (isSaid(said)) return Either.right(said)
    const words = Predicate.isString(said) ? said.slice(0, 40) : typeof said
    return Either.left(`${name} is "${words}", which is no outcome; ${suggestion(words, SaidOutcome.literals)}`)
  }

interface Leaver {
  /** What a code of theirs is made for. */
  readonly who: string
  readonly id: string
  readonly session: string
  readonly details: Details
}

/** Who leaves: by their agent, or as they came. */
const leaver = ({ agent, arrival }: Leaving): Option.Option<Leaver> => {
  const came = Option.map(arrival, ({ details, remoteAgent, workerName }) => ({
    who: workerName,
    id: workerName,
    session: Option.getOrElse(remoteAgent, () => workerName),
    details: details ?? {}
  }))
  return Option.orElse(
    Option.map(agent, ({ details, id, remoteId, workerName }) => ({
      who: id,
      id: workerName,
      session: Option.getOrElse(remoteId, () => workerName),
      details: Option.getOrElse(details, () => ({}))
    })),
    () => came
  )
}

/** What an address can be filled in with; a parameter that was left out is empty. */
const valuesOf = ({ keep, session, study }: PanelSettings, { details, id, ...who }: Leaver): Map<string, string> => {
  const kept = (name: string) => Option.getOrElse(Record.get(details, name), () => "")
  return new Map([
    ...keep.map((name) => [name, kept(name)] as const),
    ["id", id],
    ...(session === undefined ? [] : [["session", who.session] as const]),
    ...(study === undefined ? [] : [["study", kept(study)] as const])
  ])
}

const exitOf = ({ exits }: PanelSettings, outcome: Outcome): PanelExit | undefined =>
  exits[outcome === "notAllowed" ? "screenedOut" : outcome]

type Asked<A> = Either.Either<Option.Option<A>, ProviderError>

const ownCode = (panel: Panel, { outcome, run }: Leaving, { who }: Leaver): Either.Either<string, ProviderError> =>
  Either.map(secretFor(panel, "exit", run), (secret) => codes.make(secret, { run: run.id, who, outcome }))

/** The code that somebody leaves with, wherever it stands; none where they leave by none. */
export const codeOf = (panel: Panel, leaving: Leaving): Asked<string> => {
  const found = Option.all({ settings: settingsOf(panel, leaving.run), who: leaver(leaving) })
  if (Option.isNone(found)) return Either.right(Option.none())
  const exit = exitOf(found.value.settings, leaving.outcome)
  if (exit === undefined) return Either.right(Option.none())
  if (hasOwnCode(exit)) return Either.map(ownCode(panel, leaving, found.value.who), Option.some)
  return Either.right("code" in exit ? Option.some(exit.code) : Option.none())
}

/** Where somebody goes; none where this outcome has no exit. */
export const exit = (panel: Panel, leaving: Leaving): Asked<Exit> =>
  Either.gen(function* () {
    const found = Option.all({ settings: settingsOf(panel, leaving.run), who: leaver(leaving) })
    if (Option.isNone(found)) return Option.none()
    const { settings, who } = found.value
    const exit = exitOf(settings, leaving.outcome)
    if (exit === undefined) return Option.none()
    const code = yield* codeOf(panel, leaving)
    if ("code" in exit) return Option.map(code, (code) => ({ _tag: "Code", code }))
    const values = valuesOf(settings, who)
    if (Option.isSome(code)) values.set("code", code.value)
    return Option.map(fill(exit.redirect, values), (url) => ({ _tag: "Redirect", url }))
  })
