/** What the docstrings of the public modules say: read from the sources, without types. */
import { existsSync, readFileSync } from "node:fs"
import { dirname, relative, resolve } from "node:path"
import * as Schema from "effect/Schema"
import ts from "typescript"
import type { Block } from "../support/readme.js"

const Manifest = Schema.parseJson(
  Schema.Struct({
    exports: Schema.Record({
      key: Schema.String,
      value: Schema.Union(Schema.String, Schema.Struct({ types: Schema.String, default: Schema.String }))
    })
  })
)

const sourceOf = (built: string): string => {
  const path = built.replace(/^\.\/dist\//, "src/").replace(/\.js$/, "")
  return existsSync(`${path}.ts`) ? `${path}.ts` : `${path}.tsx`
}

export interface PublicModule {
  /** How it is imported: `effect-crowd/Mock`. */
  readonly specifier: string
  /** From the top level: `src/Mock.ts`. */
  readonly path: string
}

/** The modules that `exports` of package.json opens. */
export const modules: ReadonlyArray<PublicModule> = Object.entries(
  Schema.decodeSync(Manifest)(readFileSync("package.json", "utf8")).exports
).flatMap(([subpath, target]) =>
  typeof target === "string"
    ? []
    : [{ specifier: subpath.replace(/^\./, "effect-crowd"), path: sourceOf(target.default) }]
)

const options: ts.CompilerOptions = { target: ts.ScriptTarget.ES2022, noLib: true, types: [] }

/** Only our own files are read: what a name is called and said of needs no others. */
const host = ts.createCompilerHost(options)
host.resolveModuleNameLiterals = (literals, from) =>
  literals.map(({ text }) => {
    const path = resolve(dirname(from), text).replace(/\.js$/, "")
    const found = text.startsWith(".") ? [`${path}.ts`, `${path}.tsx`].find((file) => existsSync(file)) : undefined
    return { resolvedModule: found === undefined ? undefined : { resolvedFileName: found, extension: ts.Extension.Ts } }
  })

const program = ts.createProgram(
  modules.map(({ path }) => path),
  options,
  host
)
const checker = program.getTypeChecker()

export interface Documented {
  readonly module: PublicModule
  readonly name: string
  readonly sentence: string
  readonly tags: ReadonlySet<string>
  readonly category: string
  readonly examples: ReadonlyArray<Block>
}

const textOf = (tag: ts.JSDocTag): string => ts.getTextOfJSDocComment(tag.comment) ?? ""

/** The code of an example, which begins on the line after its tag. */
const exampleOf = (tag: ts.JSDocTag): Block => {
  const file = tag.getSourceFile()
  const line = file.getLineAndCharacterOfPosition(tag.getStart()).line
  return { language: "ts", code: textOf(tag), page: relative(".", file.fileName), firstLine: line + 2 }
}

const documented = (module: PublicModule, symbol: ts.Symbol): ReadonlyArray<Documented> => {
  const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
  const tags = (target.declarations ?? []).flatMap((declaration) => ts.getJSDocTags(declaration))
  const named = (name: string) => tags.filter(({ tagName }) => tagName.text === name)
  if (named("internal").length > 0) return []
  return [
    {
      module,
      name: symbol.name,
      sentence: ts.displayPartsToString(target.getDocumentationComment(checker)).trim(),
      tags: new Set(tags.map(({ tagName }) => tagName.text)),
      category: named("category").map(textOf)[0] ?? "",
      examples: named("example").map(exampleOf)
    }
  ]
}

const exportsOf = (module: PublicModule): ReadonlyArray<Documented> => {
  const file = program.getSourceFile(module.path)
  const symbol = file === undefined ? undefined : checker.getSymbolAtLocation(file)
  if (symbol === undefined) throw new Error(`${module.path} is no module`)
  return checker.getExportsOfModule(symbol).flatMap((name) => documented(module, name))
}

/** Everything that can be imported. `effect-crowd` itself has other modules alone. */
export const exported: ReadonlyArray<Documented> = modules
  .filter(({ specifier }) => specifier !== "effect-crowd")
  .flatMap(exportsOf)

/** What makes something is shown at work. */
const isMaker = ({ category }: Documented): boolean => category === "constructors" || category === "layers"

const missingOf = (entry: Documented): ReadonlyArray<string> => [
  ...(entry.sentence === "" ? ["a sentence"] : []),
  ...["since", "category"].filter((tag) => !entry.tags.has(tag)).map((tag) => `@${tag}`),
  ...(isMaker(entry) && entry.examples.length === 0 ? ["an @example"] : [])
]

/** A line for each export that lacks something. */
export const faults: ReadonlyArray<string> = exported.flatMap((entry) =>
  missingOf(entry).map((missing) => `${entry.module.path}: ${entry.name} lacks ${missing}`)
)

/** The first sentence of a file: what it is for. */
const purposeOf = ({ path }: PublicModule): string => {
  const paragraph = /^\/\*\*\n((?: \* .+\n)+)/.exec(readFileSync(path, "utf8"))?.[1] ?? ""
  const text = paragraph.replace(/^ \* /gm, "").trim().replaceAll("\n", " ")
  return /^.*?\.(?=\s|$)/.exec(text)?.[0] ?? text
}

/** Where the list of public modules stands. */
export const listPath = "src/README.md"

const lineOf = (module: PublicModule): string =>
  `- [\`${module.specifier}\`](${module.path.slice("src/".length)}): ${purposeOf(module)}`

/** The list of public modules, as it is written there. */
export const list = `# What is public

Every module that \`exports\` of package.json opens; nothing else can be imported. A folder's page says what is in it. Written by \`npm run docs\` from the first sentence of each file.

${modules.map(lineOf).join("\n")}
`
