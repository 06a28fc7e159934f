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

const sendToWorker = async ({ agents, decision, run }: Held, worker: string): Promise<void> => {
  let after: string | undefined
  do {
    const reply = await api.decideWorker(run, worker, decision, after)
    if (!reply.ok) return failed(agents, reply.problem)
    report(reply.value.outcomes)
    after = reply.value.next ?? undefined
  } while (after !== undefined)
}

const sendToAgents = async ({ agents, decision, run }: Held): Promise<void> => {
  for (let from = 0; from < agents.length; from += agentsAtMost) {
    const some = agents.slice(from, from + agentsAtMost)
    const reply = await api.decide(run, some, decision)
    if (reply.ok) report(reply.value.outcomes)
    else failed(some, reply.problem)
  }
}

const send = (held: Held): Promise<void> =>
  held.worker === undefined ? sendToAgents(held) : sendToWorker(held, held.worker)

let unsent: ReadonlyArray<Held> = []
let isSending = false

/** One after the other, so that what was decided first arrives first. */
const sendUnsent = async (): Promise<void> => {
  if (isSending) return
  isSending = true
  for (let [next] = unsent; next !== undefined; [next] = unsent) {
    unsent = unsent.slice(1)
    await send(next)
  }
  isSending = false
}

const release = (held: Waiting): void => {
  clearTimeout(held.timer)
  waiting = waiting.filter((other) => other !== held)
  update({})
  unsent = [...unsent, held]
  void sendUnsent()
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

/**
 * The page goes away: everything at once, the same decisions together. In no order, so what is decided of all of a
 * worker's must not meet what was decided of one: it is then about those the page knew.
 */
const sendAll = (): void => {
  const left = [...unsent, ...waiting]
  const isAlone = left.length === 1 && !isSending
  const all = new Map<string, Held>()
  for (const { agents, decision, run, words, worker } of left) {
    const key = JSON.stringify([run, decision])
    const same = all.get(key)?.agents ?? []
    const whole = isAlone && worker !== undefined ? { worker } : {}
    all.set(key, { run, decision, agents: [...same, ...agents], words, ...whole })
  }
  for (const { timer } of waiting) clearTimeout(timer)
  waiting = []
  unsent = []
  for (const held of all.values()) void send(held)
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
