/** README's provider, word for word: compiled, and run against the crowd it is written for. */
import { mkdirSync, rmSync, writeFileSync } from "node:fs"
import { resolve } from "node:path"
import { pathToFileURL } from "node:url"
import { afterAll } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import ts from "typescript"
import * as acmeCrowd from "../support/acmeCrowd.js"
import * as Readme from "../support/readme.js"

const folder = resolve("dist/.readme")

/** Writes README's block of this name as the module it stands for. */
const compile = (name: string): string => {
  const code = Readme.blocks.find((block) => Readme.fileOf(block) === `${name}.ts`)?.code
  if (code === undefined) throw new Error(`README has no ${name}.ts`)
  const path = `${folder}/${name}.js`
  const compilerOptions = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 }
  writeFileSync(path, ts.transpileModule(code, { compilerOptions }).outputText)
  return path
}

mkdirSync(folder, { recursive: true })
compile("acme")

const scope = Effect.runSync(Scope.make())
process.env["ACME_URL"] = await Effect.runPromise(Scope.extend(acmeCrowd.start, scope))
process.env["ACME_KEY"] = acmeCrowd.key
afterAll(async () => {
  await Effect.runPromise(Scope.close(scope, Exit.void))
  rmSync(folder, { recursive: true })
})

await import(pathToFileURL(compile("acme.conformance")).href)
