/**
 * The origin of its own in which a task is shown that asks for the microphone or the camera: browsers give them to no
 * page in a sandbox without an origin. It is this server under another name, and nothing but frames is there.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { InvalidSetting } from "../../CrowdError.js"
import { isLoopback } from "../../internal/hosts.js"
import type { Permission, Task } from "../../TaskRuns.js"
import { nameOf, parse } from "../origins.js"

export interface Options {
  /** The origin of the pages around the frames. */
  readonly url?: string | undefined
  readonly framesUrl?: string | undefined
}

export interface Origins {
  readonly frames: string
  readonly pages: string
}

export class Frames extends Context.Tag("effect-crowd/server/Frames")<Frames, Option.Option<Origins>>() {}

/** An address that is an origin and nothing more. */
export const originOf = (text: string): Option.Option<string> =>
  parse(text).pipe(
    Option.filter(
      ({ hash, password, pathname, protocol, search, username }) =>
        /^https?:$/.test(protocol) && pathname === "/" && `${search}${hash}${username}${password}` === ""
    ),
    Option.map(({ origin }) => origin)
  )

const nameIn = (origin: string): string => nameOf(new URL(origin).host)

/**
 * Returns where frames are, if they are to be elsewhere. Fails with InvalidSetting where that is no other place than
 * the pages'.
 */
export const check = ({ framesUrl, url }: Options): Effect.Effect<Option.Option<Origins>, InvalidSetting> => {
  if (framesUrl === undefined) return Effect.succeedNone
  const wrong = (description: string) => new InvalidSetting({ setting: "framesUrl", value: framesUrl, description })
  return Effect.gen(function* () {
    const frames = yield* Effect.mapError(originOf(framesUrl), () =>
      wrong("it is like https://frames.example.org, no path")
    )
    const pages = yield* Effect.mapError(Option.flatMap(Option.fromNullable(url), originOf), () =>
      wrong("it needs to be said where the pages are, with url")
    )
    const name = nameIn(frames)
    if (nameIn(pages) === name) {
      return yield* wrong(
        `the pages are at ${name} too, and browsers send the cookies of a name to all its ports; give the frames a name of their own`
      )
    }
    return Option.some({ frames, pages })
  })
}

/** Whether a request for this host is for the frames: by name, since cookies are. */
export const isTheirHost = (origins: Option.Option<Origins>, host: string): boolean =>
  Option.exists(origins, ({ frames }) => nameIn(frames) === nameOf(host))

interface Place {
  /** Empty where it is the page's own, in a sandbox. */
  readonly origin: string
  /** What the task may use there. */
  readonly permissions: ReadonlyArray<Permission>
}

/** Where a page of this origin shows the task. */
export const placeOf = (origins: Option.Option<Origins>, { permissions }: Task, page: string): Place =>
  Option.match(origins, {
    onSome: ({ frames, pages }) =>
      pages === page && permissions.length > 0 ? { origin: frames, permissions } : { origin: "", permissions: [] },
    onNone: () => ({ origin: "", permissions: [] })
  })

/**
 * The origin of the pages around the task where it was asked for at this host, if the task has an origin with a name
 * there.
 */
export const pagesAround = (
  origins: Option.Option<Origins>,
  { permissions }: Task,
  host: string
): string | undefined =>
  permissions.length > 0 && isTheirHost(origins, host)
    ? Option.getOrUndefined(Option.map(origins, ({ pages }) => pages))
    : undefined

/** Whether browsers let pages of this origin use the microphone and the camera. */
export const isTrustworthy = (origin: string): boolean => {
  const name = nameIn(origin)
  return origin.startsWith("https:") || isLoopback(name) || name.endsWith(".localhost")
}
