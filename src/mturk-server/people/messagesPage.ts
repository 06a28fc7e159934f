/** `/mturk/messages`: what requesters wrote to the worker who looks. */
import * as HttpLayerRouter from "@effect/platform/HttpLayerRouter"
import type * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { escapeUTF8 } from "entities"
import { Local } from "../../Local.js"
import * as storeErrors from "../../server/storeErrors.js"
import * as visitors from "../../server/visitors.js"
import type { Context } from "../context.js"

const path = "/mturk/messages"

const atMost = 100

const policy = "sandbox; default-src 'none'; style-src 'unsafe-inline'"

const page = (body: string, status = 200) =>
  HttpServerResponse.text(
    `<!doctype html><html lang="en"><meta charset="utf-8"><title>Messages</title><style>body{font:1rem/1.5 system-ui,sans-serif;margin:1rem;max-width:48rem}p{white-space:pre-wrap}</style><h1>Messages</h1>${body}</html>`,
    { status, contentType: "text/html; charset=utf-8", headers: { "content-security-policy": policy } }
  )

const none = "<p>Nobody has written to you.</p>"

const messagesOf = (context: Context, name: string) =>
  Effect.gen(function* () {
    const worker = yield* context.workers.findByName(name)
    const found = yield* context.rows.messages.page(worker.id, { after: "", limit: atMost, reverse: true })
    const articles = found.map(
      ({ value: { at, subject, text } }) =>
        `<article><h2>${escapeUTF8(subject)}</h2><p>${escapeUTF8(text)}</p><small>${DateTime.formatIso(at)}</small></article>`
    )
    return articles.length === 0 ? none : articles.join("")
  }).pipe(Effect.catchTag("WorkerNotFound", () => Effect.succeed(none)))

export const routes = (context: Context) =>
  HttpLayerRouter.use((router) =>
    Effect.gen(function* () {
      const local = yield* Local
      yield* router.add("GET", path, (request: HttpServerRequest.HttpServerRequest) =>
        local.worker(visitors.visitOf(request)).pipe(
          Effect.flatMap(
            Option.match({ onNone: () => Effect.succeed(none), onSome: (name) => messagesOf(context, name) })
          ),
          Effect.map((body) => page(body)),
          Effect.catchTags({
            Unwelcome: ({ message }) => Effect.succeed(page(escapeUTF8(message), 403)),
            StoreError: (error) => Effect.succeed(storeErrors.response(error))
          })
        )
      )
    })
  )
