import { expect } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"

/** Fails the test unless the effect fails with an error of this tag; answers the error. */
export const refusal = <A, E extends { readonly _tag: string }, R, const Tag extends E["_tag"]>(
  effect: Effect.Effect<A, E, R>,
  tag: Tag
): Effect.Effect<Extract<E, { readonly _tag: Tag }>, unknown, R> =>
  Effect.flatMap(Effect.either(effect), (answer) => {
    expect(Either.isLeft(answer) ? answer.left._tag : "no failure").toBe(tag)
    const isWanted = (error: E): error is Extract<E, { readonly _tag: Tag }> => error._tag === tag
    return Either.isLeft(answer) && isWanted(answer.left)
      ? Effect.succeed(answer.left)
      : Effect.dieMessage(`expected ${tag}`)
  })
