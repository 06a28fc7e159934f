/** Decisions that are held back a while, so that they can be undone; sent at once when the page goes away. */
import { useEffect, useState } from "preact/hooks"
import * as api from "./api.js"

const holdFor = 6_000
const agentsAtMost = 200

export interface Held {
  readonly run: string
  readonly decision: api.Decision
  /** Set where it is about everything of one worker; `agents` are then those the page knew. */
  readonly worker?: string
  readonly agents: ReadonlyArray<string>
  /** What is being done, in words. */
  readonly words: string
}

interface Waiting extends Held {
  readonly timer: number
}

export interface Failure {
  readonly agents: ReadonlyArray<string>
  readonly problem: api.Problem
}

export interface State {
  readonly held: ReadonlyArray<Held>
  /** What is held back, on its way or decided: no more to be reviewed. */
  readonly done: ReadonlySet<string>
  readonly failure: Failure | undefined
}

let waiting: ReadonlyArray<Waiting> = []
let state: State = { held: [], done: new Set(), failure: undefined }
const listeners = new Set<(state: State) => void>()

const update = (part: Partial<State>): void => {
  state = { ...state, ...part, held: waiting }
  for (const listener of listeners) listener(state)
}

const without = (agents: Iterable<string>): ReadonlySet<string> => {
  const done = new Set(state.done)
  for (const agent of agents) done.delete(agent)
  return done
}

const failed = (agents: ReadonlyArray<string>, problem: api.Problem): void =>
  update({ done: without(agents), failure: { agents, problem } })

/** What was decided meanwhile, by somebody else or by itself, is nothing to review any more. */
const report = (outcomes: ReadonlyArray<api.Outcome>): void => {
  for (const outcome of outcomes) {
    if (outcome._tag === "Decided") continue
    const isOver = outcome.error._tag === "InvalidTransition"
    failed(isOver ? [] : [outcome.agent], outcome.error)
  }
}

const sendToWorker = async ({ agents, decision, run }: Held, worker: string, keepalive: boolean): Promise<void> => {
  let after: string | undefined
  do {
    const reply = await api.decideWorker(run, worker, decision, { after, keepalive })
    if (!reply.ok) return failed(agents, reply.problem)
    report(reply.value.outcomes)
    after = reply.value.next ?? undefined
  } while (after !== undefined)
}

const sendToAgents = async ({ agents, decision, run }: Held, keepalive: boolean): Promise<void> => {
  for (let from = 0; from < agents.length; from += agentsAtMost) {
    const some = agents.slice(from, from + agentsAtMost)
    const reply = await api.decide(run, some, decision, keepalive)
    if (reply.ok) report(reply.value.outcomes)
    else failed(some, reply.problem)
  }
}

const send = (held: Held, keepalive: boolean): Promise<void> =>
  held.worker === undefined ? sendToAgents(held, keepalive) : sendToWorker(held, held.worker, keepalive)

/** One after the other, so that what was decided first arrives first. */
let sending = Promise.resolve()

const release = (held: Waiting): void => {
  clearTimeout(held.timer)
  waiting = waiting.filter((other) => other !== held)
  update({})
  sending = sending.then(() => send(held, false))
}

const releaseAll = (): void => {
  for (const held of waiting) release(held)
}

/** What is decided of all of a worker's must not overtake what was decided of one before. */
export const hold = (held: Held): void => {
  if (held.worker !== undefined) releaseAll()
  const made: Waiting = { ...held, timer: setTimeout(() => release(made), holdFor) }
  waiting = [...waiting, made]
  update({ done: new Set([...state.done, ...held.agents]), failure: undefined })
}

/** Takes back what was decided last; answers what it was about. */
export const undo = (): ReadonlyArray<string> => {
  const last = waiting.at(-1)
  if (last === undefined) return []
  clearTimeout(last.timer)
  waiting = waiting.filter((other) => other !== last)
  update({ done: without(last.agents) })
  return last.agents
}

export const dismissFailure = (): void => update({ failure: undefined })

/** The page goes away: the same decisions go together, and at once. */
const sendAll = (): void => {
  const all = new Map<string, Held>()
  for (const { agents, decision, run, timer, words, worker } of waiting) {
    clearTimeout(timer)
    const key = JSON.stringify([run, decision, worker])
    const same = all.get(key)?.agents ?? []
    all.set(key, { run, decision, agents: [...same, ...agents], words, ...(worker !== undefined && { worker }) })
  }
  waiting = []
  for (const held of all.values()) void send(held, true)
  update({})
}

addEventListener("pagehide", sendAll)

export const useHeld = (): State => {
  const [seen, setSeen] = useState(state)
  useEffect(() => {
    listeners.add(setSeen)
    setSeen(state)
    return () => {
      listeners.delete(setSeen)
    }
  }, [])
  return seen
}
