/** What is said to people who meet no page: in a page of its own, without anything that would have to be fetched. */
import type * as Headers from "@effect/platform/Headers"
import type * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import { escapeUTF8 } from "entities"

const style =
  ":root{color-scheme:light dark}body{font:1rem/1.55 system-ui,sans-serif;max-width:36rem;margin:12vh auto 0;padding:0 1rem;overflow-wrap:anywhere}h1{font-size:1.6rem;line-height:1.25}code{font-size:.95em}a{display:inline-block;padding:.6rem 0}"

const policy =
  "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

interface Notice {
  readonly status: number
  readonly title: string
  /** Each a paragraph of text; what stands between backquotes is code. */
  readonly words: ReadonlyArray<string>
  readonly link?: { readonly to: string; readonly text: string }
  readonly headers?: Headers.Input
}

const paragraph = (text: string): string => `<p>${escapeUTF8(text).replace(/`([^`]*)`/g, "<code>$1</code>")}</p>`

export const page = ({ headers = {}, link, status, title, words }: Notice): HttpServerResponse.HttpServerResponse =>
  HttpServerResponse.text(
    `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeUTF8(title)}</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>
<h1>${escapeUTF8(title)}</h1>
${words.map(paragraph).join("\n")}
${link === undefined ? "" : `<p><a href="${escapeUTF8(link.to)}">${escapeUTF8(link.text)}</a></p>`}
</body>
</html>
`,
    {
      status,
      contentType: "text/html; charset=utf-8",
      headers: { "content-security-policy": policy, ...headers }
    }
  )

/** Whether a person's browser opens this as a page of its own; frames and programs are answered in a line. */
export const isForPeople = ({ headers, method, url }: HttpServerRequest.HttpServerRequest): boolean =>
  method === "GET" && !url.startsWith("/frame/") && (headers["accept"] ?? "").includes("text/html")

/** For whoever is no person at a browser. */
export const notFound = HttpServerResponse.text("There is nothing here.", { status: 404 })
