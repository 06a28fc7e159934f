/**
 * README's provider, word for word: compiled, and run against the crowd it is written for: its conformance file, and
 * the program that runs on every layer. For the full matrix of conformance the same is run over the other stores, too.
 */
import "./built.js"
import { rmSync, writeFileSync } from "node:fs"
import { pathToFileURL } from "node:url"
import { afterAll } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Predicate from "effect/Predicate"
import * as Scope from "effect/Scope"
import ts from "typescript"
import { type Acme, acmeOver } from "../conformance/acmePeople.js"
import { acmeStudy } from "../conformance/acmeStudy.js"
import { chosen, type Name, over } from "../conformance/stores.js"
import { swap } from "../conformance/swap.js"
import * as acmeCrowd from "../support/acmeCrowd.js"
import * as modulesFolder from "../support/modulesFolder.js"
import * as postgres from "../support/postgres.js"
import * as Readme from "../support/readme.js"
import * as sqlite from "../support/sqlite.js"

const folder = modulesFolder.makeProject("acme")

const blockOf = (name: string): string => {
  const code = Readme.programs.get(`${name}.ts`)
  if (code === undefined) throw new Error(`README has no ${name}.ts`)
  return code
}

/** Writes the code as a module, and answers where it is. */
const compile = (name: string, code: string): string => {
  const path = `${folder}/${name}.js`
  const compilerOptions = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 }
  writeFileSync(path, ts.transpileModule(code, { compilerOptions }).outputText)
  return pathToFileURL(path).href
}

const acmeModule: unknown = await import(compile("acme", blockOf("acme")))

const scope = Effect.runSync(Scope.make())
const made = <A>(resource: Effect.Effect<A, unknown, Scope.Scope>): Promise<A> =>
  Effect.runPromise(Scope.extend(resource, scope))

const url = await made(acmeCrowd.start)
process.env["ACME_URL"] = url
process.env["ACME_KEY"] = acmeCrowd.key
process.env["ACME_PAGES"] = "http://127.0.0.1/task"
afterAll(async () => {
  await Effect.runPromise(Scope.close(scope, Exit.void))
  rmSync(folder, { recursive: true })
})

const conformance = blockOf("acme.conformance")

/** The same with another store in the one place where it names one. */
const withStore = (name: Name, imports: string, store: string): string =>
  `${imports}\n${conformance.replace('"Acme"', `"Acme over ${name}"`).replace("Store.layerMemory", store)}`

const codes: { readonly [Key in Name]: () => Promise<string> } = {
  memory: () => Promise.resolve(conformance),
  SQLite: async () => {
    const file = JSON.stringify(`${await made(sqlite.directory)}/crowd.db`)
    const imports = 'import * as SqliteStore from "effect-crowd/store/SqliteStore"'
    return withStore("SQLite", imports, `SqliteStore.layer({ filename: ${file} })`)
  },
  Postgres: async () => {
    const url = JSON.stringify(await made(postgres.url))
    const imports = `import { PgClient } from "@effect/sql-pg"
import * as SqlStore from "effect-crowd/store/SqlStore"
import * as Redacted from "effect/Redacted"`
    return withStore(
      "Postgres",
      imports,
      `SqlStore.layer.pipe(Layer.provide(PgClient.layer({ url: Redacted.make(${url}) })))`
    )
  }
}

for (const name of chosen("memory")) await import(compile(`acme.conformance.${name}`, await codes[name]()))

const hasLayer = (module: unknown): module is { readonly layer: Acme } =>
  Predicate.hasProperty(module, "layer") && Layer.isLayer(module.layer)

if (!hasLayer(acmeModule)) throw new Error("README's acme.ts has no layer")
const { layer } = acmeModule

over("Acme", "memory", (name, store) => {
  swap(name, acmeOver(layer, url, store))
  acmeStudy(name, layer, url, store)
})
