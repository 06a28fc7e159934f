import { createServer } from "node:net"

/** A port of this machine at which nobody listens, for what has to be known before a server is there. */
export const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const found = probe.address()
      probe.close(() => resolve(typeof found === "object" && found !== null ? found.port : 0))
    })
  })
