/** Where the pages are, and the frames of tasks that ask for the microphone or the camera. */
import type * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { bracketed, isUnspecified } from "../internal/hosts.js"
import { parse } from "../server/origins.js"
import * as frameOrigin from "../server/pages/frameOrigin.js"
import { setting } from "./environment.js"
import { UsageError } from "./failure.js"
import { Session } from "./Session.js"

const port = setting(
  Options.integer("port").pipe(
    Options.withPseudoName("N"),
    Options.withDescription("The port of the pages, 8080 by default; 0 takes a free one")
  ),
  Config.integer("CROWD_PORT")
)

const host = setting(
  Options.text("host").pipe(
    Options.withPseudoName("ADDRESS"),
    Options.withDescription("Who can reach the pages: this machine (127.0.0.1, the default); 0.0.0.0 is everybody")
  ),
  Config.nonEmptyString("CROWD_HOST")
)

const url = setting(
  Options.text("url").pipe(
    Options.withPseudoName("URL"),
    Options.withDescription(
      "How others reach the pages, where something stands before them; prolific and panel send people there"
    )
  ),
  Config.nonEmptyString("CROWD_URL")
)

const framesUrl = setting(
  Options.text("frames-url").pipe(
    Options.withPseudoName("URL"),
    Options.withDescription(
      "This server by another name, https or localhost, for tasks that ask for the microphone or the camera"
    )
  ),
  Config.nonEmptyString("CROWD_FRAMES_URL")
)

export const options = { port: port.option, host: host.option, url: url.option, framesUrl: framesUrl.option }

export type Given = Command.Command.ParseConfig<typeof options>

/** For commands that have not all of the options. */
export const unsaid: Given = { port: port.unsaid, host: host.unsaid, url: url.unsaid, framesUrl: framesUrl.unsaid }

export interface Places {
  readonly host: string
  readonly port: number
  /** The origin under which others reach the pages. */
  readonly url: Option.Option<string>
  /** Where frames are, if they are elsewhere than the pages around them. */
  readonly framed: Option.Option<frameOrigin.Origins>
}

/** The address of a host at a port. */
export const at = (host: string, port: number): string => `http://${bracketed(host)}:${port}`

const checkPort = (port: number): Effect.Effect<number, UsageError> =>
  port >= 0 && port <= 65_535
    ? Effect.succeed(port)
    : new UsageError({ message: `--port ${port} is no port; it is 0 to 65535.` })

const checkUrl = (text: string): Effect.Effect<string, UsageError> =>
  Effect.mapError(
    frameOrigin.originOf(text),
    () => new UsageError({ message: `--url ${text} cannot be: it is like https://crowd.example.org, no path.` })
  )

/** How others reach the pages; fails where a crowd has to be told and nobody said. */
export const urlOf = (given: Pick<Given, "url">): Effect.Effect<Option.Option<string>, UsageError, Session> =>
  Effect.gen(function* () {
    const { provider } = yield* Session
    const url = yield* Effect.transposeMapOption(yield* given.url, checkUrl)
    if (provider.serves === "sent" && Option.isNone(url)) {
      return yield* new UsageError({
        message: `${provider.name} sends people to the pages of crowd run and crowd serve: say with --url https://… (or CROWD_URL) where they reach them.`
      })
    }
    return url
  })

/** The one origin of the pages around frameOrigin. */
const pagesOf = ({ host, port, url }: Omit<Places, "framed">): Effect.Effect<string, UsageError, Session> =>
  Effect.gen(function* () {
    const { provider, terms } = yield* Session
    const tasks = provider.tasksAt(terms)
    const told = typeof tasks === "object" ? Option.map(parse(tasks.url), ({ origin }) => origin) : Option.none()
    const said = Option.orElse(url, () => told)
    if (Option.isSome(said)) return said.value
    if (isUnspecified(host) || port === 0) {
      const why = port === 0 ? "the pages take any free port" : `with --host ${host} the pages are at several addresses`
      return yield* new UsageError({ message: `--frames-url needs --url: ${why}.` })
    }
    return at(host, port)
  })

const framedOf = (framesUrl: string, places: Omit<Places, "framed">) =>
  Effect.flatMap(pagesOf(places), (url) =>
    Effect.mapError(
      frameOrigin.check({ url, framesUrl }),
      ({ description }) => new UsageError({ message: `--frames-url ${framesUrl} cannot be: ${description}.` })
    )
  )

export const settle = (given: Given): Effect.Effect<Places, UsageError, Session> =>
  Effect.gen(function* () {
    const places = {
      host: Option.getOrElse(yield* given.host, () => "127.0.0.1"),
      port: yield* checkPort(Option.getOrElse(yield* given.port, () => 8080)),
      url: yield* Effect.transposeOption(Option.map(yield* given.url, checkUrl))
    }
    const framed = yield* Effect.transposeMapOption(yield* given.framesUrl, (framesUrl) => framedOf(framesUrl, places))
    return { ...places, framed: Option.flatten(framed) }
  })
