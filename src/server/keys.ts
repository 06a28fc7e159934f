/** What the server signs, so that nobody can ask for what is not theirs. */
import * as Context from "effect/Context"
import * as Either from "effect/Either"
import * as Encoding from "effect/Encoding"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { Agent } from "../Agents.js"
import { NotYourAgent } from "../CrowdError.js"
import { AgentId, type RunId, WorkerId } from "../Ids.js"
import { isSigned, type Secret, sign } from "../internal/signature.js"

type Frame = "work" | "review"

/** Beneath it are the forms of agents. */
export const submitFolder = "/submit"

/** An agent, and what the crowd calls its worker. */
export type Holder = Pick<Agent, "id" | "workerName">

export interface Service {
  /** For the worker who was given the agent; `visitor` is who the crowd says the connection is. */
  readonly forWork: (agent: Agent, visitor: Option.Option<string>) => string
  /** Whose agent it is, if the key was given to this visitor for it. */
  readonly worker: (
    agent: AgentId,
    visitor: Option.Option<string>,
    key: string
  ) => Either.Either<WorkerId, NotYourAgent>
  /** For the browser that holds the agent, as a cookie may have it. */
  readonly holding: (holder: Holder) => string
  readonly heldIn: (holding: string) => Option.Option<Holder>
  /** The path of the page that shows the agent's task. Beneath the same folder are the files that it names. */
  readonly framePath: (frame: Frame, agent: Pick<Agent, "id" | "run">) => string
  /** The path of the page that shows a task of the run to whoever has not accepted it. */
  readonly previewPath: (run: RunId) => string
  /** Where a page of the agent sends its form, before `/mturk/externalSubmit`. */
  readonly submitPath: (agent: AgentId) => string
  readonly isSubmitKey: (agent: AgentId, key: string) => boolean
  readonly isRunKey: (run: RunId, key: string) => boolean
  readonly isFrameKey: (frame: Frame, agent: AgentId, key: string) => boolean
}

export class Keys extends Context.Tag("effect-crowd/server/Keys")<Keys, Service>() {}

const decodeWorker = Schema.decodeOption(WorkerId)

const decodeAgent = Schema.decodeOption(AgentId)

export const make = (secret: Secret): Service => {
  const workParts = (agent: AgentId, worker: string, visitor: Option.Option<string>) => [
    "work",
    agent,
    worker,
    Option.getOrElse(visitor, () => "")
  ]
  const heldParts = (agent: string, name: string) => ["held", agent, name]
  const folderOf = (run: RunId) => `/frame/${run}/${sign(secret, ["run", run])}`
  return {
    forWork: ({ id, worker }, visitor) => `${worker}.${sign(secret, workParts(id, worker, visitor))}`,
    worker: (agent, visitor, key) => {
      const [worker = "", signature = ""] = key.split(".", 2)
      return Option.match(decodeWorker(worker), {
        onSome: (id) =>
          isSigned(secret, workParts(agent, id, visitor), signature)
            ? Either.right(id)
            : Either.left(new NotYourAgent({ agent, worker: id })),
        onNone: () => Either.left(new NotYourAgent({ agent, worker }))
      })
    },
    holding: ({ id, workerName }) => {
      const name = Encoding.encodeBase64Url(workerName)
      return `${id}.${name}.${sign(secret, heldParts(id, name))}`
    },
    heldIn: (holding) => {
      const [agent = "", name = "", signature = ""] = holding.split(".", 3)
      if (!isSigned(secret, heldParts(agent, name), signature)) return Option.none()
      return Option.all({
        id: decodeAgent(agent),
        workerName: Either.getRight(Encoding.decodeBase64UrlString(name))
      })
    },
    framePath: (frame, { id, run }) => `${folderOf(run)}/${frame}.${id}.${sign(secret, ["frame", frame, id])}`,
    previewPath: (run) => `${folderOf(run)}/preview`,
    submitPath: (agent) => `${submitFolder}/${agent}/${sign(secret, ["submit", agent])}`,
    isSubmitKey: (agent, key) => isSigned(secret, ["submit", agent], key),
    isRunKey: (run, key) => isSigned(secret, ["run", run], key),
    isFrameKey: (frame, agent, key) => isSigned(secret, ["frame", frame, agent], key)
  }
}
