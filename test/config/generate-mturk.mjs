// Writes src/mturk-server/protocol/model.ts from the service model: names, types and constraints, none of its prose.
// node test/config/generate-mturk.mjs service-2.json [--stdout]
import { readFileSync, writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"

const columns = 120
const target = fileURLToPath(new URL("../../src/mturk-server/protocol/model.ts", import.meta.url))

const text = (value) => JSON.stringify(value)

/** On one line if it fits, else an entry a line. */
const block = (before, entries, after, { open = "{", close = "}", pad = " " } = {}) => {
  const line =
    entries.length === 0
      ? `${before}${open}${close}${after}`
      : `${before}${open}${pad}${entries.join(", ")}${pad}${close}${after}`
  return line.length <= columns && !line.includes("\n")
    ? line
    : `${before}${open}\n${entries.map((entry) => `  ${entry}`).join(",\n")}\n${close}${after}`
}

const constraints = ({ max, min, pattern }) =>
  [
    ...(min === undefined ? [] : [`min: ${min}`]),
    ...(max === undefined ? [] : [`max: ${max}`]),
    ...(pattern === undefined ? [] : [`pattern: ${new RegExp(pattern, "u")}`.replace(/u$/, "")])
  ].join(", ")

const scalars = {
  boolean: () => "Schema.Boolean",
  integer: (shape) => `member.integer(${constraints(shape) === "" ? "" : `{ ${constraints(shape)} }`})`,
  long: (shape) => `member.integer(${constraints(shape) === "" ? "" : `{ ${constraints(shape)} }`})`,
  timestamp: () => "member.timestamp",
  string: (shape) => `member.text(${constraints(shape) === "" ? "" : `{ ${constraints(shape)} }`})`
}

const declaration = (name, shape) => {
  const start = `export const ${name} = `
  if (shape.enum !== undefined) {
    return block(`${start}member.oneOf`, shape.enum.map(text), "", { open: "(", close: ")", pad: "" })
  }
  if (shape.type === "list") return `${start}Schema.Array(${shape.member.shape})`
  if (shape.type === "structure") {
    const required = new Set(shape.required ?? [])
    const fields = Object.entries(shape.members).map(([field, { shape: type }]) =>
      required.has(field) ? `${field}: ${type}` : `${field}: member.optional(${type})`
    )
    return `${block(`${start}Schema.Struct(`, fields, ")")}\nexport type ${name} = typeof ${name}.Type`
  }
  const scalar = scalars[shape.type]
  if (scalar === undefined) throw new Error(`${name} is of a type that is not known: ${shape.type}`)
  return `${start}${scalar(shape)}`
}

/** Shapes after those they are made of. The model has no cycles. */
const ordered = (shapes, roots) => {
  const seen = new Set()
  const visit = (name) => {
    if (seen.has(name)) return []
    seen.add(name)
    const { member, members = {} } = shapes[name]
    const parts = [...(member === undefined ? [] : [member.shape]), ...Object.values(members).map(({ shape }) => shape)]
    return [...parts.flatMap(visit), name]
  }
  return roots.flatMap(visit)
}

export const generate = ({ metadata, operations, shapes }) => {
  const all = Object.values(operations).toSorted((a, b) => (a.name < b.name ? -1 : 1))
  const names = ordered(
    shapes,
    all.flatMap(({ input, output }) => [input.shape, output.shape])
  )
  const entries = all.map(({ input, name, output }) => {
    const parts = [text(name), input.shape, output.shape]
    const line = `  ${name}: member.operation(${parts.join(", ")})`
    return line.length < columns ? line : `  ${name}: member.operation(\n    ${parts.join(",\n    ")}\n  )`
  })
  return [
    "// Made by test/config/generate-mturk.mjs from the service model. Do not edit.",
    'import * as Schema from "effect/Schema"',
    'import * as member from "./shapes.js"',
    "",
    `export const targetPrefix = ${text(metadata.targetPrefix)}`,
    "",
    ...names.map((name) => declaration(name, shapes[name])),
    "",
    `export const operations = {\n${entries.join(",\n")}\n}`,
    ""
  ].join("\n")
}

const [, script, model, flag] = process.argv
if (script === fileURLToPath(import.meta.url)) {
  const made = generate(JSON.parse(readFileSync(model, "utf8")))
  if (flag === "--stdout") process.stdout.write(made)
  else writeFileSync(target, made)
}
