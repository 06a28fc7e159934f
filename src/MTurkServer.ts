/**
 * The Mechanical Turk Requester API, served by your own people: whoever has a script for the marketplace points it here.
 * Local's crowd does the work, on Local's pages and in the same database.
 *
 * A HITType is a TaskRun, a HIT an Assignment, each of its assignments a Unit. Their names are the same letters under
 * another prefix, so nothing is looked up. An AssignmentId names the Unit, and so the next worker has it again after a
 * return. A WorkerId is the worker's id after an `A`.
 *
 * HITs expire one by one, and submissions are approved by this service with the money for them: the crowd's own lifetime
 * and delay are set to a hundred years. What all places of a HIT cost, fees included, is held from when they are on offer:
 * a HIT is refused if the account has less to spend. What ends unpaid is given back; when work is approved, what was held
 * for it is paid, by the protocol and by whoever has the `Agents` and `Workers` of `accounts`. Bonuses are paid of the rest.
 *
 * Workers ask for qualifications beside the tasks that need them. Those that are `AutoGranted` they have at once, the others
 * wait in `ListQualificationRequests`. `ActionsGuarded` says what is seen of a HIT by those who do not meet a requirement.
 *
 * Not offered, and answered with a `RequestError`: `GetFileUploadURL`, `ListReviewPolicyResultsForHIT`,
 * `SendTestEventNotification`, layouts, review policies, qualification tests and `QuestionForm`.
 * `UpdateNotificationSettings` is taken and kept, and nothing is delivered. The marketplace's own qualifications (approval
 * rate, locale, Masters) are kept and shown, and every worker meets them.
 *
 * @since 0.1.0
 */
import * as HttpLayerRouter from "@effect/platform/HttpLayerRouter"
import type { HttpServerRequest } from "@effect/platform/HttpServerRequest"
import * as Config from "effect/Config"
import type { ConfigError } from "effect/ConfigError"
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import { Agents } from "./Agents.js"
import type * as Local from "./Local.js"
import type { Money } from "./Money.js"
import type { Faults } from "./mturk-server/Faults.js"
import { handlers } from "./mturk-server/handlers.js"
import * as actionsGuarded from "./mturk-server/hits/actionsGuarded.js"
import { makeContext } from "./mturk-server/makeContext.js"
import * as messagesPage from "./mturk-server/people/messagesPage.js"
import * as workerRequests from "./mturk-server/people/workerRequests.js"
import * as protocol from "./mturk-server/protocol/protocol.js"
import * as upkeep from "./mturk-server/upkeep.js"
import * as submissions from "./mturk-server/work/submissions.js"
import * as pages from "./mturk-server/work/workerPages.js"
import type { Core } from "./Provider.js"
import type { Qualifications } from "./Qualifications.js"
import type { Store } from "./Store.js"
import * as storeErrors from "./server/storeErrors.js"
import { TaskSource } from "./server/TaskSource.js"
import { Workers } from "./Workers.js"

/**
 * A pair of keys with which requests are signed.
 *
 * @since 0.1.0
 * @category models
 */
export interface AccessKey {
  readonly id: string
  readonly secret: Redacted.Redacted<string>
  /** The name of the requester whose account pays; `mturk` by default. */
  readonly requester?: string | undefined
}

/**
 * Who may call the service, what their accounts begin with, and how often it looks after deadlines.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options {
  readonly accessKeys: ReadonlyArray<AccessKey>
  /** Signs what the pages of HITs are given to send their forms with; the same as `Server`'s, in every process. */
  readonly secret: Redacted.Redacted<string>
  /** What each account begins with, in USD. */
  readonly account: { readonly balance: Money }
  /** As the sandbox, money is no object: the balance is 10000.00 and stays so. */
  readonly mode?: "production" | "sandbox" | undefined
  /**
   * How often leases, expiries and auto-approvals are looked after when nobody asks; 1 second by default. Whatever is
   * asked for is brought to now before.
   */
  readonly every?: Duration.DurationInput | undefined
  /** For tests of clients. */
  readonly faults?: Faults | undefined
}

const noFaults: Faults = () => Effect.succeedNone

const keysOf = ({ accessKeys }: Options) =>
  new Map(accessKeys.map(({ id, requester = "mturk", secret }) => [id, { id, secret, requester }]))

const balanceOf = ({ account, mode }: Pick<Options, "account" | "mode">): Option.Option<number> =>
  mode === "sandbox" ? Option.none() : Option.some(account.balance.minor)

/**
 * Adds the service to a router, beside the pages on which its workers work (`Server.layer`, options `routes` and `accepts`).
 *
 * @example
 * import { Money, Store } from "effect-crowd"
 * import type * as Local from "effect-crowd/Local"
 * import * as MTurkServer from "effect-crowd/MTurkServer"
 * import * as Server from "effect-crowd/server/Server"
 * import * as Effect from "effect/Effect"
 * import * as Layer from "effect/Layer"
 * import * as Redacted from "effect/Redacted"
 *
 * const secret = Redacted.make("the same at every start, 16 characters or more")
 * const protocol = MTurkServer.layer({
 *   accessKeys: [{ id: "CROWD1", secret: Redacted.make("what scripts sign with") }],
 *   account: { balance: Money.make(100_00) },
 *   secret
 * })
 *
 * export const served = Layer.unwrapEffect(
 *   Effect.map(Effect.context<Local.Provides | Store.Store>(), (crowd) =>
 *     Server.layer({
 *       secret,
 *       token: Redacted.make("what opens the console"),
 *       accepts: MTurkServer.accepts,
 *       routes: Layer.provide(protocol, Layer.succeedContext(crowd))
 *     })
 *   )
 * )
 *
 * @since 0.1.0
 * @category layers
 */
