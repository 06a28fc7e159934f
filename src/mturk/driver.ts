import type * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Driver from "../Driver.js"
import * as Money from "../Money.js"
import * as account from "./account.js"
import { bonus } from "./bonuses.js"
import { cleanup } from "./cleanup.js"
import type { Crowd } from "./crowd.js"
import { provider } from "./errors.js"
import { expire } from "./expire.js"
import { offerStatus } from "./hits.js"
import { exclude, setup } from "./hitTypes.js"
import { launch } from "./launch.js"
import { observe } from "./observe.js"
import { block, isBlocked, unblock } from "./people.js"
import { enforces } from "./qualifications.js"
import * as questions from "./questions.js"
import * as reviews from "./reviews.js"

export interface Options {
  readonly timeout: Duration.Duration
  readonly host: string | undefined
}

/** In a preview nobody has accepted anything. */
const preview = "ASSIGNMENT_ID_NOT_AVAILABLE"

/** The service's model has capitals and digits, 64 at the most; services like it may call things in other ways. */
const Id = Schema.String.pipe(Schema.pattern(/^[\w-]{1,64}$/))

export const ProviderData = Schema.Struct({
  workerId: Id,
  assignmentId: Id.pipe(Schema.filter((id) => id !== preview || "this is a preview")),
  hitId: Id
})

export const make = (crowd: Crowd, { host, timeout }: Options): Driver.Driver =>
  Driver.make({
    provider,
    mode: crowd.environment.mode === "production" ? "live" : "test",
    timeout,
    currencies: [Money.USD],
    offers: { holds: "row", keeps: ["differentPeople", "unitsPerWorker", "qualifications"] },
    fee: crowd.fee,
    enforces,
    carriesPages: host === undefined,
    pageFault: host === undefined ? questions.pageFault : undefined,
    registration: account.register(crowd.client),
    arrivals: Driver.arrivals({
      provider,
      schema: ProviderData,
      arrival: ({ assignmentId, hitId, workerId }) => ({
        workerName: workerId,
        offer: Option.some(hitId),
        remoteAgent: Option.some(assignmentId)
      })
    }),
    setup: setup(crowd),
    cleanup: cleanup(crowd),
    observe: observe(crowd, { alone: host === undefined }),
    offerStatus: offerStatus(crowd),
    agentStatus: reviews.agentStatus(crowd),
    launch: launch(crowd, questions.make(host)),
    expire: expire(crowd),
    approve: reviews.approve(crowd),
    reject: reviews.reject(crowd),
    bonus: bonus(crowd),
    block: block(crowd),
    unblock: unblock(crowd),
    exclude: exclude(crowd),
    isBlocked: isBlocked(crowd)
  })
