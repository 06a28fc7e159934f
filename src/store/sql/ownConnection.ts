import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import type { Database, Manager, Reserved } from "./database.js"

const rolledBack = (answer: unknown): boolean =>
  Predicate.hasProperty(answer, "command") && answer.command === "ROLLBACK"

/**
 * Each transaction by itself, on a connection of its own.
 *
 * @internal
 */
export const make = ({ dialect, execute, failure, reserve }: Database): Manager<Reserved> => {
  const commit = ({ connection }: Reserved) =>
    Effect.flatMap(
      Effect.mapError(connection.executeRaw("COMMIT", []), (error) => failure("commit", error)),
      // The commit of a transaction in which something failed unnoticed succeeds, and keeps nothing.
      (answer) =>
        rolledBack(answer)
          ? Effect.fail(failure("commit", new Error("a statement in the transaction failed")))
          : Effect.void
    )
  return {
    enter: Effect.tap(reserve, ({ connection, release }) =>
      Effect.onError(execute(connection, "begin", dialect.begin), () => release)
    ),
    leave: (reserved, keep) =>
      Effect.ensuring(
        keep ? commit(reserved) : Effect.ignore(execute(reserved.connection, "rollback", "ROLLBACK")),
        reserved.release
      )
  }
}
