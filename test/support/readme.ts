/** The code of README.md and of the wings' pages, as it is written there. */
import { readdirSync, readFileSync } from "node:fs"
import { resolve } from "node:path"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("../..", import.meta.url))

/** The front door, and then the wings. */
export const paths: ReadonlyArray<string> = [
  "README.md",
  ...readdirSync(resolve(root, "src"), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith("README.md"))
    .map((path) => `src/${path.replaceAll("\\", "/")}`)
    .sort()
]

const read = (path: string): string => readFileSync(resolve(root, path), "utf8")

export const front = read("README.md")

/** All of it, one page after the other. */
export const text = paths.map(read).join("\n")

export interface Block {
  readonly language: string
  readonly code: string
  readonly page: string
  /** Of the code, in the page. */
  readonly firstLine: number
}

const blocksOf = (path: string): ReadonlyArray<Block> => {
  const text = read(path)
  return Array.from(text.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm), ({ 1: language = "", 2: code = "", index }) => ({
    language,
    code,
    page: path,
    firstLine: text.slice(0, index).split("\n").length + 1
  }))
}

export const blocks: ReadonlyArray<Block> = paths.flatMap(blocksOf)

/** The file that a block says it is, in a comment on its first line. */
export const fileOf = ({ code }: Block): string | undefined => /^\/\/ ([\w.]+\.ts)\n/.exec(code)?.[1]

/** The programs that say which file they are. */
export const programs: ReadonlyMap<string, string> = new Map(
  blocks.flatMap((block) => {
    const file = block.language === "ts" ? fileOf(block) : undefined
    return file === undefined ? [] : [[file, block.code]]
  })
)

/** What is typed in a project of one's own: the install line, and what follows it. */
export const shellLines: ReadonlyArray<string> = (
  blocks.find(({ code, language }) => language === "sh" && code.startsWith("npm install"))?.code ?? ""
)
  .trimEnd()
  .split("\n")
