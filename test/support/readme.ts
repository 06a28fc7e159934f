/** README's code, as it is written there. */
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"

export const path = fileURLToPath(new URL("../../README.md", import.meta.url))

export const text = readFileSync(path, "utf8")

export interface Block {
  readonly language: string
  readonly code: string
  /** Of the code, in README.md. */
  readonly firstLine: number
}

export const blocks: ReadonlyArray<Block> = Array.from(
  text.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm),
  ({ 1: language = "", 2: code = "", index }) => ({
    language,
    code,
    firstLine: text.slice(0, index).split("\n").length + 1
  })
)

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
