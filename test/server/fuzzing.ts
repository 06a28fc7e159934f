/** Requests that no client of ours would make, the same for the same seed. */
import * as HttpApi from "@effect/platform/HttpApi"
import { Api } from "../../src/server/Api.js"
import { keyHeader } from "../../src/server/WorkApi.js"

/** What an attacker may have got hold of. */
export interface Loot {
  readonly runs: ReadonlyArray<string>
  readonly agents: ReadonlyArray<string>
  readonly workers: ReadonlyArray<string>
  /** Keys that were given to others. */
  readonly keys: ReadonlyArray<string>
  readonly addresses: ReadonlyArray<string>
}

export interface Attack {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Buffer | undefined
  /** Sent in chunks, without saying how long it is. */
  readonly chunked: boolean
}

interface Target {
  readonly method: string
  readonly path: string
}

const pages: ReadonlyArray<Target> = [
  "/",
  "/task/:run",
  "/console",
  "/console/:any",
  "/assets/:any",
  "/assets/worker.js",
  "/frame/preview/:run",
  "/frame/:run/:key/preview",
  "/frame/:run/:key/work.:agent.:key",
  "/frame/:run/:key/media/:any",
  "/openapi.json",
  "/docs",
  "/:any",
  "/:any/:any/:any"
].map((path) => ({ method: "GET", path }))

const endpoints = (): ReadonlyArray<Target> => {
  const found: Array<Target> = []
  HttpApi.reflect(Api, {
    onGroup: () => {},
    onEndpoint: ({ endpoint: { method, path } }) => void found.push({ method, path })
  })
  return found
}

export const targets: ReadonlyArray<Target> = [...endpoints(), ...pages]

const tricks = [
  "..%2f..%2fetc%2fpasswd",
  "../../etc/passwd",
  "%2e%2e%2f%2e%2e%2fpackage.json",
  "%00",
  "worker.js%00.css",
  "%c0%ae%c0%ae/",
  "%",
  "%zz",
  "%ff%fe",
  "__proto__",
  "constructor",
  "toString",
  "hasOwnProperty",
  "%0d%0ax-injected:%20yes",
  "%E2%80%AE%F0%9F%98%80",
  "*",
  ";",
  "null",
  "undefined",
  "NaN",
  "-1",
  "''OR1=1--",
  "<script>alert(1)</script>".replaceAll("<", "%3C").replaceAll(">", "%3E"),
  "a".repeat(5000),
  "agent_",
  `agent_${"0".repeat(26)}`,
  `run_${"Z".repeat(58)}`,
  ""
]

const nested = (depth: number, open: string, close: string) => open.repeat(depth) + close.repeat(depth)

const garbage = [
  "",
  "{",
  "[]",
  "null",
  "true",
  '"text"',
  "1e999",
  "NaN",
  "{}{}",
  '{"answers":',
  "\u0000",
  "answers=1&token=2",
  '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>',
  '{"data":{"worker":"admin"},"data":{"worker":"root"}}',
  '{"__proto__":{"answers":{"polluted":"yes"}},"constructor":{"prototype":{"polluted":"yes"}}}',
  '{"answers":{"__proto__":{"polluted":"yes"},"constructor":1,"toString":2}}',
  '{"answers":{"\\ud800":"\\udfff\\u0000"}}',
  `{"answers":{"deep":${nested(2000, "[", "]")}}}`,
  `{"answers":{"deep":${nested(50_000, "[", "]")}}}`,
  `{"data":${'{"a":'.repeat(20_000)}1${"}".repeat(20_000)}}`
]

const invalidUtf8 = Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0xc0, 0x80, 0x22, 0x3a, 0x31, 0x7d])

export const large = (bytes: number): string => `{"answers":{"x":"${"x".repeat(bytes)}"}}`

const contentTypes = [
  "application/json",
  "application/json",
  "application/json; charset=utf-16",
  "text/plain",
  "text/json",
  "application/x-www-form-urlencoded",
  "multipart/form-data; boundary=x",
  "multipart/form-data",
  "application/octet-stream",
  "application/json, multipart/form-data",
  "image/png",
  "",
  "\tnonsense"
]

