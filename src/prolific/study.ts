/** A run is one study: found by its marker, or made as a draft, which is free and which nobody sees. */
import * as Request from "@effect/platform/HttpClientRequest"
import * as Chunk from "effect/Chunk"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Order from "effect/Order"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { escapeText } from "entities"
import type { ProviderError } from "../CrowdError.js"
import type { Driver } from "../Driver.js"
import * as tables from "../store/tables.js"
import type { Task, TaskRun } from "../TaskRuns.js"
import { Nothing } from "./client.js"
import { type Codes, type Crowd, type Setup, stored } from "./crowd.js"
import { failure, isMissing, provider, toProviderError } from "./errors.js"
import { filtersOf } from "./filters.js"
import { everyPage } from "./paging.js"
import type { BaseStudy, CreateStudy, StudyTransition } from "./protocol.js"
import { ratesOf } from "./rates.js"
import * as replies from "./replies.js"

const pathOf = (study: string) => `/api/v1/studies/${study}/`

export const get = ({ client }: Crowd, study: string) =>
  client.call("get-study", Request.get(pathOf(study)), replies.Study)

export const update = ({ client }: Crowd, study: string, change: BaseStudy) =>
  client.call("update-study", Request.bodyUnsafeJson(Request.patch(pathOf(study)), change), replies.Study)

export const transition = ({ client }: Crowd, study: string, action: StudyTransition["action"]) =>
  client.call(
    `${action.toLowerCase()}-study`,
    Request.bodyUnsafeJson(Request.post(`${pathOf(study)}transition/`), { action } satisfies StudyTransition),
    Nothing
  )

/** A draft that is gone already was deleted before. */
export const remove = ({ client }: Crowd, study: string): Effect.Effect<void, ProviderError> =>
  client.call("delete-study", Request.del(pathOf(study)), Nothing).pipe(
    Effect.catchIf(isMissing, () => Effect.void),
    Effect.mapError(toProviderError),
    Effect.asVoid
  )

/** Studies of the run; more than one where two processes made it, or where a list was behind. Oldest first. */
export const ofRun = (crowd: Crowd, run: TaskRun): Effect.Effect<ReadonlyArray<replies.StudyShort>, ProviderError> =>
  Effect.flatMap(crowd.project, (project) =>
    everyPage(
      crowd.client,
      "get-project-studies",
      `/api/v1/projects/${project}/studies/`,
      { ordering: "-date_created" },
      replies.StudyShort
    ).pipe(
      Stream.filter(({ internal_name }) => Option.exists(internal_name, (name) => name.endsWith(markerOf(run)))),
      Stream.runCollect,
      Effect.map((found) => Chunk.toReadonlyArray(found).toSorted(byAge))
    )
  )

const byAge = Order.combine(
  Order.mapInput(Order.string, ({ date_created }: replies.StudyShort) => date_created),
  Order.mapInput(Order.string, ({ id }: replies.StudyShort) => id)
)

const markerOf = ({ id }: TaskRun): string => `[${id}]`

const longestTitle = 80

/** A day is the end of what Prolific allows; six minutes the least, for an estimate of one. */
const allowedFor = (duration: Duration.Duration): number =>
  Math.min(24 * 60 - 1, Math.max(6, Math.ceil(Duration.toMinutes(duration))))

/** In whole minutes: the longest estimate `e` whose least allowed time, 2 + 2e + 2√e, is no more than the task's. */
export const timesOf = ({ duration }: Task): { readonly estimated: number; readonly allowed: number } => {
  const allowed = allowedFor(duration)
  const root = (Math.sqrt(1 + 2 * (allowed - 2)) - 1) / 2
  return { allowed, estimated: Math.max(1, Math.floor(root ** 2)) }
}

/** Where participants come; Prolific fills in who they are. */
export const addressOf = ({ environment }: Crowd, { id }: TaskRun): Option.Option<string> =>
  Option.map(
    environment.pages,
    (pages) => `${pages}/task/${id}?PROLIFIC_PID={{%PROLIFIC_PID%}}&STUDY_ID={{%STUDY_ID%}}&SESSION_ID={{%SESSION_ID%}}`
  )

const alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"

/** Of 60 bits, so that nobody guesses it. */
const newCode: Effect.Effect<string> = Effect.sync(() =>
  [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => alphabet.charAt(byte % alphabet.length)).join("")
)

const codeTypes = { completed: "COMPLETED", noWork: "OTHER" } as const satisfies { readonly [C in keyof Codes]: string }

const noWorkReason =
  "There was no work left when you came. Please return this submission; it does not count against you."