export const layer = (
  options: Options
): Layer.Layer<never, never, HttpLayerRouter.HttpRouter | Local.Provides | Store> =>
  Layer.unwrapEffect(
    Effect.gen(function* () {
      const made = yield* makeContext(balanceOf(options))
      const app = protocol.app({
        context: made,
        keys: keysOf(options),
        handlers: handlers(made),
        faults: options.faults ?? noFaults,
        mode: options.mode ?? "production",
        tell: yield* storeErrors.reporter
      })
      const upkeeping = upkeep.round(made).pipe(
        Effect.catchAllCause((cause) => Effect.logWarning("MTurkServer: upkeep failed", cause)),
        Effect.repeat(Schedule.spaced(options.every ?? "1 second")),
        Effect.forkScoped
      )
      return Layer.mergeAll(
        HttpLayerRouter.add("POST", "/", app),
        submissions.routes(made, options.secret),
        messagesPage.routes(made),
        Layer.scopedDiscard(upkeeping)
      )
    })
  )

/**
 * The same with options from the configuration.
 *
 * @example
 * import { Money } from "effect-crowd"
 * import * as MTurkServer from "effect-crowd/MTurkServer"
 * import * as Config from "effect/Config"
 *
 * MTurkServer.layerConfig({
 *   accessKeys: Config.map(Config.all([Config.string("KEY_ID"), Config.redacted("KEY_SECRET")]), ([id, secret]) => [
 *     { id, secret }
 *   ]),
 *   account: { balance: Config.map(Config.integer("BALANCE_IN_CENTS"), (minor) => Money.make(minor)) },
 *   secret: Config.redacted("CROWD_SECRET")
 * })
 *
 * @since 0.1.0
 * @category layers
 */
export const layerConfig = (
  config: Config.Config.Wrap<Options>
): Layer.Layer<never, ConfigError, HttpLayerRouter.HttpRouter | Local.Provides | Store> =>
  Layer.unwrapEffect(Effect.map(Config.unwrap(config), layer))

/**
 * The crowd of the environment, but what it pays for HITs is taken from their requesters' accounts: for the environment
 * of `Server.layer`, so that decisions and bonuses of the console are paid as those of the protocol are, once. What the
 * account cannot pay is `InsufficientFunds`, and is not decided. Everything else is as it was.
 *
 * @example
 * import { Money } from "effect-crowd"
 * import * as Local from "effect-crowd/Local"
 * import * as MTurkServer from "effect-crowd/MTurkServer"
 * import * as Layer from "effect/Layer"
 *
 * export const crowd = MTurkServer.accounts({ account: { balance: Money.make(100_00) } }).pipe(
 *   Layer.provideMerge(Local.layer())
 * )
 *
 * @since 0.1.0
 * @category layers
 */
export const accounts = (
  options: Pick<Options, "account" | "mode">
): Layer.Layer<Agents | Workers, never, Core | Qualifications | Store> =>
  Layer.effectContext(
    Effect.map(makeContext(balanceOf(options)), ({ agents, workers }) =>
      Context.make(Agents, agents).pipe(Context.add(Workers, workers))
    )
  )

/**
 * The requests that are for this service, though pages of other sites send them or their body is no JSON (`Server.layer`,
 * option `accepts`).
 *
 * @since 0.1.0
 * @category predicates
 */
export const accepts = (request: HttpServerRequest, from: { readonly isForeign: boolean }): boolean =>
  protocol.isCall(request) || submissions.isForm(request, from)

/**
 * Shows HITs on Local's pages: for the environment of `Server.layer`. `url` is where browsers reach it, for the forms of
 * pages that are elsewhere; by default what the browser itself calls the server, over http.
 *
 * @example
 * import * as Local from "effect-crowd/Local"
 * import * as MTurkServer from "effect-crowd/MTurkServer"
 * import * as Layer from "effect/Layer"
 * import * as Redacted from "effect/Redacted"
 *
 * const secret = Redacted.make("the same at every start, 16 characters or more")
 *
 * export const crowd = Layer.provideMerge(MTurkServer.tasks({ secret }), Local.layer())
 *
 * @since 0.1.0
 * @category layers
 */
export const tasks = (
  options: Pick<Options, "secret"> & { readonly url?: string | undefined }
): Layer.Layer<TaskSource, never, Core | Qualifications | Store> =>
  Layer.effect(
    TaskSource,
    Effect.map(makeContext(Option.none()), (made) => ({
      shown: pages.shown(made, options.secret, options.url),
      access: (run, worker) => actionsGuarded.access(made, run, worker),
      ask: (qualification, worker) => workerRequests.ask(made, qualification, worker)
    }))
  )
