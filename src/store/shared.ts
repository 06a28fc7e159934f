/**
 * Values that all processes over one database have in common, such as whose turn it is. One is changed by a single
 * statement, where it is still what it was when it was read: nobody waits for a process that stands still.
 */
import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { StoreError } from "../CrowdError.js"
import type { Json } from "../Json.js"
import type { Service } from "./operations.js"
import { data } from "./tables.js"

export interface Shared<A> {
  readonly get: Effect.Effect<A, StoreError>
  /**
   * Changes it, and runs `change` again where another process was faster. What `change` gives back as it was is not
   * written.
   */
  readonly modify: <B>(change: (value: A) => readonly [B, A]) => Effect.Effect<B, StoreError>
}

export interface Options<A, I extends Json> {
  /** `provider/key`. */
  readonly id: string
  readonly provider: string
  readonly schema: Schema.Schema<A, I>
  /** What it is as long as nobody has changed it, and where it cannot be read. */
  readonly initial: A
}

export const make = <A, I extends Json>(
  store: Pick<Service, "get" | "insert" | "update">,
  { id, initial, provider, schema }: Options<A, I>
): Effect.Effect<Shared<A>> =>
  Effect.gen(function* () {
    const decode = Schema.decodeUnknownOption(schema)
    const encode = Schema.encodeSync(schema)
    // Those of one process do not get into each other's way.
    const here = yield* Effect.makeSemaphore(1)

    const found = Effect.map(store.get(data, id), (row) => {
      const json = Option.map(row, ({ value }) => value)
      return { json, value: Option.getOrElse(Option.flatMap(json, decode), () => initial) }
    })

    const replace = (before: Option.Option<Json>, value: Json): Effect.Effect<boolean, StoreError> =>
      Option.match(before, {
        onNone: () => Effect.map(store.insert(data, [{ id, provider, value }]), Arr.isNonEmptyReadonlyArray),
        onSome: (before) =>
          Effect.map(
            store.update(data, { ids: [id], when: { value: [before] }, set: { value } }),
            Arr.isNonEmptyReadonlyArray
          )
      })

    const changed = <B>(change: (value: A) => readonly [B, A]): Effect.Effect<B, StoreError> =>
      Effect.flatMap(found, ({ json, value }) => {
        const [answer, next] = change(value)
        if (next === value) return Effect.succeed(answer)
        return Effect.flatMap(replace(json, encode(next)), (isReplaced) =>
          isReplaced ? Effect.succeed(answer) : changed(change)
        )
      })

    return {
      get: Effect.map(found, ({ value }) => value),
      modify: (change) => here.withPermits(1)(changed(change))
    }
  })
