/** What a program's own declarations say of ours: they name only what `exports` opens, and ours have no error. */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { afterAll, describe, expect, it } from "@effect/vitest"
import ts from "typescript"
import { publicModules, specifierOf } from "./moduleGraph.js"

const folder = mkdtempSync(join(tmpdir(), "crowd-declarations-"))
const installed = join(folder, "node_modules/effect-crowd")

afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** A project of somebody else's, with the package as npm installs it. */
const install = () => {
  mkdirSync(installed, { recursive: true })
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }')
  cpSync("package.json", join(installed, "package.json"))
  cpSync("dist", join(installed, "dist"), { recursive: true, filter: (path) => !/(js|map|\.readme)$/.test(path) })
  for (const name of readdirSync("node_modules").filter((name) => !name.startsWith("."))) {
    symlinkSync(resolve("node_modules", name), join(folder, "node_modules", name), "dir")
  }
}

const options: ts.CompilerOptions = {
  strict: true,
  exactOptionalPropertyTypes: true,
  skipLibCheck: false,
  declaration: true,
  emitDeclarationOnly: true,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  target: ts.ScriptTarget.ES2022,
  lib: ["lib.es2023.d.ts"],
  types: ["node"]
}

const messageOf = ({ file, messageText }: ts.Diagnostic): string =>
  `${file?.fileName.replace(`${folder}/`, "") ?? ""}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`

const path = join(folder, "all.ts")

/** Files that do not change are read once. */
const host = ts.createCompilerHost(options)
const read = host.getSourceFile
const files = new Map<string, ts.SourceFile | undefined>()
host.getSourceFile = (name, ...how) => {
  if (name === path) return read(name, ...how)
  const file = files.has(name) ? files.get(name) : read(name, ...how)
  files.set(name, file)
  return file
}

const program = (text: string, before?: ts.Program) => {
  writeFileSync(path, text)
  return ts.createProgram([path], options, host, before)
}

const isValue = (checker: ts.TypeChecker) => (symbol: ts.Symbol) => {
  const { flags } = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
  return (flags & ts.SymbolFlags.Value) !== 0
}

const exportsOf = (program: ts.Program): ReadonlyArray<ReadonlyArray<ts.Symbol>> => {
  const checker = program.getTypeChecker()
  const imports = program.getSourceFile(path)?.statements.filter(ts.isImportDeclaration) ?? []
  return imports.map(({ moduleSpecifier }) => {
    const module = checker.getSymbolAtLocation(moduleSpecifier)
    return module === undefined ? [] : checker.getExportsOfModule(module)
  })
}

/** Everything that can be imported, exported again under a name of its own. */
const reexporting = (modules: ReadonlyArray<string>): ts.Program => {
  const imports = modules.map((module, index) => `import * as M${index} from "${specifierOf(module)}"`)
  const first = program(imports.join("\n"))
  const values = exportsOf(first).flatMap((symbols, index) =>
    symbols
      .filter(isValue(first.getTypeChecker()))
      .map(({ name }) => `export const v${index}_${name} = M${index}.${name}`)
  )
  return program([...imports, ...values].join("\n"), first)
}

const specifiers = (text: string): ReadonlySet<string> =>
  new Set(Array.from(text.matchAll(/(?:from |import\()"([^"]+)"/g), ([, specifier = ""]) => specifier))

const isFound = (specifier: string): boolean =>
  ts.resolveModuleName(specifier, path, options, ts.sys, undefined, undefined, ts.ModuleKind.ESNext).resolvedModule !==
  undefined

const isOurs = ({ fileName }: ts.SourceFile): boolean => fileName.startsWith(installed)

install()
const inBrowsers = publicModules.filter((path) => path.startsWith("dist/browser/"))
const forBrowsers = reexporting(inBrowsers)
const forServers = reexporting(publicModules.filter((path) => !inBrowsers.includes(path)))

describe("The declarations of a program that exports every public value of ours", () => {
  it.each([
    ["modules for browsers", forBrowsers],
    ["all others", forServers]
  ])(
    "name nothing internal: %s",
    (_, made) => {
      let text = ""
      const { diagnostics } = made.emit(made.getSourceFile(path), (_, emitted) => {
        text += emitted
      })
      expect(diagnostics.map(messageOf)).toEqual([])
      expect(text).toMatch(/^export declare const v0_/m)
      expect([...specifiers(text)].filter((specifier) => !isFound(specifier))).toEqual([])
      const wrong = made
        .getSourceFiles()
        .filter(isOurs)
        .flatMap((file) => [...made.getSyntacticDiagnostics(file), ...made.getSemanticDiagnostics(file)])
      expect(wrong.map(messageOf)).toEqual([])
    },
    120_000
  )
})

describe("Hovers", () => {
  const checker = forServers.getTypeChecker()
  const symbols = exportsOf(forServers)
    .flat()
    .map((symbol) => (symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol))
    .filter(({ flags }) => (flags & ts.SymbolFlags.Class) === 0)
  const text = (type: ts.Type) => checker.typeToString(type, undefined, ts.TypeFormatFlags.NoTruncation)
  /** A Schema that is a struct, and what its type reads as without a name. */
  const structs = symbols.flatMap((symbol) => {
    const schema = symbol.flags & ts.SymbolFlags.Value ? checker.getTypeOfSymbol(symbol) : undefined
    const [type] = schema?.getProperty("fields") === undefined ? [] : [schema.getProperty("Type")]
    return type === undefined ? [] : [{ symbol, nameless: text(checker.getTypeOfSymbol(type)) }]
  })

  it("read: every model is an interface", () => {
    expect(structs.length).toBeGreaterThan(25)
    const others = structs.filter(({ symbol: { flags } }) => (flags & ts.SymbolFlags.Interface) === 0)
    expect(others.map(({ symbol: { name } }) => name)).toEqual([])
  })

  it("of methods and of what models hold name the models and the ids", () => {
    const shown = symbols
      .filter(({ flags }) => (flags & ts.SymbolFlags.Interface) !== 0)
      .flatMap((symbol) =>
        checker
          .getDeclaredTypeOfSymbol(symbol)
          .getProperties()
          .map((property) => `${symbol.name}.${property.name}: ${text(checker.getTypeOfSymbol(property))}`)
      )
    const isNameless = (hover: string) =>
      hover.includes("Brand<") || structs.some(({ nameless }) => hover.includes(nameless))
    expect(shown.filter(isNameless)).toEqual([])
    expect(shown).toEqual(
      expect.arrayContaining([
        "TaskRun.task: Task",
        "Task.reward: Money",
        "Agent.run: RunId",
        "Participation.worker: Worker",
        "Summary.units: UnitCounts",
        expect.stringMatching(/^Service\.get: \(id: RunId\) => Effect<TaskRun, /),
        expect.stringMatching(/^Service\.submit: \(submission: Submission\) => Effect<Agent, /)
      ])
    )
  })
})