const specOf = (crowd: Crowd, run: TaskRun): Effect.Effect<CreateStudy, ProviderError> =>
  Effect.gen(function* () {
    const { description, maxUnitsPerWorker, permissions, reward, title } = run.task
    const { allowed, estimated } = timesOf(run.task)
    const address = addressOf(crowd, run)
    if (Option.isNone(address)) return yield* failure("Rejected", "setup", "where do participants come? Set `pages`")
    return {
      name: title,
      internal_name: `${title.slice(0, longestTitle)} ${markerOf(run)}`,
      metadata: run.id,
      description: escapeText(description || title),
      external_study_url: address.value,
      ...(crowd.secureLinks ? { is_external_study_url_secure: true } : {}),
      prolific_id_option: "url_parameters",
      completion_codes: [
        { code: yield* newCode, code_type: codeTypes.completed, actions: [{ action: "MANUALLY_REVIEW" }] },
        {
          code: yield* newCode,
          code_type: codeTypes.noWork,
          actions: [{ action: "REQUEST_RETURN", return_reason: noWorkReason }]
        }
      ],
      total_available_places: 1,
      estimated_completion_time: estimated,
      maximum_allowed_time: allowed,
      reward: reward.minor,
      device_compatibility: [],
      peripheral_requirements: permissions,
      filters: yield* filtersOf(crowd, run.task),
      submissions_config: { max_submissions_per_participant: Option.getOrElse(maxUnitsPerWorker, () => -1) },
      project: yield* crowd.project
    }
  })

const create = (crowd: Crowd, run: TaskRun): Effect.Effect<string, ProviderError> =>
  Effect.flatMap(specOf(crowd, run), (spec) =>
    crowd.client
      .call("create-study", Request.bodyUnsafeJson(Request.post("/api/v1/studies/"), spec), replies.Study)
      .pipe(
        Effect.map(({ id }) => id),
        Effect.mapError(toProviderError)
      )
  )

const isDraft = ({ status }: replies.StudyShort): boolean => status === "UNPUBLISHED"

/** The oldest that is out, or else the oldest. Which one a run has is decided by what is written down of it first. */
const foundOrMade = (crowd: Crowd, run: TaskRun): Effect.Effect<string, ProviderError> =>
  Effect.flatMap(ofRun(crowd, run), (found) => {
    const known = found.find((study) => !isDraft(study)) ?? found[0]
    return known === undefined ? create(crowd, run) : Effect.succeed(known.id)
  })

/**
 * Deletes other drafts of the run, which a lost answer or a second process has left. Another study that is out is for
 * people to decide on; the test study is none of those.
 */
export const removeOthers = (crowd: Crowd, run: TaskRun, id: string): Effect.Effect<void, ProviderError> =>
  Effect.gen(function* () {
    const trial = Option.map(yield* trialOf(crowd, id), ({ study }) => study)
    const others = (yield* ofRun(crowd, run)).filter((study) => study.id !== id && !Option.contains(trial, study.id))
    const out = others.filter((study) => !isDraft(study)).map((study) => study.id)
    if (out.length > 0) {
      const ids = out.join(" and ")
      return yield* failure("Rejected", "setup", `${run.id} has another published study: ${ids}; stop it and rename it`)
    }
    yield* Effect.forEach(others, (study) => remove(crowd, study.id), { discard: true })
  })

/** The test study of a draft. */
export const Trial = Schema.Struct({ study: Schema.String, url: Schema.String })
export type Trial = typeof Trial.Type

const decodeTrial = Schema.decodeUnknownOption(Trial)

export const trialKey = (study: string): string => `${provider}/trial/${study}`

export const trialOf = ({ store }: Crowd, study: string): Effect.Effect<Option.Option<Trial>, ProviderError> =>
  Effect.map(stored("draft", store.get(tables.data, trialKey(study))), (row) =>
    Option.flatMap(row, ({ value }) => decodeTrial(value))
  )

/** A study of the run's marker that says something else is none of ours to publish. */
const checked = (run: TaskRun, study: replies.Study): Effect.Effect<Codes, ProviderError> => {
  const codeOf = (type: string) => study.completion_codes.find(({ code_type }) => code_type === type)?.code
  const completed = codeOf(codeTypes.completed)
  const noWork = codeOf(codeTypes.noWork)
  if (study.reward === run.task.reward.minor && completed && noWork) return Effect.succeed({ completed, noWork })
  const differs =
    completed && noWork ? "has another reward than the task" : "has not the completion codes it was made with"
  return failure("Rejected", "setup", `${study.id}, the study of ${run.id}, ${differs}; delete it`)
}

/** Fails where the workspace pays in another currency than the task. */
export const checkCurrency = (crowd: Crowd, { reward }: Task): Effect.Effect<void, ProviderError> =>
  Effect.flatMap(crowd.currency, (currency) =>
    currency === reward.currency
      ? Effect.void
      : failure("Rejected", "setup", `the workspace pays in ${currency}, and the task in ${reward.currency}`)
  )

export const setup =
  (crowd: Crowd): Driver["setup"] =>
  (run) =>
    Effect.gen(function* () {
      yield* checkCurrency(crowd, run.task)
      const id = yield* foundOrMade(crowd, run)
      const study = yield* Effect.mapError(get(crowd, id), toProviderError)
      return {
        api: crowd.environment.api,
        study: id,
        codes: yield* checked(run, study),
        rates: yield* ratesOf(crowd, study),
        currency: run.task.reward.currency
      } satisfies Setup
    })
