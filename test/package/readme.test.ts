import { readFileSync } from "node:fs"
import { resolve } from "node:path"
import { describe, expect, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import ts from "typescript"

const readme = readFileSync("README.md", "utf8")

interface Block {
  readonly path: string
  readonly firstLine: number
  readonly code: string
}

/** Each `ts` block as a module of its own, as if it lay beside package.json. */
const blocks: ReadonlyMap<string, Block> = new Map(
  [...readme.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map((match, index) => {
    const path = resolve(`README.block${index + 1}.ts`)
    return [path, { path, firstLine: readme.slice(0, match.index).split("\n").length + 1, code: match[1] ?? "" }]
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
  host.fileExists = (path) => blocks.has(resolve(path)) || fileExists(path)
  host.readFile = (path) => blocks.get(resolve(path))?.code ?? readFile(path)
  const program = ts.createProgram([...blocks.keys()], options, host)
  return ts.getPreEmitDiagnostics(program).map(({ file, messageText, start }) => {
    const message = ts.flattenDiagnosticMessageText(messageText, "\n")
    const block = file === undefined ? undefined : blocks.get(resolve(file.fileName))
    const line = file === undefined ? 0 : file.getLineAndCharacterOfPosition(start ?? 0).line
    return block === undefined
      ? `${file?.fileName ?? "README.md"}: ${message}`
      : `README.md:${block.firstLine + line}: ${message}`
  })
}

const Manifest = Schema.parseJson(
  Schema.Struct({ scripts: Schema.Record({ key: Schema.String, value: Schema.String }) })
)

describe("README.md", () => {
  it("has code, and all of it type-checks against the built package", () => {
    expect(blocks.size).toBeGreaterThan(0)
    expect(typeErrors()).toEqual([])
  }, 120_000)

  it("names only commands that exist, and how to start and to test", () => {
    const { scripts } = Schema.decodeSync(Manifest)(readFileSync("package.json", "utf8"))
    const commands = [...readme.matchAll(/\bnpm (?:run ([\w:-]+)|(start|test)\b)/g)].map(
      ([, run, short]) => run ?? short
    )
    expect(commands).toEqual(expect.arrayContaining(["start", "test"]))
    expect(commands.filter((name) => name === undefined || scripts[name] === undefined)).toEqual([])
  })
})
