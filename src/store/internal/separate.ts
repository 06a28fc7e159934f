import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import type { Database, Manager, Open, Reserved } from "./session.js"

interface Separate extends Open {
  readonly reserved: Reserved
}

const rolledBack = (answer: unknown): boolean =>
  Predicate.hasProperty(answer, "command") && answer.command === "ROLLBACK"

/**
 * Each transaction by itself, on a connection of its own.
 *
 * @internal
 */
export const make = (database: Database): Manager<Separate> => {
  const commit = ({ reserved }: Separate) =>
    Effect.flatMap(
      Effect.mapError(reserved.connection.executeRaw("COMMIT", []), (error) => database.failure("commit", error)),
      // The commit of a transaction in which something failed unnoticed succeeds, and keeps nothing.
      (answer) =>
        rolledBack(answer)
          ? Effect.fail(database.failure("commit", new Error("a statement in the transaction failed")))
          : Effect.void
    )
  const rollback = ({ reserved }: Separate) =>
    Effect.ignore(database.execute(reserved.connection, "rollback", "ROLLBACK"))
  return {
    enter: Effect.flatMap(database.reserve, (reserved) =>
      database.execute(reserved.connection, "begin", database.dialect.begin).pipe(
        Effect.as({ connection: reserved.connection, failure: undefined, ended: false, reserved }),
        Effect.onError(() => reserved.release)
      )
    ),
    leave: (open, keep) => Effect.ensuring(keep ? commit(open) : rollback(open), open.reserved.release)
  }
}
