/**
 * What can be asked of a Store.
 *
 * @since 0.1.0
 */
import type * as DateTime from "effect/DateTime"
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import type * as Stream from "effect/Stream"
import type { StoreError } from "../CrowdError.js"
import type { AgentId, RunId, WorkerId } from "../Ids.js"
import type { Unit } from "../Units.js"
import type { Primitive, Table } from "./tables.js"

/**
 * Columns and the values they must equal.
 *
 * @since 0.1.0
 * @category models
 */
export type Where<Row> = { readonly [Column in keyof Row]?: Row[Column] }

/**
 * A page of rows: those equal to `where`, in the order of `orderBy` (default `id`) and then of `id`. Rows whose `orderBy`
 * is null are left out.
 *
 * @since 0.1.0
 * @category models
 */
export interface PageOptions<Row> {
  readonly where: Where<Row>
  readonly orderBy?: (keyof Row & string) | undefined
  /** Only rows after this one; pass the last row of the page before. */
  readonly after?: Row | undefined
  /** Only rows whose `orderBy` is at most this row's. */
  readonly atMost?: Where<Row> | undefined
  readonly reverse?: boolean | undefined
  readonly limit: number
}

/**
 * Which rows change, under which condition, and to what.
 *
 * @since 0.1.0
 * @category models
 */
export interface UpdateOptions<Row> {
  readonly ids: ReadonlyArray<string>
  /** Only rows whose column has one of these values; others are left as they are. */
  readonly when?: { readonly [Column in keyof Row]?: ReadonlyArray<Row[Column]> } | undefined
  readonly set: Where<Row>
}

/**
 * For whom a unit is claimed, from where in the run, and until when.
 *
 * @since 0.1.0
 * @category models
 */
export interface ClaimOptions {
  readonly run: RunId
  readonly worker: WorkerId
  readonly agent: AgentId
  /** Only units whose place is greater than this. */
  readonly after: number
  /** Only units of assignments of which the worker has left a unit before. */
  readonly again?: boolean | undefined
  readonly leaseUntil: DateTime.Utc
  readonly now: DateTime.Utc
}

/**
 * Whose units are counted, and up to how many.
 *
 * @since 0.1.0
 * @category models
 */
export interface AvailableOptions {
  readonly run: RunId
  /** For whom; somebody who is new where nobody is named. */
  readonly worker?: WorkerId | undefined
  /** Only assignments of which the worker has left a unit before. */
  readonly again?: boolean | undefined
  /** Counting ends here, so that it costs no more in a large run. */
  readonly atMost: number
}

type AnyRow = { readonly id: string }
type AnyEncoded = { readonly [column: string]: Primitive }

/**
 * Operations on tables. Each is atomic by itself; `transaction` makes several so. Of `where` and `orderBy`, only what an
 * index of the table covers may be asked for.
 *
 * @since 0.1.0
 * @category models
 */
export interface Service {
  /**
   * All or nothing, and durable when it succeeds. Nothing but this database may be touched inside: another process may be
   * waiting, and where two were in each other's way, one is undone and run again. A transaction inside a transaction is
   * part of the outer one. So are the statements of the `SqlClient` the store is made of, whose `withTransaction` is a
   * savepoint here. Inside a transaction of that client's own, every operation fails with `InTransaction`.
   */
  readonly transaction: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E | StoreError, R>
  /**
   * Succeeds where no transaction is under way. Inside of one, where nothing is durable yet, fails with `InTransaction`,
   * named after the operation that must not be done there.
   */
  readonly ensureNoTransaction: (operation: string) => Effect.Effect<void, StoreError>
  /** Inserts the rows that are not there yet, by id or by a unique index; answers the ids of those it inserted. */
  readonly insert: <Row extends AnyRow, Encoded extends AnyEncoded>(
    table: Table<Row, Encoded>,
    rows: ReadonlyArray<Row>
  ) => Effect.Effect<ReadonlyArray<string>, StoreError>
  /** Inserts the rows, or replaces those of the same id. */
  readonly put: <Row extends AnyRow, Encoded extends AnyEncoded>(
    table: Table<Row, Encoded>,
    rows: ReadonlyArray<Row>
  ) => Effect.Effect<void, StoreError>
  /** Inside a transaction the row stays as it is until the end: no other transaction changes it. */
  readonly get: <Row extends AnyRow, Encoded extends AnyEncoded>(
    table: Table<Row, Encoded>,
    id: string
  ) => Effect.Effect<Option.Option<Row>, StoreError>
  /** The rows of these ids that there are, in no particular order. Inside a transaction they stay as they are. */
  readonly getAll: <Row extends AnyRow, Encoded extends AnyEncoded>(
    table: Table<Row, Encoded>,
    ids: ReadonlyArray<string>
  ) => Effect.Effect<ReadonlyArray<Row>, StoreError>
  /**
   * The rows whose column, with which an index begins, has one of these texts, in no particular order. Inside a
   * transaction they stay as they are.
   */
  readonly getAllBy: <Row extends AnyRow, Encoded extends AnyEncoded>(
    table: Table<Row, Encoded>,
    column: keyof Row & keyof Encoded & string,
    values: ReadonlyArray<string>
  ) => Effect.Effect<ReadonlyArray<Row>, StoreError>
  readonly page: <Row extends AnyRow, Encoded extends AnyEncoded>(
    table: Table<Row, Encoded>,
    options: PageOptions<Row>
  ) => Effect.Effect<ReadonlyArray<Row>, StoreError>
  /** Answers the rows it changed, as they are now. */
  readonly update: <Row extends AnyRow, Encoded extends AnyEncoded>(
    table: Table<Row, Encoded>,
    options: UpdateOptions<Row>
  ) => Effect.Effect<ReadonlyArray<Row>, StoreError>
  readonly remove: <Row extends AnyRow, Encoded extends AnyEncoded>(
    table: Table<Row, Encoded>,
    ids: ReadonlyArray<string>
  ) => Effect.Effect<void, StoreError>
  /** How many rows there are for each value of the column `by`, as text. */
  readonly count: <Row extends AnyRow, Encoded extends AnyEncoded>(
    table: Table<Row, Encoded>,
    where: Where<Row>,
    by: keyof Encoded & string
  ) => Effect.Effect<Readonly<Record<string, number>>, StoreError>
  /** The sum of a whole-number column. */
  readonly sum: <Row extends AnyRow, Encoded extends AnyEncoded>(
    table: Table<Row, Encoded>,
    where: Where<Row>,
    column: keyof Encoded & string
  ) => Effect.Effect<number, StoreError>
  /**
   * Gives the worker the launched unit with the lowest place whose assignment they hold or have submitted no unit of
   * (work they returned or lost does not count), in one indexed statement; no two claims get the same unit.
   * With `again`, what is looked through is what the worker has left, and not the run.
   */
  readonly claim: (options: ClaimOptions) => Effect.Effect<Option.Option<Unit>, StoreError>
  /** How many units the worker could claim one after the other: one of each assignment. */
  readonly available: (options: AvailableOptions) => Effect.Effect<number, StoreError>
  /**
   * An element at once, and one after writes. None where another process can write the same rows, so that whoever waits
   * for a change has to look for it.
   */
  readonly writes: Option.Option<Stream.Stream<void>>
}
