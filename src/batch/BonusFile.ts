/**
 * A file of bonuses: CSV with the columns `amount`, `reason`, `agent` or `worker` (either, or both with one of them
 * filled in each row), and optionally `key` and `currency`.
 *
 * @since 0.1.0
 */
import type * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type { InvalidInput } from "../CrowdError.js"
import { AgentId } from "../Ids.js"
import { lineFault, proseFault, suggestion } from "../internal/text.js"
import * as Money from "../Money.js"
import * as Csv from "./data/csv.js"
import { source } from "./data/files.js"
import * as Heads from "./data/firstBytes.js"
import * as Faults from "./faults.js"
import { type Bad, bad } from "./rows.js"

/**
 * One bonus, with the line it is on. `target` is an agent by its id, or a worker by id or by the crowd's own name.
 *
 * @since 0.1.0
 * @category models
 */
export interface Bonus {
  readonly line: number
  readonly target:
    | { readonly _tag: "Agent"; readonly agent: AgentId }
    | { readonly _tag: "Worker"; readonly worker: string }
  readonly amount: Money.Money
  readonly reason: string
  /** Tells two bonuses apart that are otherwise the same. */
  readonly key: Option.Option<string>
}

/**
 * A file of bonuses that was checked whole. `rows` reads it again each time.
 *
 * @since 0.1.0
 * @category models
 */
export interface BonusFile {
  readonly count: number
  readonly total: Money.Money
  readonly rows: Stream.Stream<Bonus, InvalidInput>
}

const known = ["agent", "worker", "amount", "reason", "key", "currency"]

type Row = ReadonlyMap<string, string>

const headerFaults = (names: ReadonlyArray<string>): ReadonlyArray<string> => [
  ...names
    .filter((name) => !known.includes(name))
    .map((name) => `column "${name}" is not used; ${suggestion(name, known)}`),
  ...names.filter((name, i) => names.indexOf(name) < i).map((name) => `column "${name}" is there twice; keep one`),
  ...["amount", "reason"].filter((name) => !names.includes(name)).map((name) => `there is no column "${name}"; add it`),
  ...(names.includes("agent") || names.includes("worker")
    ? []
    : ['there is no column "agent" and no column "worker"; add one, to say who gets the bonus'])
]

const decodeTarget = (row: Row): Either.Either<Bonus["target"], string> => {
  const agent = row.get("agent") ?? ""
  const worker = row.get("worker") ?? ""
  if (agent !== "" && worker !== "") return Either.left("names an agent and a worker; keep one of them")
  if (worker !== "") return Either.right({ _tag: "Worker", worker })
  if (agent === "") return Either.left("names nobody; fill in agent or worker")
  return Schema.is(AgentId)(agent)
    ? Either.right({ _tag: "Agent", agent })
    : Either.left(`"${agent}" is no id of an agent (they begin with agent_); put a worker's name in a column "worker"`)
}

const decodeAmount = (row: Row, currency: Money.Currency): Either.Either<Money.Money, string> => {
  const named = row.get("currency") ?? ""
  if (named !== "" && named !== currency) return Either.left(`is in ${named}, but the run is paid in ${currency}`)
  return Either.filterOrLeft(
    Either.mapLeft(Money.parse(row.get("amount") ?? "", currency), (message) => `amount ${message}`),
    ({ minor }) => minor > 0,
    () => "amount is zero; write what to pay, or take the row out"
  )
}

const decodeReason = (row: Row): Either.Either<string, string> => {
  const reason = row.get("reason") ?? ""
  return reason.trim() === "" ? Either.left("reason is empty; the worker is shown it") : Either.right(reason)
}

const decodeRow = (row: Row, line: number, currency: Money.Currency): Either.Either<Bonus, ReadonlyArray<string>> => {
  const target = decodeTarget(row)
  const amount = decodeAmount(row, currency)
  const reason = decodeReason(row)
  const key = Option.filter(Option.fromNullable(row.get("key")), (text) => text !== "")
  const unclean = Array.from(row).flatMap(([name, value]) => {
    const wrong = name === "reason" ? proseFault(value) : lineFault(value)
    return wrong === undefined ? [] : [`${name} ${wrong}`]
  })
  const parts: ReadonlyArray<Either.Either<unknown, string>> = [target, amount, reason]
  const wrong = parts.flatMap((part) => (Either.isLeft(part) ? [part.left] : [])).concat(unclean)
  return Either.all({ target, amount, reason }).pipe(
    Either.filterOrLeft(
      () => wrong.length === 0,
      () => ""
    ),
    Either.mapBoth({ onLeft: () => wrong, onRight: (good) => ({ ...good, line, key }) })
  )
}

type Decoded = Either.Either<Bonus, Bad>

const decodeRecord = (
  names: ReadonlyArray<string>,
  record: Csv.CsvRecord,
  currency: Money.Currency
): ReadonlyArray<Decoded> => {
  const { fields, line } = record
  const ragged = Csv.raggedness(record, names)
  if (ragged.length > 0) return ragged.map(Either.left)
  const row = new Map(names.map((name, i) => [name, fields[i] ?? ""]))
  return Either.match(decodeRow(row, line, currency), {
    onLeft: (faults) => faults.map((message) => Either.left(bad(line, message))),
    onRight: (bonus) => [Either.right(bonus)]
  })
}

