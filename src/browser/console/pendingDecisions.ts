/** Decisions that are held back a while, so that they can be undone; sent at once when the page goes away. */
import { useEffect, useState } from "preact/hooks"
import * as api from "./api.js"
import { type Moved, movedBy } from "./pendingCounts.js"
import { tellView } from "./useRuns.js"
import { counted } from "./words.js"

const holdFor = 6_000
const agentsAtMost = 200

/** Browsers send 64 KB of a page that goes away, some of which may be on its way already. */
const bytesAtMost = 48_000

export interface Held {
  readonly run: string
  /** The status in which they are listed until then. */
  readonly from: api.SubmissionStatus
  readonly decision: api.Decision
  /** Set where it is about everything of one worker; `agents` are then those the page knew. */
  readonly everything?: api.Everything
  readonly agents: ReadonlyArray<string>
  /** What is being done, in words. */
  readonly words: string
}

interface Waiting extends Held {
  readonly timer: number
}

export interface State {
  readonly held: ReadonlyArray<Held>
  /** What is held back, on its way or decided, by `listed`: no more to be shown there. */
  readonly done: ReadonlySet<string>
  /** What was decided and is not in the server's counts yet, by agent. */
  readonly moved: ReadonlyMap<string, Moved>
  /** What went wrong last. */
  readonly problem: api.Problem | undefined
}

let waiting: ReadonlyArray<Waiting> = []
let state: State = { held: [], done: new Set(), moved: new Map(), problem: undefined }
const listeners = new Set<(state: State) => void>()

const update = (part: Partial<State>): void => {
  state = { ...state, ...part, held: waiting }
  for (const listener of listeners) listener(state)
}

/** Something in the list of a status: once it is decided, it is to be seen in another. */
export const listed = (status: api.SubmissionStatus, what: string): string => `${status} ${what}`

/** Stands for everything of a worker, also what the page has yet to load. */
export const everythingOf = (run: string, worker: string): string => `${run} ${worker}`

const concerned = ({ agents, everything, run }: Held): ReadonlyArray<string> =>
  everything === undefined ? agents : [...agents, everythingOf(run, everything.of)]

const withAlso = ({ from }: Held, what: ReadonlyArray<string>): ReadonlySet<string> =>
  new Set([...state.done, ...what.map((one) => listed(from, one))])

const without = ({ from }: Held, what: ReadonlyArray<string>): ReadonlySet<string> => {
  const done = new Set(state.done)
  for (const one of what) done.delete(listed(from, one))
  return done
}

const withMoved = (held: Held): ReadonlyMap<string, Moved> =>
  new Map([...state.moved, ...held.agents.map((agent): [string, Moved] => [agent, movedBy(held)])])

const notMoved = (agents: ReadonlyArray<string>): ReadonlyMap<string, Moved> =>
  new Map([...state.moved].filter(([agent]) => !agents.includes(agent)))

const failed = (held: Held, what: ReadonlyArray<string>, problem: api.Problem): void =>
  update({ done: without(held, what), moved: notMoved(what), problem })

/** The server has counted these: what it says now takes the place of what was held against it before. */
const settle = async (run: string, agents: ReadonlyArray<string>): Promise<void> => {
  const reply = await api.run(run)
  update({ moved: notMoved(agents) })
  if (reply.ok) tellView(reply.value)
}

const repeats = (count: number, { _tag }: api.Decision): api.Problem => ({
  _tag: "Repeated",
  message: `${counted(count, "submission")} ${count === 1 ? "was" : "were"} ${_tag === "Reject" ? "rejected" : "paid"} before; the first feedback stands.`
})

