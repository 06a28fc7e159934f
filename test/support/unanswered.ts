import * as SqlClient from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"

/** How many messages of the clusters in this Postgres nobody has answered. */
export const unanswered = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const tables = yield* sql<{ readonly name: string }>`
    SELECT table_name AS name FROM information_schema.tables
    WHERE table_name LIKE 'crowd_cluster_%_messages' AND table_schema = current_schema()`
  const counts = yield* Effect.forEach(
    tables,
    ({ name }) => sql<{ readonly left: string }>`SELECT COUNT(*) AS left FROM ${sql(name)} WHERE NOT processed`
  )
  return counts.flat().reduce((sum, row) => sum + Number(row.left), 0)
})