export const attacks = (random: () => number, loot: Loot): (() => Attack) => {
  const one = <A>(from: readonly [A, ...ReadonlyArray<A>] | ReadonlyArray<A>, otherwise: A): A =>
    from[Math.floor(random() * from.length)] ?? otherwise
  const chance = (share: number) => random() < share
  const trick = () => one(tricks, "")
  const value = (): unknown => {
    const kind = Math.floor(random() * 9)
    if (kind < 3) return trick()
    if (kind === 3) return random() * 1e12
    if (kind === 4) return null
    if (kind === 5) return [value(), value()]
    if (kind === 6) return { [trick()]: value(), worker: one(loot.workers, "") }
    if (kind === 7) return one([...loot.agents, ...loot.runs, ...loot.keys], "")
    return "<script>alert(document.cookie)</script>"
  }
  const filled = (name: string): string => {
    if (chance(0.3)) return trick()
    if (name === "run") return one(loot.runs, "")
    if (name === "agent") return one(loot.agents, "")
    if (name === "worker") return one(loot.workers, "")
    if (name === "key") return one(loot.keys, "")
    if (name === "format") return one(["csv", "jsonl"], "")
    return one([...loot.runs, ...loot.agents], "")
  }
  const key = (): string => {
    const stolen = one(loot.keys, "")
    const [worker = "", signature = ""] = stolen.split(".")
    return one(
      [
        stolen,
        `${one(loot.workers, "")}.${signature}`,
        stolen.slice(0, -1),
        `${worker}.`,
        ".",
        `${stolen}=`,
        "x".repeat(300),
        trick()
      ],
      ""
    )
  }
  const candidates = (): ReadonlyArray<readonly [string, string]> => [
    [keyHeader, key()],
    ["cookie", `crowd_worker=${one(loot.workers, "")}; crowd_console=${trick()}; __proto__=1; =; ;;`],
    ["cookie", `crowd_console=${key()}`],
    ["authorization", `Bearer ${trick()}`],
    ["authorization", "Basic YWRtaW46YWRtaW4="],
    ["x-forwarded-for", `${one(loot.addresses, "")}, ${trick()}`],
    ["forwarded", `for=${one(loot.addresses, "")};proto=https`],
    ["x-real-ip", one(loot.addresses, "")],
    ["x-forwarded-host", "evil.example"],
    ["origin", one(["http://evil.example", "null", "http://", "http://127.0.0.1", trick()], "")],
    ["sec-fetch-site", one(["cross-site", "same-origin", "none", "nonsense"], "")],
    ["host", one(["evil.example", "", "[::1", "127.0.0.1:1@evil"], "")],
    ["traceparent", one(["00-0-0-00", `00-${"f".repeat(32)}-${"f".repeat(16)}-01`, "x"], "")],
    ["b3", "x-y-z"],
    ["if-none-match", '"x"'],
    ["range", "bytes=0-,1-"],
    ["accept", one(["text/html", "application/json", "\u00ff"], "")],
    ["x-http-method-override", "DELETE"],
    ["x-long", "x".repeat(4000)],
    ["__proto__", "1"],
    ["last-event-id", trick()]
  ]
  const body = (): string | Buffer | undefined => {
    const kind = random()
    if (kind < 0.1) return undefined
    if (kind < 0.15) return invalidUtf8
    if (kind < 0.45) return one(garbage, "")
    return JSON.stringify({
      data: value(),
      answers: chance(0.5) ? { [trick()]: value() } : value(),
      name: chance(0.5) ? trick() : value(),
      token: value(),
      [one(["feedback", "decision", "agents", "amount", "reason", "worker", "key"], "")]: value()
    })
  }
  return () => {
    const target = one(targets, { method: "GET", path: "/" })
    const path = target.path.replace(/:([a-z]+)\??/g, (_, name: string) => filled(name))
    const method = chance(0.9)
      ? target.method
      : one(["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE"], "")
    const query = chance(0.2) ? `?${trick()}=${trick()}&run=${trick()}&run=${trick()}&__proto__[x]=1` : ""
    const headers: Record<string, string> = { "content-type": one(contentTypes, "") }
    for (const [name, value] of candidates())
      if (chance(0.15)) headers[name] = value.replace(/[^\t\x20-\x7e\x80-\xff]/g, "")
    const sent = ["GET", "HEAD"].includes(method) && chance(0.9) ? undefined : body()
    return { method, path: `${path}${query}`.replace(/[^\x21-\x7e]/g, ""), headers, body: sent, chunked: chance(0.2) }
  }
}

/** Bytes that are not quite HTTP. */
export const smuggled = (port: number, run: string): ReadonlyArray<string> => {
  const host = `Host: 127.0.0.1:${port}\r\n`
  const accept = `/api/work/runs/${run}/agents`
  return [
    `POST ${accept} HTTP/1.1\r\n${host}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /health HTTP/1.1\r\n\r\n`,
    `POST ${accept} HTTP/1.1\r\n${host}Content-Length: 2\r\nContent-Length: 20\r\n\r\n{}`,
    `POST ${accept} HTTP/1.1\r\n${host}Transfer-Encoding: xchunked\r\n\r\n{}`,
    `POST ${accept} HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\nZZ\r\n{}\r\n0\r\n\r\n`,
    `POST ${accept} HTTP/1.1\r\n${host}Content-Length: -1\r\n\r\n{}`,
    `POST ${accept} HTTP/1.1\r\n${host}Content-Length: 99999999999999999999\r\n\r\n{}`,
    `GET /health HTTP/1.1\n${host}\n`,
    `GET /health HTTP/1.1\r\n Host: folded\r\n${host}\r\n`,
    `GET /health HTTP/1.1\r\n\r\n`,
    `GET /health HTTP/9.9\r\n${host}\r\n`,
    `GET /health\r\n`,
    `GET http://evil.example/health HTTP/1.1\r\n${host}Connection: close\r\n\r\n`,
    `GET //evil.example/%2e%2e HTTP/1.1\r\n${host}Connection: close\r\n\r\n`,
    `OPTIONS * HTTP/1.1\r\n${host}Connection: close\r\n\r\n`,
    `CONNECT evil.example:443 HTTP/1.1\r\n${host}\r\n`,
    `GET /api/work/lobby HTTP/1.1\r\n${host}Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: eA==\r\nSec-WebSocket-Version: 13\r\n\r\n`,
    `GET /health HTTP/1.1\r\n${host}X: a\u0000b\r\n\r\n`,
    `GET /health HTTP/1.1\r\n${host}${"X: y\r\n".repeat(3000)}\r\n`,
    `GET /${"x".repeat(20_000)} HTTP/1.1\r\n${host}\r\n`,
    `\u0016\u0003\u0001\u0002\u0000\u0001`,
    `GET /assets/../../../../etc/passwd HTTP/1.1\r\n${host}Connection: close\r\n\r\n`
  ]
}
