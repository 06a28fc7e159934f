/** `/docs`: the API as people read it, from nowhere but here. */
import * as HttpApiScalar from "@effect/platform/HttpApiScalar"
import * as HttpLayerRouter from "@effect/platform/HttpLayerRouter"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Api } from "../Api.js"

/** The reader is part of the page, and may ask this server alone. */
const policy = [
  "default-src 'none'",
  "script-src 'unsafe-inline' 'wasm-unsafe-eval'",
  "style-src 'unsafe-inline'",
  "connect-src 'self'",
  "img-src 'self' data: blob:",
  "font-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'"
].join("; ")

const guarded = HttpLayerRouter.middleware(
  Effect.map(HttpServerResponse.setHeader("content-security-policy", policy))
).layer

/** Of some megabytes, with the whole reader in it. A memo map of its own keeps it off the server's router. */
const page = HttpLayerRouter.toHttpEffect(
  HttpApiScalar.layerHttpLayerRouter({
    api: Api,
    path: "/docs",
    scalar: { withDefaultFonts: false, favicon: "data:," }
  })
).pipe(Effect.provideServiceEffect(Layer.CurrentMemoMap, Layer.makeMemoMap), Effect.uninterruptible)

/** Made when somebody first asks for it; hardly any server is ever asked. */
export const layer = HttpLayerRouter.use((router) =>
  Effect.flatMap(Effect.cached(page), (made) => router.add("GET", "/docs", Effect.orDie(Effect.flatten(made))))
).pipe(Layer.provide(guarded))
