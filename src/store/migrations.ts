/**
 * How the database comes to have the tables of this version.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { StoreError } from "../CrowdError.js"
import { nullable } from "../internal/columns.js"
import type { Dialect } from "./internal/dialect.js"
import type { Database, Reserved } from "./internal/session.js"
import { quoted, tableName } from "./internal/statements.js"
import * as tables from "./tables.js"

/**
 * One step from a version to the next. Once it is released it never changes.
 *
 * @since 0.1.0
 * @category models
 */
export interface Migration {
  readonly name: string
  readonly statements: (dialect: Dialect) => ReadonlyArray<string>
}

const references: { readonly [table: string]: { readonly [column: string]: string } } = {
  runs: { requester: tables.requesters.name },
  assignments: { run: tables.runs.name },
  units: { run: tables.runs.name, assignment: tables.assignments.name },
  agents: { run: tables.runs.name, unit: tables.units.name, worker: tables.workers.name }
}

type Definition = (typeof tables.all)[number]

const createTable = (dialect: Dialect, table: Definition): ReadonlyArray<string> => {
  const canBeNull = nullable(table)
  const name = tableName(table.name)
  const columns = Object.entries(table.columns).map(([column, kind]) => {
    const type = kind === "integer" ? dialect.integer : dialect.text
    const parent = references[table.name]?.[column]
    return [
      quoted(column),
      type,
      column === "id" ? "PRIMARY KEY" : "",
      canBeNull.has(column) ? "" : "NOT NULL",
      parent === undefined ? "" : `REFERENCES "${tableName(parent)}" ("id")`
    ]
      .filter((part) => part !== "")
      .join(" ")
  })
  const index = (on: ReadonlyArray<string>, unique: boolean) => {
    const keys = on.map((column) => `${quoted(column)}${canBeNull.has(column) ? dialect.nullsFirst : ""}`)
    const called = `"${[name, ...on.map((column) => quoted(column).slice(1, -1))].join("_")}"`
    return unique
      ? `CREATE UNIQUE INDEX ${called} ON "${name}" (${keys.join(", ")})`
      : `CREATE INDEX ${called} ON "${name}" (${[...keys, `"id"`].join(", ")})`
  }
  return [
    `CREATE TABLE "${name}" (\n  ${columns.join(",\n  ")}\n)${dialect.tableOptions}`,
    ...table.unique.map((on) => index(on, true)),
    ...table.indexes.map((on) => index(on, false))
  ]
}

/**
 * Version 1 is the tables as they are defined now: the first change of a released definition has to write the statements
 * of version 1 out here, and then add its own.
 *
 * @since 0.1.0
 * @category migrations
 */
export const all: ReadonlyArray<Migration> = [
  { name: "tables", statements: (dialect) => tables.all.flatMap((table) => createTable(dialect, table)) }
]

const history = "crowd_migrations"

const versionOf = (rows: ReadonlyArray<unknown>): number => {
  const row = rows[0]
  return typeof row === "object" && row !== null && "version" in row ? Number(row.version ?? 0) : 0
}

/**
 * Brings the database to the newest of `migrations`, one transaction each. Several processes may do so at once.
 *
 * @since 0.1.0
 * @category migrations
 */
export const run = (
  database: Database,
  place: string,
  migrations: ReadonlyArray<Migration> = all
): Effect.Effect<void, StoreError> => {
  const { dialect } = database
  const rows = ({ connection }: Reserved, text: string, params: ReadonlyArray<unknown> = []) =>
    Effect.mapError(connection.execute(text, params, undefined), (error) => database.failure("migrate", error))

  const currentVersion = (reserved: Reserved) =>
    Effect.flatMap(rows(reserved, dialect.hasTable(history)), (found) =>
      found.length === 0
        ? Effect.succeed(0)
        : Effect.map(rows(reserved, `SELECT MAX("version") AS "version" FROM "${history}"`), versionOf)
    )

  const refuseNewer = (version: number) =>
    version <= migrations.length
      ? Effect.succeed(version)
      : new StoreError({
          reason: "Newer",
          operation: "migrate",
          description: `${place} has version ${version} and this effect-crowd knows version ${migrations.length}; update the package effect-crowd`
        })

  const next = (reserved: Reserved) =>
    Effect.gen(function* () {
      if (Option.isSome(dialect.lockSchema)) yield* rows(reserved, dialect.lockSchema.value)
      const version = yield* Effect.flatMap(currentVersion(reserved), refuseNewer)
      const migration = migrations[version]
      if (migration === undefined) return
      if (version === 0) {
        yield* rows(
          reserved,
          `CREATE TABLE IF NOT EXISTS "${history}" ("version" ${dialect.integer} PRIMARY KEY, "name" ${dialect.text} NOT NULL, "applied_at" ${dialect.integer} NOT NULL)`
        )
      }
      for (const statement of migration.statements(dialect)) yield* rows(reserved, statement)
      const now = yield* Clock.currentTimeMillis
      const values = [1, 2, 3].map(dialect.placeholder).join(", ")
      yield* rows(reserved, `INSERT INTO "${history}" ("version", "name", "applied_at") VALUES (${values})`, [
        version + 1,
        migration.name,
        now
      ])
    })

  const step = (reserved: Reserved) =>
    Effect.zipRight(
      rows(reserved, dialect.begin),
      Effect.onError(Effect.zipRight(next(reserved), rows(reserved, "COMMIT")), () =>
        Effect.ignore(rows(reserved, "ROLLBACK"))
      )
    )

  return Effect.acquireUseRelease(
    database.reserve,
    (reserved) =>
      Effect.gen(function* () {
        for (;;) {
          const version = yield* Effect.flatMap(currentVersion(reserved), refuseNewer)
          if (version === migrations.length) return
          yield* step(reserved)
        }
      }),
    ({ release }) => release
  )
}
