// From Prolific's OpenAPI document: the cut of it that we use, without its prose, the types of what the driver sends, and
// those of all calls, for the double.
// node test/config/generate-prolific.mjs openapi.yml          writes all three
// node test/config/generate-prolific.mjs openapi.yml --cut    prints the cut
// node test/config/generate-prolific.mjs --types              prints what the driver sends, from the cut that is checked in
// node test/config/generate-prolific.mjs --calls              prints the types of all calls, from the cut that is checked in
import { execFileSync } from "node:child_process"
import { readFileSync, writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { parse } from "yaml"

const file = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url))
const cutFile = file("test/support/prolific/openapi.json")
const typesFile = file("src/prolific/protocol.ts")
const callsFile = file("test/support/prolific/protocol.ts")

/** As Biome writes it. */
const formatted = (path, text) =>
  execFileSync(
    file("node_modules/.bin/biome"),
    ["format", "--config-path", file("test/config/biome.json"), "--stdin-file-path", path],
    { input: text, encoding: "utf8" }
  )

/** What the driver sends. A body without a name of its own is called after its operation. */
const sent = [
  "CreateStudy",
  "BaseStudy",
  "StudyTransition",
  "StudyCostRequest",
  "CreateParticipantGroupBody",
  "ParticipantIDList",
  "SubmissionTransition",
  "CreateBonusPaymentsBody",
  "SendMessage",
  "CreateSecret",
  "SubscriptionDetail",
  "SubscriptionConfirmation"
]

/** The calls that the driver makes and the double answers, by operationId. */
const used = [
  "get-user",
  "create-test-participant-for-researcher",
  "get-workspaces",
  "get-workspace",
  "get-workspace-balance",
  "get-projects",
  "get-project-studies",
  "create-study",
  "get-study",
  "update-study",
  "delete-study",
  "publish-study",
  "create-test-study",
  "get-study-cost",
  "get-study-submissions",
  "count-study-submissions-by-status",
  "calculate-study-cost",
  "calculate-reward-recommendations",
  "get-filters",
  "get-participant-groups",
  "create-participant-group",
  "get-participant-group",
  "delete-participant-group",
  "get-participant-group-participants",
  "add-to-participant-group",
  "remove-from-participant-group",
  "get-submissions",
  "get-submission",
  "transition-submission",
  "request-submission-return",
  "bulk-approve-submissions",
  "create-bonus-payments",
  "pay-bonus-payments",
  "get-messages",
  "send-message",
  "bulk-message-participants",
  "send-message-to-participant-group",
  "get-event-types",
  "get-secrets",
  "create-secret",
  "get-subscriptions",
  "create-subscription",
  "confirm-subscription",
  "update-subscription",
  "delete-subscription",
  "get-events",
  "get-study-jwks"
]

/** Parts of a study that are of other products: Taskflow, the Task Builder, credentials. */
const unused = /^(access_details|credential_pool_id|has_credentials|data_collection_\w+)$/

const reference = "#/components/schemas/"
const methods = ["get", "post", "patch", "put", "delete"]
const keywords = ["type", "enum", "format", "required", "$ref", "default"]

const mapped = (object, change) =>
  Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value)]))

/** A schema without prose, examples and the parts that are of other products. */
const bare = (schema) => {
  const { additionalProperties, items, oneOf, properties } = schema
  const kept = Object.entries(properties ?? {}).filter(([name]) => !unused.test(name))
  return {
    ...Object.fromEntries(keywords.filter((key) => schema[key] !== undefined).map((key) => [key, schema[key]])),
    ...(properties === undefined ? {} : { properties: mapped(Object.fromEntries(kept), bare) }),
    ...(items === undefined ? {} : { items: bare(items) }),
    ...(oneOf === undefined ? {} : { oneOf: oneOf.map(bare) }),
    ...(additionalProperties === undefined ? {} : { additionalProperties: bare(additionalProperties) })
  }
}

const json = (content) => ({ "application/json": { schema: bare(content["application/json"].schema) } })

const pascal = (id) => id.replace(/(^|-)(\w)/g, (_, __, letter) => letter.toUpperCase())

const bareOperation = ({ operationId, parameters = [], requestBody, responses }) => ({
  operationId,
  parameters: parameters
    .filter((parameter) => parameter.in !== "header")
    .map(({ name, in: place, required, schema }) => ({ name, in: place, required, schema: bare(schema) })),
  ...(requestBody === undefined ? {} : { requestBody: { content: json(requestBody.content) } }),
  responses: mapped(responses, ({ content }) => (content === undefined ? {} : { content: json(content) }))
})

const references = (value) =>
  value === null || typeof value !== "object"
    ? []
    : Object.entries(value).flatMap(([key, part]) =>
        key === "$ref" ? [part.slice(reference.length)] : references(part)
      )

/** A body that is spelt out in its call gets a name. */
const withNamedBody = (operation, schemas) => {
  const schema = operation.requestBody?.content["application/json"].schema
  if (schema?.properties === undefined) return operation
  const name = `${pascal(operation.operationId)}Body`
  schemas[name] = schema
  return { ...operation, requestBody: { content: { "application/json": { schema: { $ref: `${reference}${name}` } } } } }
}

