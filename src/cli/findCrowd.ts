/** Which crowd a command works with, where none was named with `--provider`. */
import * as Prompt from "@effect/cli/Prompt"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { Batch } from "../Batch.js"
import { type StoreError, TaskRunNotFound } from "../CrowdError.js"
import type { RunId } from "../Ids.js"
import { Store } from "../Store.js"
import { pages } from "../store/pages.js"
import * as tables from "../store/tables.js"
import type { TaskRun } from "../TaskRuns.js"
import type { Worker } from "../Workers.js"
import { fromConfig, text } from "./environment.js"
import { UsageError } from "./failure.js"
import * as providers from "./providers.js"
import { Screen } from "./Screen.js"

type Entry = providers.Entry

/** Who was found, and where. */
export interface Found<A> {
  readonly provider: Entry
  readonly found: A
}

const among = <A extends { readonly provider: string }>(found: A): Option.Option<Found<A>> =>
  Option.map(Option.fromNullable(providers.named(found.provider)), (provider) => ({ provider, found }))

/** All runs of crowds that the command knows, newest first. */
export const runs: Stream.Stream<Found<TaskRun>, StoreError, Store> = Stream.unwrap(
  Effect.map(Store, (store) =>
    Stream.filterMap(pages(store, tables.runs, { where: {}, reverse: true }), (run) => among(run))
  )
)

/** The newest run of this batch: of the same content, or else of the same name. */
export const runOf = (
  { digest, name }: Batch,
  named: Option.Option<Entry>
): Effect.Effect<Option.Option<Found<TaskRun>>, StoreError, Store> =>
  Effect.gen(function* () {
    const isAsked = ({ provider }: Found<TaskRun>) => Option.isNone(named) || named.value === provider
    const newest = (is: (run: TaskRun) => boolean) =>
      Stream.runHead(Stream.filter(runs, (one) => isAsked(one) && is(one.found)))
    const same = yield* newest((run) => run.digest === digest)
    return Option.isSome(same) ? same : yield* newest((run) => run.name === name)
  })

/** The crowd that this run was launched to. */
export const ofRun = (
  id: RunId,
  named: Option.Option<Entry>
): Effect.Effect<Entry, StoreError | TaskRunNotFound | UsageError, Store> =>
  Effect.gen(function* () {
    const run = Option.getOrUndefined(yield* (yield* Store).get(tables.runs, id))
    if (run === undefined) return yield* new TaskRunNotFound({ run: id })
    const provider = providers.named(run.provider)
    if (provider === undefined) {
      return yield* new UsageError({
        message: `${id} is on ${run.provider}, which only the program knows that launched it.`
      })
    }
    if (Option.isSome(named) && named.value !== provider) {
      return yield* new UsageError({
        message: `${id} is on ${provider.name}, not on ${named.value.name}. Leave --provider out.`
      })
    }
    return provider
  })

/** Whom the crowds of this database call so, or who has this id. */
export const workersCalled = (text: string): Effect.Effect<ReadonlyArray<Found<Worker>>, StoreError, Store> =>
  Effect.gen(function* () {
    const store = yield* Store
    const byId = yield* store.getAll(tables.workers, [text])
    const byName = yield* Effect.forEach(providers.all, ({ name: provider }) =>
      store.page(tables.workers, { where: { provider, name: text }, limit: 1 })
    )
    return [...byId, ...byName.flat()].flatMap((worker) => Option.toArray(among(worker)))
  })

const fromVariable: Effect.Effect<Option.Option<Entry>, UsageError> = Effect.gen(function* () {
  const name = yield* fromConfig(text("CROWD_PROVIDER"))
  if (Option.isNone(name)) return Option.none()
  const provider = providers.named(name.value)
  return provider === undefined
    ? yield* new UsageError({ message: `CROWD_PROVIDER: ${providers.unknown(name.value)}.` })
    : Option.some(provider)
})

const listed = (options: ReadonlyArray<string>): string =>
  options.length < 2 ? options.join() : `${options.slice(0, -1).join(", ")} or ${options.at(-1)}`

/** Asks whoever sits at the terminal; elsewhere, names the choices. */
const choose = (question: string, choices: ReadonlyArray<Entry>, json: boolean) =>
  Effect.gen(function* () {
    if (json || !(yield* Screen).asks) {
      const options = choices.map(({ name }) => `--provider ${name}`)
      return yield* new UsageError({ message: `${question} Name it with ${listed(options)}; or set CROWD_PROVIDER.` })
    }
    const prompt = Prompt.select({
      message: question,
      choices: choices.map((value) => ({ title: value.name, description: value.about, value }))
    })
    return yield* Effect.catchTag(prompt, "QuitException", () => Effect.interrupt)
  })

/** The one there is; of several the one that the environment names, or the one chosen. */
export const chosen = (question: string, choices: ReadonlyArray<Entry>, json: boolean) =>
  Effect.gen(function* () {
    const [first, ...others] = choices
    if (first !== undefined && others.length === 0) return first
    const preferred = Option.filter(yield* fromVariable, (provider) => choices.includes(provider))
    return Option.isSome(preferred) ? preferred.value : yield* choose(question, choices, json)
  })

/** The newest run's crowd. */
export const ofNewest: Effect.Effect<Option.Option<Entry>, StoreError, Store> = Effect.map(
  Stream.runHead(runs),
  Option.map(({ provider }) => provider)
)
