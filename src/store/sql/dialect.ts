import type { SqlClient } from "@effect/sql/SqlClient"
import * as Option from "effect/Option"

/**
 * What differs between the two databases. All of it is here.
 *
 * @internal
 */
export interface Dialect {
  /** One connection that writes, and a commit that costs far more than a statement: transactions share a commit. */
  readonly oneWriter: boolean
  readonly placeholder: (position: number) => string
  readonly integer: string
  /** Text that sorts by its bytes. */
  readonly text: string
  readonly tableOptions: string
  /** After a selection whose rows must stay as they are until the transaction ends. */
  readonly keep: string
  /** The same, but rows that others keep are left out. */
  readonly keepFree: string
  readonly begin: string
  /** Waits until no other process changes the schema; `begin` does that already where this is none. */
  readonly lockSchema: Option.Option<string>
  /** Answers one row: how the user knows the database, and for how many milliseconds the driver waits for a writer. */
  readonly facts: string
  /** Answers a row if there is a table of this name. */
  readonly hasTable: (name: string) => string
}

const sqlite: Dialect = {
  oneWriter: true,
  placeholder: () => "?",
  integer: "INTEGER",
  text: "TEXT",
  tableOptions: " STRICT",
  keep: "",
  keepFree: "",
  begin: "BEGIN IMMEDIATE",
  lockSchema: Option.none(),
  facts: `SELECT file AS "place", CAST(timeout AS TEXT) AS "busy" FROM pragma_database_list, pragma_busy_timeout WHERE name = 'main'`,
  hasTable: (name) => `SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = '${name}'`
}

const postgres: Dialect = {
  oneWriter: false,
  placeholder: (position) => `$${position}`,
  integer: "BIGINT",
  text: `TEXT COLLATE "C"`,
  tableOptions: "",
  keep: " FOR NO KEY UPDATE",
  keepFree: " FOR NO KEY UPDATE SKIP LOCKED",
  begin: "BEGIN",
  lockSchema: Option.some("SELECT pg_advisory_xact_lock(7236179502)"),
  facts: `SELECT 'the Postgres database ' || current_database() AS "place", '0' AS "busy"`,
  // to_regclass would answer from a cache, which a process that waited for another's migration has from before it.
  hasTable: (name) =>
    `SELECT 1 FROM pg_catalog.pg_tables WHERE tablename = '${name}' AND schemaname = ANY (current_schemas(false))`
}

/** None for a database this store does not know. @internal */
export const of = (sql: SqlClient): Option.Option<Dialect> =>
  sql.onDialectOrElse({
    sqlite: () => Option.some(sqlite),
    pg: () => Option.some(postgres),
    orElse: () => Option.none()
  })
