import "./built.js"
import { existsSync, readFileSync } from "node:fs"
import { dirname, resolve } from "node:path"
import { describe, expect, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import ts from "typescript"
import { installLine } from "../../src/cli/manifest.js"
import { exported } from "../house/docs.js"
import * as Readme from "../support/readme.js"

interface Module extends Readme.Block {
  readonly path: string
}

const examples = exported.flatMap((entry) => entry.examples)

/** Each `ts` block, and each example of a docstring, as a module of its own, as if it lay beside package.json. */
const modules: ReadonlyMap<string, Module> = new Map(
  [...Readme.blocks, ...examples]
    .filter(({ language }) => language === "ts")
    .map((block, index) => {
      const path = resolve(Readme.fileOf(block) ?? `block${index + 1}.ts`)
      return [path, { path, ...block }]
    })
)

const compilerOptions = (): ts.CompilerOptions => {
  const { config } = ts.readConfigFile("tsconfig.json", ts.sys.readFile)
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ".")
  return { ...options, noUnusedLocals: false }
}

const typeErrors = (): ReadonlyArray<string> => {
  const options = compilerOptions()
  const host = ts.createCompilerHost(options)
  const { fileExists, readFile } = host
  host.fileExists = (path) => modules.has(resolve(path)) || fileExists(path)
  host.readFile = (path) => modules.get(resolve(path))?.code ?? readFile(path)
  const program = ts.createProgram([...modules.keys()], options, host)
  return ts.getPreEmitDiagnostics(program).map(({ file, messageText, start }) => {
    const message = ts.flattenDiagnosticMessageText(messageText, "\n")
    const block = file === undefined ? undefined : modules.get(resolve(file.fileName))
    const line = file === undefined ? 0 : file.getLineAndCharacterOfPosition(start ?? 0).line
    return block === undefined
      ? `${file?.fileName ?? "a page"}: ${message}`
      : `${block.page}:${block.firstLine + line}: ${message}`
  })
}

const Manifest = Schema.parseJson(
  Schema.Struct({ scripts: Schema.Record({ key: Schema.String, value: Schema.String }) })
)

describe("README.md, the pages of the wings and the examples of docstrings", () => {
  it("begin with a front door of at most 200 lines, whose every link leads somewhere", () => {
    expect(Readme.front.split("\n").length).toBeLessThanOrEqual(201)
    for (const path of Readme.paths) {
      const links = [...readFileSync(path, "utf8").matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)].map(([, to = ""]) => to)
      expect(links.filter((to) => !existsSync(resolve(dirname(path), to)))).toEqual([])
    }
  })

  it("has code, and all of it type-checks against the built package", () => {
    expect(examples.length).toBeGreaterThan(40)
    expect(modules.size).toBeGreaterThan(examples.length)
    expect(typeErrors()).toEqual([])
  }, 120_000)

  it("has the install line that the command prints, made from peerDependencies", () => {
    expect(Readme.shellLines[0]).toBe(installLine)
    expect(installLine).toMatch(/^npm install effect-crowd( \S+@\^\d+\.\d+\.\d+)+$/)
  })

  it("has a table of words: what is called here, and what MTurk calls it", () => {
    const row = (word: string) => Readme.text.split("\n").find((line) => line.startsWith(`| ${word} `))
    expect(row("assignment")).toMatch(/one row .*\| a HIT /)
    expect(row("unit")).toMatch(/one person's part .*\| one of a HIT's assignments/)
    for (const word of ["requester", "batch", "run", "worker", "agent", "qualification"]) {
      expect(row(word), word).toBeDefined()
    }
  })

  it("names only commands that exist, and how to start and to test", () => {
    const { scripts } = Schema.decodeSync(Manifest)(readFileSync("package.json", "utf8"))
    const commands = [...Readme.text.matchAll(/\bnpm (?:run ([\w:-]+)|(start|test)\b)/g)].map(
      ([, run, short]) => run ?? short
    )
    expect(commands).toEqual(expect.arrayContaining(["start", "test"]))
    expect(commands.filter((name) => name === undefined || scripts[name] === undefined)).toEqual([])
  })
})