/** The names of the columns once they are known; without good ones the rows say nothing. */
type Header = "expected" | "unusable" | ReadonlyArray<string>

const start: Header = "expected"

const decode = <E, R>(
  records: Stream.Stream<Csv.CsvRecord | Bad, E, R>,
  currency: Money.Currency
): Stream.Stream<Decoded, E, R> =>
  records.pipe(
    Stream.mapAccum(start, (header: Header, next): [Header, ReadonlyArray<Decoded>] => {
      if (next._tag === "Bad") return [header, [Either.left(next)]]
      if (header === "unusable") return [header, []]
      if (header !== "expected") return [header, decodeRecord(header, next, currency)]
      const faults = headerFaults(next.fields).map((message) => Either.left(bad(next.line, message)))
      return faults.length > 0 ? ["unusable", faults] : [next.fields, []]
    }),
    Stream.mapConcat((decoded) => decoded)
  )

interface Checked {
  readonly faults: Faults.Faults
  readonly count: number
  readonly minor: number
}

/** What the crowd calls the worker of a row. */
type NameOf<E, R> = (worker: string) => Effect.Effect<string, E, R>

const identityOf = <E, R>(
  { amount, key, reason, target }: Bonus,
  nameOf: NameOf<E, R>
): Effect.Effect<string, E, R> => {
  const whom = target._tag === "Agent" ? Effect.succeed<string>(target.agent) : nameOf(target.worker)
  return Effect.map(whom, (name) => JSON.stringify([target._tag, name, amount.minor, reason, Option.getOrNull(key)]))
}

const calledIn = ({ target }: Bonus): string => (target._tag === "Agent" ? target.agent : target.worker)

const repeated = (first: Bonus, again: Bonus): Bad => {
  const called = calledIn(first) === calledIn(again) ? "" : `, where the same worker is called ${calledIn(first)},`
  return bad(
    again.line,
    `is the same bonus as on line ${first.line}${called} and would be paid once; to pay both, give them different texts in a column "key"`
  )
}

/** Counts, and finds rows that are the same; remembers each row. */
const check = <E, R, E2, R2>(
  rows: Stream.Stream<Decoded, E, R>,
  file: string,
  nameOf: NameOf<E2, R2>
): Effect.Effect<Checked, E | E2, R | R2> =>
  Effect.suspend(() => {
    const seen = new Map<string, Bonus>()
    const faultIn = (row: Decoded): Effect.Effect<Option.Option<Bad>, E2, R2> =>
      Either.match(row, {
        onLeft: (bad) => Effect.succeedSome(bad),
        onRight: (bonus) =>
          Effect.map(identityOf(bonus, nameOf), (identity) => {
            const first = seen.get(identity)
            if (first === undefined) seen.set(identity, bonus)
            return Option.map(Option.fromNullable(first), (first) => repeated(first, bonus))
          })
      })
    return Stream.runFoldEffect(rows, { faults: Faults.none, count: 0, minor: 0 }, (state, row) =>
      Effect.map(faultIn(row), (found) => ({
        faults: Faults.addAll(
          state.faults,
          Option.toArray(found).map(({ line, message }) => Faults.fault(file, message, line))
        ),
        count: state.count + 1,
        minor: state.minor + (Either.isRight(row) ? row.right.amount.minor : 0)
      }))
    )
  })

/**
 * How a file is read.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options<E = never, R = never> {
  /**
   * What the crowd calls the worker whom a row names, so that one who is named by id in one row and by name in another is
   * known to be the same; by default, what the row says.
   */
  readonly nameOf?: ((worker: string) => Effect.Effect<string, E, R>) | undefined
}

/**
 * Reads a file of bonuses in the currency of the run and checks it whole; all that is wrong is reported at once.
 *
 * @example
 * import { NodeContext } from "@effect/platform-node"
 * import { Money } from "effect-crowd"
 * import * as BonusFile from "effect-crowd/batch/BonusFile"
 * import * as Effect from "effect/Effect"
 *
 * const bonuses = Effect.provide(BonusFile.read("bonuses.csv", Money.USD), NodeContext.layer)
 *
 * @since 0.1.0
 * @category constructors
 */
export const read = <E = never, R = never>(
  path: string,
  currency: Money.Currency,
  options: Options<E, R> = {}
): Effect.Effect<BonusFile, InvalidInput | E, FileSystem.FileSystem | R> =>
  Effect.gen(function* () {
    const { bytes, changed, unchanged } = yield* source(path, path, path)
    const whole = yield* Heads.fault(bytes, { _tag: "Table", separator: ",", isBatch: false })
    if (whole !== undefined) return yield* Faults.single(path, Faults.fault(path, whole.message, whole.line))
    const rows = decode(Csv.records(bytes), currency)
    const { count, faults, minor } = yield* check(rows, path, options.nameOf ?? Effect.succeed)
    const empty = Faults.fault(path, "has no bonuses; the first line names the columns, then one row for each bonus")
    const huge = Faults.fault(path, "the bonuses add up to more than can be counted exactly")
    yield* Faults.failIfAny(path, count === 0 ? Faults.addAll(faults, [empty]) : faults)
    yield* Faults.failIfAny(path, Number.isSafeInteger(minor) ? faults : Faults.addAll(faults, [huge]))
    return {
      count,
      total: Money.make(minor, currency),
      rows: unchanged(Stream.mapEffect(rows, (row) => Either.mapLeft(row, () => changed)))
    }
  })
