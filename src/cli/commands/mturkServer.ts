/** The command mturk-server: the Requester API of Mechanical Turk, served by your own people. */
import * as Command from "@effect/cli/Command"
import * as HelpDoc from "@effect/cli/HelpDoc"
import * as Options from "@effect/cli/Options"
import * as ValidationError from "@effect/cli/ValidationError"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as HashMap from "effect/HashMap"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Local from "../../Local.js"
import * as Money from "../../Money.js"
import * as cluster from "../cluster.js"
import { UsageError } from "../failure.js"
import { globalOptions } from "../globalOptions.js"
import * as optionalPackages from "../optionalPackages.js"
import * as pageAddresses from "../pageAddresses.js"
import * as providers from "../providers.js"
import { print } from "../Screen.js"
import * as Session from "../Session.js"
import * as secrets from "../secrets.js"
import * as serverSettings from "../serverSettings.js"
import { servable } from "../stopping.js"

const balance = Options.text("balance").pipe(
  Options.withPseudoName("USD"),
  Options.withDescription(
    "What a new account begins with, such as 100.00; what is approved is taken from it. By default money is no object"
  ),
  Options.mapEffect((text) =>
    Either.mapLeft(Money.parse(text, Money.USD), (why) => ValidationError.invalidValue(HelpDoc.p(`--balance: ${why}`)))
  ),
  Options.optional
)

const faultNames = ["throttle", "dropBefore", "dropAfter", "serverError", "unavailable", "emptyPage"]

const fault = Options.keyValueMap("fault").pipe(
  Options.withPseudoName("NAME=SHARE"),
  Options.withDescription(
    `To test a script: ${faultNames.join(", ")} happens to this share of the calls, such as throttle=0.1; may be given several times`
  ),
  Options.mapEffect((shares) =>
    Effect.forEach(HashMap.toEntries(shares), ([name, text]) => {
      const share = Number(text)
      return faultNames.includes(name) && text !== "" && share >= 0 && share <= 1
        ? Effect.succeed([name, share] as const)
        : Effect.fail(
            ValidationError.invalidValue(
              HelpDoc.p(
                `--fault ${name}=${text} cannot be; it is one of ${faultNames.join(", ")} with a share from 0 to 1`
              )
            )
          )
    })
  ),
  Options.optional
)

/** Scripts reach it where people do. */
const endpointOf = (workers: ReadonlyArray<string>): string => (workers[0] ?? "").replace(/\/$/, "")

const forScripts = (endpoint: string, { id, isMade, secret }: secrets.AccessKey): string =>
  [
    "Scripts:",
    `  export AWS_ENDPOINT_URL_MTURK=${endpoint}`,
    `  export AWS_ACCESS_KEY_ID=${id}`,
    ...(isMade ? [`  export AWS_SECRET_ACCESS_KEY=${Redacted.value(secret)}`] : []),
    "  export AWS_DEFAULT_REGION=us-east-1"
  ].join("\n")

const loaded = optionalPackages.needed(() => import("../mturkService.js"), {
  names: ["@smithy/signature-v4", "@aws-crypto/sha256-js"],
  neededBy: "crowd mturk-server"
})

/** A HIT has no word for what its page may ask browsers for. */
const { framesUrl: _, ...servingOptions } = serverSettings.options

interface Given extends cluster.Given {
  readonly balance: Option.Option<Money.Money>
  readonly fault: Option.Option<ReadonlyArray<readonly [string, number]>>
}

const serveFor = (settings: serverSettings.Settings, given: Given) =>
  Effect.scoped(
    Effect.gen(function* () {
      const { balance, fault } = given
      const { json } = yield* Session.Session
      const owners = yield* cluster.join(given)
      const key = yield* secrets.accessKey(settings.secret)
      const service = yield* loaded
      const opening = service.open(settings, {
        accessKeys: [{ id: key.id, secret: key.secret }],
        account: { balance: Option.getOrElse(balance, () => Money.make(0)) },
        mode: Option.isSome(balance) ? "production" : "sandbox",
        faults: Option.map(fault, (shares) => ({ seed: 1, shares: Object.fromEntries(shares) }))
      })
      const { console, description, workers } = yield* cluster.within(owners, opening)
      const endpoint = endpointOf(workers)
      const secret = key.isMade ? { secretAccessKey: Redacted.value(key.secret) } : {}
      yield* print(
        json
          ? JSON.stringify({ workers, console, endpoint, accessKeyId: key.id, ...secret })
          : [description, ...cluster.describe(owners), forScripts(endpoint, key)].join("\n")
      )
      return yield* cluster.conductRuns(owners)
    })
  )

const onlyLocal = Effect.flatMap(Session.Session, ({ provider }) =>
  provider === providers.local
    ? Effect.void
    : new UsageError({
        message: `crowd mturk-server is served by local, not by ${provider.name}. Leave --provider out.`
      })
)

export const mturkServer = Command.make(
  "mturk-server",
  { balance, fault, ...servingOptions, ...cluster.options, ...globalOptions },
  (given) =>
    Session.withSession(
      given,
      Effect.gen(function* () {
        yield* onlyLocal
        const settings = yield* serverSettings.settle({ ...pageAddresses.unsaid, ...given })
        const session = yield* Session.Session
        const crowd = Layer.mapError(Local.layer(settings.people), Session.wrongSetting(session))
        const served = servable("mturk-server", serveFor(settings, given))
        yield* Session.overStore("make", Effect.provide(served, crowd))
      }),
      providers.local
    )
).pipe(
  Command.withDescription("Serve Mechanical Turk's Requester API to anyone's scripts, worked on by your own people")
)
