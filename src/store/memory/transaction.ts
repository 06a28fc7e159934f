import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import * as FiberRef from "effect/FiberRef"

/** What fibers inside a transaction see of it; those outside, and those that outlive it, see none. @internal */
export interface Current<T> {
  readonly in: (context: Context.Context<never>) => T | undefined
  /** How `effect` ends inside the transaction; to be run uninterruptibly. */
  readonly exit: <A, E, R>(effect: Effect.Effect<A, E, R>, transaction: T) => Effect.Effect<Exit.Exit<A, E>, never, R>
}

let stores = 0

/** Each store has its own, so one store may be used inside a transaction of another. @internal */
export const make = <T extends { readonly ended: boolean }>(): Current<T> => {
  const tag = Context.GenericTag<T>(`effect-crowd/store/current/${++stores}`)
  return {
    in: (context) => {
      const found = Context.getOption(context, tag)
      return found._tag === "Some" && !found.value.ended ? found.value : undefined
    },
    // Where nothing can interrupt, setting the context back is sure without what Effect.provideService does for that.
    exit: (effect, transaction) =>
      Effect.withFiberRuntime((fiber) => {
        const outside = fiber.currentContext
        return FiberRef.set(FiberRef.currentContext, Context.add(outside, tag, transaction)).pipe(
          Effect.zipRight(Effect.exit(effect)),
          Effect.zipLeft(FiberRef.set(FiberRef.currentContext, outside))
        )
      })
  }
}
