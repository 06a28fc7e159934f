import { createServer } from "node:net"

/** Below the ports that a system gives to connections, which may take one at any moment. */
const [from, count] = [10_000, 20_000]

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const probe = createServer()
    probe.on("error", () => resolve(false))
    probe.listen(port, "127.0.0.1", () => probe.close(() => resolve(true)))
  })

/** A port of this machine at which nobody listens, for what has to be known before a server is there. */
export const freePort = async (): Promise<number> => {
  const port = from + Math.floor(Math.random() * count)
  return (await isFree(port)) ? port : freePort()
}
