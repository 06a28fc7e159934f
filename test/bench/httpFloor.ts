/** The floor: node:http, JSON and the two statements that change the unit, with nothing checked; and its clients. */
import { createServer, type IncomingMessage } from "node:http"
import { drive, words } from "./httpClients.js"
import { rawStatements } from "./raw.js"

const { clients, durability, filename, run, units } = words()

const { claim, complete } = rawStatements(filename, durability)

const textOf = async (request: IncomingMessage): Promise<string> => {
  let text = ""
  for await (const part of request.setEncoding("utf8")) text += String(part)
  return text
}

let accepted = 0

/** `/api/work/runs/:run/agents`, or `/api/work/agents/:agent/answers`. */
const answer = (path: string, worker: string, body: unknown): unknown => {
  const [, , , what, id = ""] = path.split("/")
  if (what === "agents") {
    complete(id)
    return { agent: id, status: "completed", body: typeof body }
  }
  const agent = `agent_${accepted++}`
  return { agent: claim({ agent, run, worker }), key: agent }
}

const server = createServer(async (request, response) => {
  const body: unknown = JSON.parse(await textOf(request))
  const text = JSON.stringify(answer(request.url ?? "", request.socket.remoteAddress ?? "", body))
  response.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(text) }).end(text)
})

server.listen(0, "127.0.0.1", async () => {
  const address = server.address()
  if (typeof address !== "object" || address === null) throw new Error("no address")
  console.log(JSON.stringify(await drive({ port: address.port, run, units, clients })))
  server.close()
})
