/** What the spans of each service's methods carry. */
import * as Option from "effect/Option"
import type * as Agents from "../Agents.js"
import type * as Budget from "../Budget.js"
import type { BudgetDriver, Driver, MessagesDriver, QualificationsDriver } from "../Driver.js"
import type * as Journal from "../Journal.js"
import type * as Messages from "../Messages.js"
import type * as Qualifications from "../Qualifications.js"
import type * as Requesters from "../Requesters.js"
import type * as TaskRuns from "../TaskRuns.js"
import type * as Units from "../Units.js"
import type * as Workers from "../Workers.js"
import { type Attributes, type Spans, traced, tracedOutward } from "./tracing.js"

const ofRun = (run: string | undefined): Attributes => ({ run })
const ofUnit = (unit: string): Attributes => ({ unit })
const ofAgent = (agent: string): Attributes => ({ agent })
const ofWorker = (worker: string): Attributes => ({ worker })
const ofRequester = (requester: string): Attributes => ({ requester })
const ofMany = (all: ReadonlyArray<unknown>): Attributes => ({ count: all.length })
const inScope = (worker: string, scope: Workers.Scope): Attributes => ({ worker, ...scope })

const requesters: Spans<Requesters.Service> = { isRegistered: ofRequester, get: ofRequester }

const taskRuns: Spans<TaskRuns.Service> = {
  open: ({ requester }) => ({ requester }),
  setup: ofRun,
  draft: ofRun,
  cleanup: ofRun,
  get: ofRun,
  olderThan: ofRun,
  template: ofRun,
  addMedia: (run, files) => ({ run, count: files.length }),
  media: ofRun,
  addRows: (run, _, rows) => ({ run, count: rows.length }),
  rows: ofRun,
  assignment: (assignment) => ({ assignment }),
  assignments: ofMany,
  counts: ofRun,
  generation: ofRun,
  summary: ofRun,
  due: ofRun
}

const units: Spans<Units.Service> = {
  get: ofUnit,
  list: ofRun,
  getAll: ofMany,
  status: ofUnit,
  launch: ofRun,
  expire: ofUnit,
  expireAll: ofRun,
  expireOverdue: ofRun,
  offerEnds: ofRun,
  busyUntil: ofRun,
  sync: ofRun,
  changes: ofRun
}

const agents: Spans<Agents.Service> = {
  register: ofRun,
  submit: ({ agent, worker }) => ({ agent, worker }),
  start: ofAgent,
  heartbeat: ofAgent,
  return: ofAgent,
  disconnect: ofAgent,
  approve: ofAgent,
  approveAll: ofRun,
  softReject: ofAgent,
  reject: ofAgent,
  status: ofAgent,
  markDone: ofAgent,
  exit: ofAgent,
  refusalExit: ofRun,
  endOverdue: ofRun,
  disconnectSilent: ofRun,
  get: ofAgent,
  list: ofRun,
  submissions: ofRun,
  watch: ofRun,
  ofWorker
}

const workers: Spans<Workers.Service> = {
  get: ofWorker,
  ofRun,
  bonus: ({ run, unit, worker }) => ({ worker, unit, run }),
  block: inScope,
  unblock: inScope,
  isBlocked: inScope,
  isEligible: (worker, run) => ({ worker, run }),
  standing: (run, worker) => ({ worker, run }),
  progress: (run, worker) => ({ run, worker })
}

const journal: Spans<Journal.Service> = {
  settle: ofRun,
  list: (_, run) => ({ run }),
  resolve: (token) => ({ token })
}

const qualifications: Spans<Qualifications.Service> = {
  grant: (_, worker) => ({ worker }),
  revoke: (_, worker) => ({ worker }),
  value: (_, worker) => ({ worker })
}

const budget: Spans<Budget.Service> = { available: ofRequester }

const messages: Spans<Messages.Service> = { send: ofMany }

/** Each capability, as it is seen by a tracer. */
export const capabilities = {
  Requesters: requesters,
  TaskRuns: taskRuns,
  Units: units,
  Agents: agents,
  Workers: workers,
  Journal: journal,
  Qualifications: qualifications,
  Budget: budget,
  Messages: messages
}

const driver: Spans<Driver> = {
  setup: ({ id }) => ({ run: id }),
  estimate: (_, units) => ({ count: units }),
  draft: ({ id }, units) => ({ run: id, count: units }),
  exit: ({ agent, run }) => ({ run: run.id, agent: Option.getOrUndefined(Option.map(agent, ({ id }) => id)) }),
  cleanup: ({ id }) => ({ run: id }),
  observe: ({ id }) => ({ run: id }),
  offerStatus: ({ id }) => ({ unit: id }),
  agentStatus: ({ id }) => ({ agent: id }),
  markDone: ({ id }) => ({ agent: id }),
  isBlocked: ({ id }) => ({ worker: id })
}

/** The driver, each call of which has a span. */
export const tracedDriver = (plain: Driver): Driver => {
  const always = { provider: plain.provider }
  return {
    ...traced("Driver", plain, driver, always),
    news: plain.news,
    arrivals: plain.arrivals,
    registration: traced(
      "Driver.registration",
      plain.registration,
      { isRegistered: ({ id }) => ({ requester: id }) },
      always
    ),
    launch: tracedOutward("Driver.launch", plain.launch, always),
    expire: tracedOutward("Driver.expire", plain.expire, always),
    approve: tracedOutward("Driver.approve", plain.approve, always),
    reject: tracedOutward("Driver.reject", plain.reject, always),
    bonus: tracedOutward("Driver.bonus", plain.bonus, always),
    block: tracedOutward("Driver.block", plain.block, always),
    unblock: tracedOutward("Driver.unblock", plain.unblock, always)
  }
}

export const tracedQualifications = (plain: QualificationsDriver, provider: string): QualificationsDriver => ({
  ...traced("Driver.qualifications", plain, { delete: ({ id }) => ({ qualification: id }) }, { provider }),
  grant: tracedOutward("Driver.grant", plain.grant, { provider }),
  revoke: tracedOutward("Driver.revoke", plain.revoke, { provider })
})

export const tracedBudget = (plain: BudgetDriver, provider: string): BudgetDriver =>
  traced("Driver.budget", plain, { available: ({ id }) => ({ requester: id }) }, { provider })

export const tracedMessages = (plain: MessagesDriver, provider: string): MessagesDriver =>
  traced("Driver.messages", plain, { send: ofMany }, { provider })
