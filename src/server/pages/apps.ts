/** The shells of the two apps, and their scripts and styles. */
import type * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Option from "effect/Option"
import { assets } from "../../internal/assets.js"
import * as errorPages from "../errorPages.js"
import type * as frameOrigin from "./frameOrigin.js"

/** Nothing but our own scripts runs in the apps. */
const appPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'"
].join("; ")

/** Pages of our own people are in nobody's frame, and post to nobody. */
const alone = "form-action 'self'; frame-ancestors 'none'"

/** Marketplaces show a worker's page in a frame of theirs, and have it post to them what was done. */
const framed = "form-action http: https:; frame-ancestors *"

/** Tasks are in frames of ours; those from elsewhere may be at any address. */
const frameSources = (origins: Option.Option<frameOrigin.Origins>, isFromElsewhere: boolean): string => {
  const others = Option.toArray(Option.map(origins, ({ frames }) => frames))
  return ["frame-src 'self'", ...others, ...(isFromElsewhere ? ["http:", "https:"] : [])].join(" ")
}

const shell = (title: string, app: "worker" | "console", policy: string) =>
  HttpServerResponse.text(
    `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/assets/${app}.css">
<script type="module" src="/assets/${app}.js"></script>
</head>
<body><div id="app"></div><noscript>This page needs JavaScript.</noscript></body>
</html>
`,
    { contentType: "text/html; charset=utf-8", headers: { "content-security-policy": policy } }
  )

/** Where tasks are shown, and whether the crowd knows its people by their connections. */
export interface Around {
  readonly origins: Option.Option<frameOrigin.Origins>
  readonly isFromElsewhere: boolean
  readonly isTold: boolean
}

export const workerApp = ({ isFromElsewhere, isTold, origins }: Around) =>
  shell("Tasks", "worker", [appPolicy, frameSources(origins, isFromElsewhere), isTold ? alone : framed].join("; "))

export const consoleApp = ({ isFromElsewhere, origins }: Around) =>
  shell("Console", "console", [appPolicy, frameSources(origins, isFromElsewhere), alone].join("; "))

const forUs = { "cross-origin-resource-policy": "same-origin" }
/** Shims are for pages of other sites, too, and for tasks in their frames. */
const forEverybody = { "cross-origin-resource-policy": "cross-origin", "access-control-allow-origin": "*" }

const encoder = new TextEncoder()

/** Encoded once, for whoever asks, and asks again. */
const assetBodies: ReadonlyMap<string, Uint8Array> = new Map(
  Object.entries(assets).map(([name, { body }]) => [name, encoder.encode(body)])
)

export const asset = (request: HttpServerRequest.HttpServerRequest) => {
  const name = request.url.replace(/^\/assets\//, "").replace(/\?.*$/, "")
  const found = Object.hasOwn(assets, name) ? assets[name] : undefined
  const body = assetBodies.get(name)
  if (found === undefined || body === undefined) return errorPages.notFound
  const audience = name.startsWith("shim/") ? forEverybody : forUs
  const headers = { etag: found.etag, "cache-control": "no-cache", ...audience }
  return request.headers["if-none-match"] === found.etag
    ? HttpServerResponse.empty({ status: 304, headers })
    : HttpServerResponse.uint8Array(body, { contentType: found.type, headers })
}
