/** What happens to the processes of a cluster, one thing after the other. */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Fleet, Member } from "./fleet.js"
import type { Line } from "./line.js"
import type { Span } from "./ownership.js"

export interface Event extends Span {
  readonly name: string
  /** In so many of its first seconds no process could have a run; they are not counted. */
  readonly apart: number
}

export interface Stage {
  readonly fleet: Fleet
  readonly line: Line
  /** Those that live and are not frozen. */
  readonly living: Set<Member>
  /** How many seconds are let pass after an event. */
  readonly calm: number
  readonly events: Array<Event>
}

type Act = (stage: Stage) => Effect.Effect<void, never, Scope.Scope>

const owns = ({ reports }: Member): number => reports.at(-1)?.owned.length ?? 0

const busiest = ({ living }: Stage): Member | undefined => [...living].sort((a, b) => owns(b) - owns(a))[0]

const started = (stage: Stage) => Effect.map(stage.fleet.start, (member) => void stage.living.add(member))

const kill: Act = (stage) =>
  Effect.gen(function* () {
    const member = busiest(stage)
    if (member === undefined) return
    stage.living.delete(member)
    yield* member.signal("SIGKILL")
  })

/** A new one comes in the place of the one that was killed. */
const killAndReplace: Act = (stage) =>
  kill(stage).pipe(Effect.zipRight(Effect.sleep(`${stage.calm} seconds`)), Effect.zipRight(started(stage)))

const freeze =
  (seconds: number): Act =>
  (stage) =>
    Effect.gen(function* () {
      const member = busiest(stage)
      if (member === undefined) return
      yield* member.signal("SIGSTOP")
      yield* Effect.sleep(`${seconds} seconds`)
      yield* member.signal("SIGCONT")
    })

const restartAll: Act = (stage) =>
  Effect.forEach(
    [...stage.living],
    (member) =>
      Effect.gen(function* () {
        stage.living.delete(member)
        yield* member.stop
        yield* started(stage)
        yield* Effect.sleep(`${stage.calm / 2} seconds`)
      }),
    { discard: true }
  )

const cut =
  (seconds: number): Act =>
  ({ line }) =>
    line.cut.pipe(Effect.zipRight(Effect.sleep(`${seconds} seconds`)), Effect.zipRight(line.mend))

const quiet: Act = () => Effect.void

/** Names it, lets the calm after it pass, and writes down from when to when it was. */
const happen = (stage: Stage, name: string, act: Act, apart = 0) =>
  Effect.gen(function* () {
    const from = Date.now()
    yield* act(stage)
    yield* Effect.sleep(`${stage.calm} seconds`)
    stage.events.push({ name, apart, from, to: Date.now() })
  })

const outage = 10

/** All that the proof asks for. */
export const everyEvent = (stage: Stage) =>
  Effect.gen(function* () {
    yield* happen(stage, "nothing", quiet)
    yield* happen(stage, "kill -9 the busiest", killAndReplace)
    yield* happen(stage, "frozen for 30 s", freeze(30))
    yield* happen(stage, "all restarted in turn", restartAll)
    yield* happen(stage, `Postgres cut for ${outage} s`, cut(outage), outage)
    yield* happen(stage, "one more joins", started)
  })

/** For a test. */
export const oneKill = (stage: Stage) => happen(stage, "kill -9 the busiest", kill)

/** Nothing happens, for as long as all that happened to others. */
export const nothingFor = (during: Span) => (stage: Stage) =>
  Effect.gen(function* () {
    const from = Date.now()
    yield* Effect.sleep(during.to - during.from)
    stage.events.push({ name: "nothing", apart: 0, from, to: Date.now() })
  })