/** What was decided meanwhile, by somebody else or by itself, is nothing to review any more. */
const report = (held: Held, outcomes: ReadonlyArray<api.Outcome>): void => {
  const decided = outcomes.flatMap(({ _tag, agent }) => (_tag === "Decided" ? [agent] : []))
  const repeated = outcomes.filter((outcome) => outcome._tag === "Decided" && outcome.repeated).length
  update({ done: withAlso(held, decided), ...(repeated > 0 ? { problem: repeats(repeated, held.decision) } : {}) })
  for (const outcome of outcomes) {
    if (outcome._tag === "Decided") continue
    const isOver = outcome.error._tag === "InvalidTransition"
    failed(held, isOver ? [] : [outcome.agent], outcome.error)
  }
  void settle(
    held.run,
    outcomes.map(({ agent }) => agent)
  )
}

const sendEverything = async (held: Held, everything: api.Everything): Promise<void> => {
  const { decision, run } = held
  let after: string | undefined
  do {
    const reply = await api.decideWorker(run, everything, decision, after)
    if (!reply.ok) return failed(held, concerned(held), reply.problem)
    report(held, reply.value.outcomes)
    after = reply.value.next ?? undefined
  } while (after !== undefined)
  update({ done: without(held, [everythingOf(run, everything.of)]) })
}

const sendToAgents = async (held: Held): Promise<void> => {
  const reply = await api.decide(held.run, held.agents, held.decision)
  if (reply.ok) report(held, reply.value.outcomes)
  else failed(held, held.agents, reply.problem)
}

/** As many at once as the server takes. */
const parts = (held: Held): ReadonlyArray<Held> => {
  if (held.everything !== undefined) return [held]
  const count = Math.ceil(held.agents.length / agentsAtMost)
  return Array.from({ length: count }, (_, part) => {
    const from = part * agentsAtMost
    return { ...held, agents: held.agents.slice(from, from + agentsAtMost) }
  })
}

const send = (held: Held): Promise<void> =>
  held.everything === undefined ? sendToAgents(held) : sendEverything(held, held.everything)

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
  unsent = [...unsent, ...parts(held)]
  void sendUnsent()
}

const releaseAll = (): void => {
  for (const held of waiting) release(held)
}

const bytesOf = ({ agents, decision }: Held): number =>
  new TextEncoder().encode(JSON.stringify({ agents, decision })).length

/** What would not be sent any more if the page went away is not held back: the oldest goes first. */
const releaseWhatIsTooMuch = (): void => {
  let bytes = 0
  for (const held of waiting.toReversed()) {
    bytes += bytesOf(held)
    if (bytes > bytesAtMost) release(held)
  }
}

/** What is decided of all of a worker's must not overtake what was decided of one before. */
export const hold = (held: Held): void => {
  if (held.everything !== undefined) releaseAll()
  const made: Waiting = { ...held, timer: setTimeout(() => release(made), holdFor) }
  waiting = [...waiting, made]
  update({ done: withAlso(held, concerned(held)), moved: withMoved(held), problem: undefined })
  releaseWhatIsTooMuch()
}

/** Takes back what was decided last; answers what it was about. */
export const undo = (): ReadonlyArray<string> => {
  const last = waiting.at(-1)
  if (last === undefined) return []
  clearTimeout(last.timer)
  waiting = waiting.filter((other) => other !== last)
  update({ done: without(last, concerned(last)), moved: notMoved(last.agents) })
  return last.agents
}

export const dismissProblem = (): void => update({ problem: undefined })

/**
 * The page goes away: everything at once, the same decisions together. In no order, so what is decided of all of a
 * worker's must not meet what was decided of one: it is then about those the page knew.
 */
const sendAll = (): void => {
  const left = [...unsent, ...waiting]
  const isAlone = left.length === 1 && !isSending
  const all = new Map<string, Held>()
  for (const { agents, everything, ...held } of left) {
    const key = JSON.stringify([held.run, held.decision])
    const same = all.get(key)?.agents ?? []
    const whole = isAlone && everything !== undefined ? { everything } : {}
    all.set(key, { ...held, agents: [...same, ...agents], ...whole })
  }
  for (const { timer } of waiting) clearTimeout(timer)
  waiting = []
  unsent = []
  for (const held of [...all.values()].flatMap(parts)) void send(held)
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
