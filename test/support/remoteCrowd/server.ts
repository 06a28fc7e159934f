/** A crowd in a process of its own. It forgets nothing it was asked and nothing it did, until it ends. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import * as Schema from "effect/Schema"
import {
  type Answer,
  Answers,
  Call,
  Config,
  type Entry,
  Found,
  type Ledger,
  SetUps,
  showsAfter,
  Tokens,
  type Told
} from "./protocol.js"
import { seeded } from "./random.js"

type MutableEntry = { -readonly [Field in keyof Entry]: Entry[Field] }

const config = Schema.decodeUnknownSync(Config)(process.argv[2])
const random = seeded(config.seed)
const ledger = new Map<string, MutableEntry>()
/** From when on a look-up shows what was done, by token. */
const seenFrom = new Map<string, number>()
const underWay = new Set<string>()
let cutOff = 0
let busy = 0

const tell = (told: Told) => process.send?.(told)

const sleep = (millis: number) => new Promise<void>((resolve) => setTimeout(resolve, millis))

const body = async (request: IncomingMessage): Promise<string> => {
  let text = ""
  for await (const chunk of request.setEncoding("utf8")) text += chunk
  return text
}

const entryOf = (kind: Call["kind"], order: Call["orders"][number]): MutableEntry => {
  const known = ledger.get(order.token)
  if (known !== undefined) return known
  const made = { ...order, kind, remoteId: `remote-${ledger.size}`, asked: 0, acted: 0, setUps: [], amiss: [] }
  ledger.set(order.token, made)
  return made
}

const check = (entry: MutableEntry, { setUp }: Call["orders"][number]): void => {
  if (setUp === null || !entry.setUps.includes(setUp))
    entry.amiss = [...entry.amiss, "sent without a set-up of its own"]
  else if (entry.acted > 0 && setUp !== entry.setUp) entry.amiss = [...entry.amiss, "sent again with another set-up"]
  entry.setUp = setUp
}

const act = async ({ kind, sentAt }: Call, order: Call["orders"][number]): Promise<Answer> => {
  const entry = entryOf(kind, order)
  const { token } = order
  entry.asked++
  if (entry.asked === 1) tell({ _tag: "Asked", kind })
  if (config.preparing.includes(kind)) check(entry, order)
  if (config.promised[kind] === "refused" && (entry.acted > 0 || underWay.has(token))) return { _tag: "Refused" }
  underWay.add(token)
  await sleep(random() * config.pause)
  underWay.delete(token)
  if (Date.now() - sentAt > config.timeout) return { _tag: "TooLate" }
  if (config.promised[kind] !== "repeatable" || entry.acted === 0) entry.acted++
  seenFrom.set(token, Date.now() + (config.promised[kind] === "confirmOnly" ? showsAfter : 0))
  await sleep(random() * config.pause)
  return { _tag: "Done", remoteId: entry.remoteId }
}

const actOnAll = async (call: Call): Promise<ReadonlyArray<Answer>> => {
  const answers: Array<Answer> = []
  for (const order of call.orders) answers.push(await act(call, order))
  return answers
}

const fate = (): "throttled" | "lost" | "slow" | "late" | "answered" => {
  const { late, lost, slow, throttled } = config.faults
  const drawn = random()
  if (drawn < throttled) return "throttled"
  if (drawn < throttled + lost) return "lost"
  if (drawn < throttled + lost + slow) return "slow"
  return drawn < throttled + lost + slow + late ? "late" : "answered"
}

const send = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const call = Schema.decodeUnknownSync(Call)(await body(request))
  const drawn = fate()
  if (drawn === "throttled") {
    response.writeHead(429, { "retry-after-ms": String(Math.ceil(random() * 100)) }).end()
    return
  }
  if (drawn === "late") {
    request.socket.destroy()
  } else {
    response.on("close", () => {
      if (!response.writableEnded && drawn !== "lost") cutOff++
    })
  }
  if (drawn === "late" || drawn === "slow") {
    await sleep(call.sentAt + random() * 0.95 * config.timeout - Date.now())
  }
  const answers = await actOnAll(call)
  if (drawn === "lost") request.socket.destroy()
  else response.end(Schema.encodeSync(Answers)(answers))
}

const lookUp = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const tokens = Schema.decodeUnknownSync(Tokens)(await body(request))
  const found = tokens.map((token) => {
    const isSeen = (seenFrom.get(token) ?? Number.POSITIVE_INFINITY) <= Date.now()
    return isSeen ? (ledger.get(token)?.remoteId ?? null) : null
  })
  await sleep(random() * config.pause)
  response.end(Schema.encodeSync(Found)(found))
}

const prepare = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const { kind, orders } = Schema.decodeUnknownSync(Call)(await body(request))
  const made = orders.map((order) => {
    const entry = entryOf(kind, order)
    const setUp = `set-up ${entry.setUps.length + 1} of ${order.token}`
    if (entry.acted > 0) entry.amiss = [...entry.amiss, "set up again after it was done"]
    entry.setUps = [...entry.setUps, setUp]
    return setUp
  })
  await sleep(random() * config.pause)
  response.end(Schema.encodeSync(SetUps)(made))
}

const report = async (response: ServerResponse): Promise<void> => {
  while (busy > 0) await sleep(5)
  const all: Ledger = { entries: [...ledger.values()], cutOff }
  response.end(JSON.stringify(all))
}

const counted = async (work: Promise<void>): Promise<void> => {
  busy++
  // A caller that was killed while it spoke has asked for nothing.
  await work.catch(() => undefined)
  busy--
}

const server = createServer((request, response) => {
  if (request.url === "/send") void counted(send(request, response))
  else if (request.url === "/look-up") void counted(lookUp(request, response))
  else if (request.url === "/prepare") void counted(prepare(request, response))
  else void report(response)
})
server.keepAliveTimeout = 60_000
server.listen(0, "127.0.0.1", () => {
  const address = server.address()
  if (typeof address === "object" && address !== null) tell({ _tag: "Listening", port: address.port })
})
process.on("disconnect", () => process.exit())
