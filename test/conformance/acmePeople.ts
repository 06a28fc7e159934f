/** README's provider, with people who work at its crowd, for a program that knows of neither. */
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import type * as HttpClient from "@effect/platform/HttpClient"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import type { Provider, TaskRuns } from "../../src/index.js"
import type { Store } from "../../src/Store.js"
import { people } from "./people.js"

/** README's layer, whose type is README's to prove. */
export type Acme = Layer.Layer<Provider.Core, unknown, Store | HttpClient.HttpClient>

const Link = Schema.Struct({ link: Schema.URL })
const Arrival = Schema.Struct({ person: Schema.String, study: Schema.String, submission: Schema.String })

export const post = (url: string, body: object) =>
  Effect.promise(async (): Promise<unknown> => {
    const answer = await fetch(url, { method: "POST", body: JSON.stringify(body) })
    return answer.ok ? await answer.json() : Promise.reject(new Error(`${url}: ${answer.status}`))
  })

/** Somebody of that name takes a place, and follows the link to our pages. */
export const arrive =
  (crowd: string) =>
  (name: string, { id }: TaskRuns.TaskRun) =>
    Effect.gen(function* () {
      const { link } = yield* Schema.decodeUnknown(Link)(yield* post(`${crowd}/runs/${id}/arrivals`, { name }))
      const data = yield* Schema.decodeUnknown(Arrival)(Object.fromEntries(link.searchParams))
      const leave = (status: string) => Effect.asVoid(post(`${crowd}/submissions/${data.submission}`, { status }))
      return { called: data.person, data, submit: () => leave("finished"), giveBack: leave("left") }
    }).pipe(Effect.orDie)

/** The provider at the crowd of this address. */
export const acmeOver = (
  acme: Acme,
  crowd: string,
  store: Layer.Layer<Store, unknown>
): Layer.Layer<Provider.Core, unknown> =>
  Layer.effectContext(people(arrive(crowd))).pipe(
    Layer.provideMerge(Layer.provide(acme, [store, FetchHttpClient.layer]))
  )
