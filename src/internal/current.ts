import * as Context from "effect/Context"
import * as Effect from "effect/Effect"

/** What fibers inside a transaction see of it; those outside, and those that outlive it, see none. @internal */
export interface Current<T> {
  readonly in: (context: Context.Context<never>) => T | undefined
  readonly provide: <A, E, R>(effect: Effect.Effect<A, E, R>, transaction: T) => Effect.Effect<A, E, R>
}

let stores = 0

/** Each store has its own, so one store may be used inside a transaction of another. @internal */
export const make = <T extends { readonly ended: boolean }>(): Current<T> => {
  const tag = Context.GenericTag<T>(`effect-crowd/internal/current/${++stores}`)
  return {
    in: (context) => {
      const found = Context.getOption(context, tag)
      return found._tag === "Some" && !found.value.ended ? found.value : undefined
    },
    provide: (effect, transaction) => Effect.provideService(effect, tag, transaction)
  }
}
