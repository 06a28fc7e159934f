/**
 * Whose each name is, in the Store. A name that was freed is of another generation: the cookies of those before prove
 * it no more, and whoever is given it next is the same worker.
 */
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { NameNotTaken, NameTaken, StoreError } from "../CrowdError.js"
import { type BoundedMap, boundedMap } from "../internal/boundedMap.js"
import type * as Store from "../Store.js"
import { data } from "../store/tables.js"
import * as names from "./names.js"

const provider = "local"

/**
 * For so long a process takes a name to be of the generation it has read: one row a name in this time, not a request.
 */
const remembered = Duration.seconds(3)

/** So long after it was freed a name is given to nobody, so that no process still takes the cookies of those before. */
const settling = Duration.seconds(5)

/** The generation of a name that was never given. */
const nobodys = -1

const Reservation = Schema.Struct({
  /** As its worker is called, however it is written by who is given it next. */
  name: Schema.String,
  generation: Schema.Int,
  /** Since when it is nobody's. */
  freedAt: Schema.OptionFromNullOr(Schema.DateTimeUtcFromNumber)
})
type Reservation = typeof Reservation.Type

const decode = Schema.decodeUnknown(Reservation)
const encode = Schema.encodeSync(Reservation)

const idOf = (key: string): string => `${provider}/name/${key}`

const rowOf = (key: string, reservation: Reservation) => ({ id: idOf(key), provider, value: encode(reservation) })

export interface Service {
  /** Whether this is still what proves the name. */
  readonly isCurrent: (proof: names.Proof) => Effect.Effect<boolean, StoreError>
  /** Keeps the name for whoever comes first. Answers how it is proven. */
  readonly take: (name: string) => Effect.Effect<names.Proof, NameTaken | StoreError>
  readonly release: (name: string) => Effect.Effect<string, NameNotTaken | StoreError>
}

interface Book {
  readonly store: Store.Service
  /** The generations read last, and until when they count. */
  readonly known: BoundedMap<{ readonly generation: number; readonly until: number }>
}

const read = ({ store }: Book, key: string): Effect.Effect<Option.Option<Reservation>, StoreError> =>
  Effect.flatMap(
    store.get(data, idOf(key)),
    Option.match({
      onNone: () => Effect.succeedNone,
      onSome: ({ id, value }) =>
        Effect.asSome(
          Effect.mapError(
            decode(value),
            ({ message }) => new StoreError({ reason: "Corrupt", operation: `read ${id}`, description: message })
          )
        )
    })
  )

/** Who shows a cookie of a generation that was not seen yet has it from another process. */
const isCurrent =
  (book: Book): Service["isCurrent"] =>
  ({ generation, name }) =>
    Effect.gen(function* () {
      const key = names.keyOf(name)
      const now = yield* Clock.currentTimeMillis
      const seen = book.known.get(key)
      if (seen !== undefined && now < seen.until && generation <= seen.generation) {
        return generation === seen.generation
      }
      const found = yield* read(book, key)
      const current = Option.isNone(found) ? nobodys : found.value.generation
      book.known.set(key, { generation: current, until: now + Duration.toMillis(remembered) })
      return generation === current
    })

const retake = (book: Book, key: string, name: string) =>
  book.store.transaction(
    Effect.gen(function* () {
      const found = yield* read(book, key)
      if (Option.isNone(found) || Option.isNone(found.value.freedAt)) return yield* new NameTaken({ name })
      yield* book.store.put(data, [rowOf(key, { ...found.value, freedAt: Option.none() })])
      return { name: found.value.name, generation: found.value.generation }
    })
  )

/** Answers whether it is the first of its key; keeps with it what else it passes for, so that nobody gets that. */
const insert = ({ store }: Book, key: string, name: string) =>
  store.transaction(
    Effect.gen(function* () {
      const first: Reservation = { name, generation: 0, freedAt: Option.none() }
      if ((yield* store.insert(data, [rowOf(key, first)])).length === 0) return false
      const others = names.otherKeysOf(name)
      const kept = yield* store.insert(
        data,
        others.map((other) => rowOf(other, first))
      )
      return kept.length === others.length ? true : yield* new NameTaken({ name })
    })
  )

const take =
  (book: Book): Service["take"] =>
  (name) =>
    Effect.gen(function* () {
      const key = names.keyOf(name)
      if (yield* insert(book, key, name)) return { name, generation: 0 }
      const freedAt = Option.flatMap(yield* read(book, key), (reservation) => reservation.freedAt)
      if (Option.isNone(freedAt)) return yield* new NameTaken({ name })
      const since = DateTime.distanceDuration(freedAt.value, yield* DateTime.now)
      yield* Effect.sleep(Duration.subtract(settling, since))
      return yield* retake(book, key, name)
    })

const release =
  (book: Book): Service["release"] =>
  (name) =>
    Effect.gen(function* () {
      const key = names.keyOf(name)
      const found = Option.filter(yield* read(book, key), (reservation) => names.keyOf(reservation.name) === key)
      if (Option.isNone(found)) return yield* new NameNotTaken({ name })
      if (Option.isSome(found.value.freedAt)) return found.value.name
      const generation = found.value.generation + 1
      const freed = { ...found.value, generation, freedAt: Option.some(yield* DateTime.now) }
      yield* book.store.put(data, [rowOf(key, freed)])
      book.known.set(key, { generation, until: 0 })
      return found.value.name
    }).pipe(book.store.transaction)

export const make = (store: Store.Service): Service => {
  const book: Book = { store, known: boundedMap(10_000) }
  return { isCurrent: isCurrent(book), take: take(book), release: release(book) }
}