/** The document, of the calls we make alone. */
const cut = (document) => {
  const paths = {}
  const schemas = {}
  for (const [path, operations] of Object.entries(document.paths)) {
    for (const method of methods) {
      const operation = operations[method]
      if (operation === undefined || !used.includes(operation.operationId)) continue
      paths[path] = { ...paths[path], [method]: withNamedBody(bareOperation(operation), schemas) }
    }
  }
  const add = (name) => {
    schemas[name] ??= bare(document.components.schemas[name])
    for (const other of references(schemas[name])) if (schemas[other] === undefined) add(other)
  }
  for (const name of references([paths, schemas])) add(name)
  const sorted = Object.fromEntries(Object.entries(schemas).sort(([a], [b]) => (a < b ? -1 : 1)))
  return { openapi: document.openapi, paths, components: { schemas: sorted } }
}

const scalars = { string: "string", number: "number", integer: "number", boolean: "boolean", null: "null" }

const property = (name, type, required) =>
  `readonly ${/^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name)}${required ? `: ${type}` : `?: ${type} | undefined`}`

/** Types out of schemas. Objects that have a name become interfaces, once for the same members; all else is written in place. */
const typesOf = ({ components }) => {
  const interfaces = new Map()
  const names = new Map()

  const members = ({ properties = {}, required = [] }) =>
    Object.entries(properties).map(([name, schema]) => property(name, type(schema), required.includes(name)))

  const named = (name) => {
    const schema = components.schemas[name]
    if (Object.keys(schema.properties ?? {}).length === 0) return type(schema)
    if (!names.has(name)) {
      const own = name.replace(/[^A-Za-z0-9]/g, "")
      names.set(name, own)
      const body = members(schema)
        .map((member) => `  ${member}\n`)
        .join("")
      if (!interfaces.has(body)) interfaces.set(body, own)
      names.set(name, interfaces.get(body))
    }
    return names.get(name)
  }

  const union = (parts) => [...new Set(parts)].join(" | ")

  const inPlace = (schema) => {
    const parts = members(schema)
    if (parts.length > 0) return `{ ${parts.join("; ")} }`
    const { additionalProperties } = schema
    return additionalProperties === undefined ? "object" : `{ readonly [name: string]: ${type(additionalProperties)} }`
  }

  const type = (schema) => {
    if (schema.$ref !== undefined) return named(schema.$ref.slice(reference.length))
    if (schema.enum !== undefined) return union(schema.enum.map((value) => JSON.stringify(value)))
    if (schema.oneOf !== undefined) return union(schema.oneOf.map(type))
    if (Array.isArray(schema.type)) return union(schema.type.map((one) => type({ ...schema, type: one })))
    if (schema.type === "array") return `ReadonlyArray<${type(schema.items)}>`
    if (schema.type === "object") return inPlace(schema)
    return scalars[schema.type] ?? "unknown"
  }

  return { interfaces, type }
}

const bodyOf = (content) => content?.["application/json"].schema

const operationsOf = (document) =>
  Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({ call: `${method.toUpperCase()} ${path}`, operation }))
  )

/** What a call is: its query, its body and the body of its good reply, each where it has one. */
const signature = ({ parameters, requestBody, responses }, type) => {
  const query = parameters.filter((parameter) => parameter.in === "query")
  const fields = query.map(({ name, required, schema }) => property(name, type(schema), required))
  const good = Object.entries(responses).find(([status]) => status.startsWith("2"))[1]
  return [
    ...(query.length === 0 ? [] : [`readonly query: { ${fields.join("; ")} }`]),
    ...(requestBody === undefined ? [] : [`readonly body: ${type(bodyOf(requestBody.content))}`]),
    ...(good.content === undefined ? [] : [`readonly reply: ${type(bodyOf(good.content))}`])
  ]
}

const moduleOf = (path, interfaces, more = []) =>
  formatted(
    path,
    [
      "// Made by test/config/generate-prolific.mjs from Prolific's OpenAPI document. Do not edit.",
      "",
      ...[...interfaces].map(([body, name]) => `export interface ${name} {\n${body}}\n`),
      ...more
    ].join("\n")
  )

/** The types of what the driver sends, as a module. */
const types = (document) => {
  const { interfaces, type } = typesOf(document)
  for (const name of sent) type({ $ref: `${reference}${name}` })
  return moduleOf(typesFile, interfaces)
}

/** The types of all calls, as a module. */
const calls = (document) => {
  const { interfaces, type } = typesOf(document)
  const all = operationsOf(document).map(
    ({ call, operation }) => `readonly ${JSON.stringify(call)}: { ${signature(operation, type).join("; ")} }`
  )
  return moduleOf(callsFile, interfaces, [
    "/** What goes in the query and in the body of each call, and what its good reply says. */",
    "export interface Calls {",
    ...all,
    "}",
    ""
  ])
}

const [, script, source, flag] = process.argv
if (script === fileURLToPath(import.meta.url)) {
  const checkedIn = () => JSON.parse(readFileSync(cutFile, "utf8"))
  if (source === "--types") process.stdout.write(types(checkedIn()))
  else if (source === "--calls") process.stdout.write(calls(checkedIn()))
  else {
    const made = cut(parse(readFileSync(source, "utf8")))
    const text = formatted(cutFile, JSON.stringify(made))
    if (flag === "--cut") process.stdout.write(text)
    else {
      writeFileSync(cutFile, text)
      writeFileSync(typesFile, types(made))
      writeFileSync(callsFile, calls(made))
    }
  }
}
