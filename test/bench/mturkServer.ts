/** A service that remembers nothing and answers every call after a while, in a process of its own. */
import http from "node:http"

const latency = Number(process.argv[2])
let made = 0

const answers: { readonly [operation: string]: () => object } = {
  GetAccountBalance: () => ({ AvailableBalance: "10000.00" }),
  CreateHITType: () => ({ HITTypeId: "TYPE" }),
  CreateHITWithHITType: () => ({ HIT: { HITId: `HIT${made++}`, HITStatus: "Assignable" } })
}

const server = http.createServer((request, response) => {
  const operation = String(request.headers["x-amz-target"]).split(".").at(-1) ?? ""
  request.resume()
  request.on("end", () =>
    setTimeout(() => {
      response.writeHead(200, { "content-type": "application/x-amz-json-1.1" })
      response.end(JSON.stringify(answers[operation]?.() ?? {}))
    }, latency)
  )
})

server.listen(0, "127.0.0.1", () => {
  const address = server.address()
  process.send?.(typeof address === "object" && address !== null ? address.port : 0)
})
