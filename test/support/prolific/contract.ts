/** Whether requests and replies are as Prolific's document has them, but for what `exceptions.ts` lists. */
import { readFileSync } from "node:fs"
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js"
import addFormats from "ajv-formats"
import { isRecord } from "effect/Predicate"
import { exceptionsFor } from "./exceptions.js"
import type { CallName } from "./operations.js"
import type { ErrorShape } from "./refusals.js"

type Schema = Readonly<Record<string, unknown>>

interface Content {
  readonly content?: { readonly "application/json": { readonly schema: Schema } }
}

interface DocumentedCall {
  readonly parameters: ReadonlyArray<{
    readonly name: string
    readonly in: "path" | "query"
    readonly required: boolean
    readonly schema: Schema
  }>
  readonly requestBody?: Content
  readonly responses: Readonly<Record<string, Content>>
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, DocumentedCall>>>>
  readonly components: Schema
}

const document: Document = JSON.parse(readFileSync(new URL("openapi.json", import.meta.url), "utf8"))

const documented: ReadonlyMap<string, DocumentedCall> = new Map(
  Object.entries(document.paths).flatMap(([path, calls]) =>
    Object.entries(calls).map(([method, call]) => [`${method.toUpperCase()} ${path}`, call])
  )
)

const callOf = (name: CallName): DocumentedCall => {
  const call = documented.get(name)
  if (call === undefined) throw new Error(`The document has no ${name}`)
  return call
}

/** A schema under which nothing may be sent that has no name in the document. */
const closed = (part: unknown): unknown => {
  if (Array.isArray(part)) return part.map(closed)
  if (!isRecord(part)) return part
  const inner = Object.fromEntries(Object.entries(part).map(([key, value]) => [key, closed(value)]))
  return isRecord(part["properties"]) && part["type"] === "object" ? { additionalProperties: false, ...inner } : inner
}

const validators = (components: unknown, coerceTypes: boolean) => {
  const ajv = new Ajv2020({ strict: false, allErrors: true, coerceTypes })
  addFormats.default(ajv)
  ajv.addFormat("objectId", /^[0-9a-f]{24}$/)
  ajv.addSchema({ $id: "document", components: unions(components) })
  const compiled = new Map<string, ValidateFunction>()
  /** What is wrong with a value. */
  return (key: string, schema: () => unknown, value: unknown): ReadonlyArray<string> => {
    const known = compiled.get(key)
    const made = known ?? ajv.compile(absolute(unions(schema())))
    compiled.set(key, made)
    return made(value)
      ? []
      : (made.errors ?? []).map((error) => `${error.instancePath || "/"} ${ajv.errorsText([error])}`)
  }
}

/** What the document calls `oneOf` is a union: an integer is one of its `integer` and of its `number`. */
const unions = (part: unknown): unknown =>
  JSON.parse(JSON.stringify(part, (_, value) => (isRecord(value) && "oneOf" in value ? union(value) : value)))

const union = ({ oneOf, ...others }: Schema): Schema => ({ ...others, anyOf: oneOf })

/** References into the document, from outside of it. */
const absolute = (part: unknown): Schema =>
  JSON.parse(JSON.stringify(part, (key, value) => (key === "$ref" ? `document${value}` : value)))

const requests = validators(closed(document.components), false)
const queries = validators(document.components, true)
const replies = validators(document.components, false)

const schemaOf = ({ content }: Content): Schema | undefined => content?.["application/json"].schema

/** A parameter that is an object is spelt out as its members (OpenAPI's form style). */
const membersOf = (schema: Schema): ReadonlyArray<string> =>
  JSON.stringify(schema).includes("GetParametersFilter") ? ["workspace_id", "project_id"] : []

const querySchema = (name: CallName): Schema => {
  const fields = callOf(name).parameters.filter((parameter) => parameter.in === "query")
  const plain = fields.filter(({ schema }) => membersOf(schema).length === 0)
  const beyond = [
    ...fields.flatMap(({ schema }) => membersOf(schema)),
    ...exceptionsFor(name).flatMap(({ query = [] }) => query)
  ]
  return {
    type: "object",
    properties: Object.fromEntries([
      ...beyond.map((field) => [field, {}]),
      ...plain.map((field) => [field.name, field.schema])
    ]),
    required: plain.filter(({ required }) => required).map((field) => field.name),
    additionalProperties: false
  }
}

export const faultsOfQuery = (name: CallName, query: URLSearchParams): ReadonlyArray<string> =>
  queries(name, () => querySchema(name), Object.fromEntries(query))

export const faultsOfBody = (name: CallName, body: unknown): ReadonlyArray<string> => {
  const { requestBody } = callOf(name)
  const schema = requestBody === undefined ? undefined : schemaOf(requestBody)
  if (schema === undefined) return body === undefined ? [] : ["takes no body"]
  return requests(name, () => closed(schema), body)
}

const differently = (name: CallName, body: unknown): unknown =>
  exceptionsFor(name).reduce<unknown>(
    (value, { asDocumented }) =>
      asDocumented === undefined || value === undefined ? value : JSON.parse(JSON.stringify(value, asDocumented)),
    body
  )

const isError = (status: number): boolean => status >= 400

/** The document's errors are those of 400; other statuses look the same. */
const errorSchema: Schema = { $ref: "#/components/schemas/ErrorDetail" }

export const faultsOfReply = (name: CallName, status: number, body: unknown): ReadonlyArray<string> => {
  if (isError(status)) return replies("error", () => errorSchema, differently(name, body))
  const response = callOf(name).responses[status]
  if (response === undefined) {
    return exceptionsFor(name).some((exception) => exception.status === status) ? [] : [`does not answer ${status}`]
  }
  const schema = schemaOf(response)
  if (schema === undefined || status === 204) return body === undefined ? [] : ["answers without content"]
  return replies(`${name} ${status}`, () => schema, differently(name, body))
}

/** How the document shapes the errors of a call. */
export const errorShapeOf = (name: CallName): ErrorShape =>
  JSON.stringify(callOf(name).responses["400"] ?? {}).includes('schemas/Error"') ? "wrapped" : "bare"
