import type { PlatformError } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { maxTemplateBytes } from "../../Batch.js"
import type { InvalidInput } from "../../CrowdError.js"
import * as Faults from "../faults.js"
import { utf8 } from "./utf8.js"

const reasons: { readonly [reason: string]: string } = {
  NotFound: "does not exist",
  PermissionDenied: "permission denied",
  BadResource: "it is not a file"
}

/** Why a file could not be used, in a few words. @internal */
export const reasonOf = (error: PlatformError): string => {
  if (error._tag === "BadArgument") return error.message
  if (/EISDIR/.test(error.message)) return "it is a directory"
  if (/ENOSPC/.test(error.message)) return "the disk is full"
  return reasons[error.reason] ?? error.message
}

/** @internal */
export const unreadable =
  (path: string, file: string) =>
  (error: PlatformError): InvalidInput =>
    Faults.single(
      path,
      Faults.fault(
        file,
        error._tag === "SystemError" && error.reason === "NotFound"
          ? "there is no such file"
          : `cannot be read: ${reasonOf(error)}`
      )
    )

/** A whole text file, without its byte order mark; one larger than a template may be is refused. `path` and `file` name it in faults. @internal */
export const readText = (
  location: string,
  path: string,
  file: string
): Effect.Effect<string, InvalidInput, FileSystem.FileSystem> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const fail = (message: string) => Faults.single(path, Faults.fault(file, message))
    const info = yield* Effect.mapError(fs.stat(location), unreadable(path, file))
    if (info.size > maxTemplateBytes) {
      return yield* fail(
        `is larger than ${maxTemplateBytes} bytes; put pictures and scripts elsewhere, and their addresses into it`
      )
    }
    const bytes = yield* Effect.mapError(fs.readFile(location), unreadable(path, file))
    return yield* Either.mapBoth(utf8(bytes), { onLeft: fail, onRight: (text) => text.replace(/^\uFEFF/, "") })
  })

/** A file that is read more than once. @internal */
export interface Source {
  readonly bytes: Stream.Stream<Uint8Array, InvalidInput>
  readonly changed: InvalidInput
  /** The stream, which reads `bytes`, failing if the file is not what it was when the source was made. */
  readonly unchanged: <A, E>(stream: Stream.Stream<A, E>) => Stream.Stream<A, E | InvalidInput>
}

/** `path` and `file` name it in faults. @internal */
export const source = (
  location: string,
  path: string,
  file: string
): Effect.Effect<Source, InvalidInput, FileSystem.FileSystem> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const version = Effect.mapBoth(fs.stat(location), {
      onFailure: unreadable(path, file),
      onSuccess: ({ mtime, size }) => `${size} ${Option.getOrUndefined(mtime)?.getTime()}`
    })
    const first = yield* version
    const changed = Faults.single(path, Faults.fault(file, "was changed while it was in use; run the command again"))
    const verify = Stream.execute(
      Effect.filterOrFail(
        version,
        (now) => now === first,
        () => changed
      )
    )
    return {
      bytes: Stream.mapError(fs.stream(location), unreadable(path, file)),
      changed,
      unchanged: (stream) => verify.pipe(Stream.concat(stream), Stream.concat(verify))
    }
  })
