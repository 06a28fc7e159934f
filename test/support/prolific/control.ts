/**
 * The double's own address, by which another process moves its clock, its people and its faults, and asks how things
 * are.
 */
import type { IncomingMessage, ServerResponse } from "node:http"
import * as Schema from "effect/Schema"
import type { Hooks } from "./hooks.js"
import { people } from "./people.js"
import { Refused } from "./refusals.js"
import type { Desk } from "./server.js"
import { balanceOf } from "./wallet.js"

export const controlPath = "/_double"

const Text = Schema.String

const Command = Schema.parseJson(
  Schema.Union(
    Schema.Struct({ act: Schema.Literal("advance"), ms: Schema.Number }),
    Schema.Struct({ act: Schema.Literal("join", "report", "settled", "calm") }),
    Schema.Struct({ act: Schema.Literal("reserve", "arrive"), study: Text, participant: Text }),
    Schema.Struct({ act: Schema.Literal("start", "link", "giveBack"), submission: Text }),
    Schema.Struct({ act: Schema.Literal("submit"), submission: Text, code: Text }),
    Schema.Struct({ act: Schema.Literal("storm"), share: Schema.Number, seed: Schema.Number })
  )
)
export type Command = typeof Command.Type

/** All that happened, as plain data: enough to see who was paid what, and which places were taken. */
const report = ({ calls, violations, world }: Desk) => ({
  now: world.clock.now(),
  studies: [...world.studies.values()].map(({ fields, id, isTest, status }) => ({
    id,
    isTest,
    status,
    name: fields.name,
    internalName: fields.internal_name ?? null,
    places: fields.total_available_places
  })),
  submissions: [...world.submissions.values()].map(({ bonuses, id, paid, participant, status, study }) => ({
    id,
    study: study.id,
    participant,
    status,
    paid,
    bonuses
  })),
  balances: world.workspaces.map((workspace) => ({ id: workspace.id, ...balanceOf(world, workspace) })),
  calls: calls.map(({ call, status }) => ({ call, status: status ?? null })),
  violations
})

const obey = async (desk: Desk, hooks: Hooks, command: Command): Promise<unknown> => {
  const { faults, world } = desk
  const acts = people(world)
  switch (command.act) {
    case "advance":
      return world.clock.advance(command.ms)
    case "join":
      return acts.join()
    case "report":
      return report(desk)
    case "settled":
      return hooks.settled()
    case "calm":
      return faults.storm()
    case "storm":
      return faults.storm({ share: command.share, seed: command.seed })
    case "reserve":
    case "arrive":
      return acts[command.act](command.study, command.participant)
    case "start":
    case "link":
    case "giveBack":
      return acts[command.act](command.submission)
    case "submit":
      return acts.submit(command.submission, command.code)
  }
}

/** 200 with what came of it, or 409 where the double says no. */
export const control =
  (desk: Desk, hooks: Hooks) =>
  async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Array<Buffer> = []
    for await (const chunk of request) chunks.push(chunk)
    desk.world.clock.catchUp()
    const answer = (status: number, body: unknown) =>
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body ?? null))
    try {
      const command = Schema.decodeUnknownSync(Command)(Buffer.concat(chunks).toString("utf8"))
      answer(200, await obey(desk, hooks, command))
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      answer(409, error.message)
    }
  }
