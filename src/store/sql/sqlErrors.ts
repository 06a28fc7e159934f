import * as Predicate from "effect/Predicate"
import { StoreError, type StoreErrorReason } from "../../CrowdError.js"

type Reason = StoreErrorReason

const codes: ReadonlyArray<readonly [RegExp, Reason]> = [
  [/^SQLITE_(BUSY|LOCKED)/, "Busy"],
  [/^SQLITE_FULL/, "Full"],
  [/^SQLITE_(READONLY|PERM)/, "ReadOnly"],
  [/^SQLITE_(CORRUPT|NOTADB|FORMAT)/, "Corrupt"],
  [/^SQLITE_(CANTOPEN|IOERR)/, "Unavailable"],
  [/^(40001|40P01|55P03|57014)$/, "Busy"],
  [/^53100$/, "Full"],
  [/^(25006|42501)$/, "ReadOnly"],
  [/^XX00[12]$/, "Corrupt"],
  [/^(08|28|3D|53|57P)/, "Unavailable"],
  [/^E(CONN|NOTFOUND|AI_|PIPE|TIMEDOUT|HOST|NET|NOENT|ACCES|ISDIR)/, "Unavailable"]
]

const messages: ReadonlyArray<readonly [RegExp, Reason]> = [
  [/^Cannot open database because the directory does not exist/, "Unavailable"],
  [/[Cc]onnection (terminated|ended|error)|^timeout exceeded when trying to connect/, "Unavailable"]
]

const advice: Record<Reason, (place: string) => string> = {
  Unavailable: (place) =>
    `${place} cannot be opened or reached; check that it is there and that this process may use it`,
  Busy: (place) =>
    `${place} is held by another process for longer than the busy timeout; wait for it or stop it, then try again`,
  Newer: (place) => `${place} was written by a newer version; update effect-crowd`,
  Older: (place) => `${place} was written by an older version; begin a new database, or use the version that wrote it`,
  Corrupt: (place) => `${place} is no database or is damaged; restore it from a copy, or choose another file`,
  ReadOnly: (place) => `${place} cannot be written; allow this process to write to it and to its folder`,
  Full: (place) => `there is no room left for ${place}; make room, then try again`,
  InTransaction: (place) => `${place} is in a transaction of yours; call this outside of it`,
  Failed: (place) => `${place} refused`
}

const text = (thing: unknown, property: string): string =>
  Predicate.hasProperty(thing, property) && typeof thing[property] === "string" ? thing[property] : ""

const causeOf = (error: unknown): unknown =>
  Predicate.hasProperty(error, "cause") && error.cause !== undefined ? error.cause : error

const reasonOf = (cause: unknown): Reason => {
  const code = text(cause, "code")
  const message = text(cause, "message")
  const found = codes.find(([pattern]) => pattern.test(code)) ?? messages.find(([pattern]) => pattern.test(message))
  return found?.[1] ?? "Failed"
}

/** Another transaction was in the way, and this one was undone: it may be run again. @internal */
export const isConflict = (error: unknown): boolean => /^(40001|40P01)$/.test(text(causeOf(error), "code"))

/** What a driver threw, as what the user can do about it. @internal */
export const fromDriver = (place: string, operation: string, error: unknown): StoreError => {
  const cause = causeOf(error)
  const reason = reasonOf(cause)
  const said = [text(cause, "message"), text(cause, "detail")].filter((part) => part !== "").join(": ")
  return new StoreError({
    reason,
    operation,
    description: said === "" ? advice[reason](place) : `${advice[reason](place)} (${said})`,
    cause
  })
}
