/** Study links that are signed, and the keys by which anybody can check them (FACTS §2 is_external_study_url_secure). */
import { createHash, generateKeyPairSync, sign } from "node:crypto"
import { ok, operation } from "./operations.js"
import type { SubmissionRow, World } from "./world.js"

const makeKeys = () => {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 })
  const { e = "", n = "" } = publicKey.export({ format: "jwk" })
  return { privateKey, e, n, kid: createHash("sha256").update(n).digest("hex").slice(0, 16) }
}

let made: ReturnType<typeof makeKeys> | undefined

/** Made once a process, and only where links are signed: a pair takes a tenth of a second, or a whole one. */
const keys = () => {
  made ??= makeKeys()
  return made
}

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url")

const lifetime = 120

export const signed = (world: World, { id, study }: SubmissionRow, link: string): string => {
  const url = new URL(link)
  const issuedAt = Math.floor(world.clock.now() / 1000)
  const claims = {
    iss: "https://www.prolific.com",
    aud: link,
    sub: id,
    iat: issuedAt,
    exp: issuedAt + lifetime,
    prolific: { ...Object.fromEntries(url.searchParams), workspace_id: study.workspace.id }
  }
  const { kid, privateKey } = keys()
  const text = `${part({ alg: "RS256", typ: "JWT", kid })}.${part(claims)}`
  const signature = sign("RSA-SHA256", Buffer.from(text), privateKey).toString("base64url")
  url.searchParams.set("prolific_token", `${text}.${signature}`)
  return url.href
}

export const linkOperations = [
  operation("GET /.well-known/study/jwks.json", () => {
    const { e, kid, n } = keys()
    return ok({ keys: [{ kty: "RSA", kid, alg: "RS256", n, e, use: "sig", key_ops: ["verify"] }] })
  })
]
