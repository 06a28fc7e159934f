import { createServer } from "node:net"

/** A port of this machine at which nobody listens, for what has to be known before a server is there. */
export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const probe = createServer()
    probe.on("error", reject)
    probe.listen(0, "127.0.0.1", () => {
      const found = probe.address()
      probe.close(() =>
        typeof found === "object" && found !== null ? resolve(found.port) : reject(new Error("no free port"))
      )
    })
  })
