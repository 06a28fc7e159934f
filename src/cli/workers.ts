/** Commands over a worker: block, unblock, free-name. */
import * as Args from "@effect/cli/Args"
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { WorkerId } from "../Ids.js"
import * as Local from "../Local.js"
import { type Worker, Workers } from "../Workers.js"
import * as crowds from "./crowds.js"
import { UsageError } from "./failure.js"
import { plain } from "./format.js"
import * as providers from "./providers.js"
import * as Session from "./Session.js"
import * as summary from "./summary.js"

/** The worker of this id, or whom the crowd calls so. */
export const known = (text: string) =>
  Effect.flatMap(Workers, (workers) => (Schema.is(WorkerId)(text) ? workers.get(text) : workers.findByName(text)))

/** The same; says so where only other crowds of the database have them. */
export const find = (text: string) =>
  Effect.catchTag(known(text), "WorkerNotFound", (error) =>
    Effect.gen(function* () {
      const { provider } = yield* Session.Session
      const others = (yield* crowds.workersCalled(text)).map((other) => other.provider.name)
      return yield* others.length === 0
        ? error
        : new UsageError({ message: `${text} is a worker of ${others.join(" and ")}, not of ${provider.name}.` })
    })
  )

const worker = Args.text({ name: "worker" }).pipe(
  Args.withDescription("What the crowd calls them (WorkerId in the results), or their id here")
)

const reason = Options.text("reason").pipe(
  Options.withPseudoName("TEXT"),
  Options.withDescription("Why; some crowds show it to the worker"),
  Options.withDefault("blocked by the requester")
)

const tell = (worker: Worker, blocked: boolean) =>
  summary.answer({ worker: worker.id, name: worker.name, blocked }, () => {
    const name = plain(worker.name)
    return blocked ? `${name} is blocked and gets no more work from you.` : `${name} may work for you again.`
  })

export const block = Command.make("block", { worker, reason, ...Session.options }, (given) =>
  Session.withCrowdOf(
    given,
    Effect.gen(function* () {
      const requester = yield* (yield* Session.Session).provider.requester
      const found = yield* find(given.worker)
      yield* (yield* Workers).block(found.id, { requester: requester.id }, given.reason)
      yield* tell(found, true)
    })
  )
).pipe(Command.withDescription("Keep a worker from all your work"))

export const unblock = Command.make("unblock", { worker, ...Session.options }, (given) =>
  Session.withCrowdOf(
    given,
    Effect.gen(function* () {
      const requester = yield* (yield* Session.Session).provider.requester
      const found = yield* find(given.worker)
      yield* (yield* Workers).unblock(found.id, { requester: requester.id })
      yield* tell(found, false)
    })
  )
).pipe(Command.withDescription("Let a blocked worker work for you again"))

const name = Args.text({ name: "name" }).pipe(Args.withDescription("The name a worker of Local chose"))

export const freeName = Command.make("free-name", { name, ...Session.options }, (given) =>
  Session.withSession(
    given,
    Session.overStore(
      "miss",
      Effect.gen(function* () {
        const freed = yield* (yield* Local.Local).release(given.name)
        yield* summary.answer(
          { name: freed },
          () => `${freed} is free: whoever chooses the name next goes on as this worker.`
        )
      }).pipe(Effect.provide(Local.layer()))
    ),
    providers.local
  )
).pipe(Command.withDescription("Give back a name that a worker of Local chose and lost the cookie of"))
