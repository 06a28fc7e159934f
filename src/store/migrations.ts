import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Hash from "effect/Hash"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import { StoreError } from "../CrowdError.js"
import { nullable, presentIn } from "./columns.js"
import type { Dialect } from "./sql/dialect.js"
import type { Session } from "./sql/session.js"
import { quoted, tableName } from "./sql/statements.js"
import * as tables from "./tables.js"

/**
 * One step from a version to the next. Once it is released it never changes.
 *
 * @internal
 */
export interface Migration {
  readonly name: string
  readonly statements: (dialect: Dialect) => ReadonlyArray<string>
}

const references: { readonly [table: string]: { readonly [column: string]: string } } = {
  runs: { requester: tables.requesters.name },
  media: { run: tables.runs.name },
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
    const keys = on.map(quoted)
    const called = `"${[name, ...keys.map((key) => key.slice(1, -1))].join("_")}"`
    const text = unique
      ? `CREATE UNIQUE INDEX ${called} ON "${name}" (${keys.join(", ")})`
      : `CREATE INDEX ${called} ON "${name}" (${[...keys, `"id"`].join(", ")})`
    const present = presentIn(canBeNull, on)
    return present === undefined ? text : `${text} WHERE ${quoted(present)} IS NOT NULL`
  }
  return [
    `CREATE TABLE "${name}" (\n  ${columns.join(",\n  ")}\n)${dialect.tableOptions}`,
    ...table.unique.map((on) => index(on, true)),
    ...table.indexes.map((on) => index(on, false))
  ]
}

/** Tells one set of definitions from another. */
const fingerprint = Math.abs(
  Hash.string(JSON.stringify(tables.all.map((table) => [table, [...nullable(table)].sort()])))
).toString(36)

/**
 * Version 1 is the tables as they are defined now, and its name tells which. Nothing is released yet, so a database of
 * other definitions is refused; the first change of a released definition has to write the statements of version 1 out
 * here, and then add its own.
 *
 * @internal
 */
export const all: ReadonlyArray<Migration> = [
  { name: `tables ${fingerprint}`, statements: (dialect) => tables.all.flatMap((table) => createTable(dialect, table)) }
]

const history = "crowd_migrations"

interface Migrating {
  readonly session: Session
  readonly dialect: Dialect
  readonly place: string
  readonly migrations: ReadonlyArray<Migration>
}

const execute = ({ session }: Migrating, text: string, params: ReadonlyArray<unknown> = []) =>
  session.read("migrate", params, text)

const versionOf = (row: unknown): number => (Predicate.hasProperty(row, "version") ? Number(row.version) : 0)

const isNamed = (row: unknown, name: string | undefined): boolean =>
  Predicate.hasProperty(row, "name") && row.name === name

const currentVersion = (migrating: Migrating): Effect.Effect<number, StoreError> =>
  Effect.gen(function* () {
    const { dialect, migrations, place } = migrating
    const found = yield* execute(migrating, dialect.hasTable(history))
    if (found.length === 0) return 0
    const [last] = yield* execute(
      migrating,
      `SELECT "version", "name" FROM "${history}" ORDER BY "version" DESC LIMIT 1`
    )
    if (last === undefined) return 0
    const version = versionOf(last)
    if (version <= migrations.length) {
      if (isNamed(last, migrations[version - 1]?.name)) return version
      return yield* new StoreError({
        reason: "Older",
        operation: "migrate",
        description: `${place} was written by an earlier effect-crowd, whose tables are others; name a new database, or go on with the package that wrote it`
      })
    }
    return yield* new StoreError({
      reason: "Newer",
      operation: "migrate",
      description: `${place} has version ${version} and this effect-crowd knows version ${migrations.length}; update the package effect-crowd`
    })
  })

const createHistory = ({ integer, text }: Dialect): string =>
  `CREATE TABLE IF NOT EXISTS "${history}" ("version" ${integer} PRIMARY KEY, "name" ${text} NOT NULL, "applied_at" ${integer} NOT NULL)`

/** Another process may have been faster: the version is looked at again once nobody else can change it. */
const applyNext = (migrating: Migrating): Effect.Effect<void, StoreError> =>
  Effect.gen(function* () {
    const { dialect } = migrating
    if (Option.isSome(dialect.lockSchema)) yield* execute(migrating, dialect.lockSchema.value)
    const version = yield* currentVersion(migrating)
    const migration = migrating.migrations[version]
    if (migration === undefined) return
    for (const statement of [createHistory(dialect), ...migration.statements(dialect)]) {
      yield* execute(migrating, statement)
    }
    const now = yield* Clock.currentTimeMillis
    const values = [1, 2, 3].map(dialect.placeholder).join(", ")
    const record = `INSERT INTO "${history}" ("version", "name", "applied_at") VALUES (${values})`
    yield* execute(migrating, record, [version + 1, migration.name, now])
  })

/**
 * Brings the database to the newest of `migrations`, one transaction each. Several processes may do so at once.
 *
 * @internal
 */
export const run = (
  session: Session,
  dialect: Dialect,
  place: string,
  migrations: ReadonlyArray<Migration> = all
): Effect.Effect<void, StoreError> => {
  const migrating = { session, dialect, place, migrations }
  const next = session.transaction(applyNext(migrating))
  return Effect.repeat(
    Effect.tap(currentVersion(migrating), (version) => (version < migrations.length ? next : Effect.void)),
    { until: (version) => version === migrations.length }
  )
}
