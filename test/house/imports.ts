/** Which source file imports which, types included, and on which floor of the house each stands. */
import { readdirSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import ts from "typescript"

/** Paths from `src`, of everything that is compiled. */
export const files: ReadonlyArray<string> = readdirSync("src", { recursive: true, encoding: "utf8" })
  .map((path) => path.replaceAll("\\", "/"))
  .filter((path) => /\.tsx?$/.test(path) && !path.startsWith("samples/"))
  .sort()

export const textOf = (file: string): string => readFileSync(join("src", file), "utf8")

const known = new Set(files)

const resolved = (from: string, specifier: string): ReadonlyArray<string> => {
  const path = join(dirname(from), specifier).replaceAll("\\", "/")
  return [path.replace(/\.js$/, ".ts"), path.replace(/\.js$/, ".tsx")].filter((file) => known.has(file))
}

/** What each file imports of ours. */
export const imports: ReadonlyMap<string, ReadonlyArray<string>> = new Map(
  files.map((file) => [
    file,
    ts
      .preProcessFile(textOf(file))
      .importedFiles.filter(({ fileName }) => fileName.startsWith("."))
      .flatMap(({ fileName }) => resolved(file, fileName))
  ])
)

/**
 * From the ground up: a room imports those of its own floor and below. A public module is named, a folder ends in `/`.
 */
const floors = {
  "what everybody uses": ["internal/"],
  values: ["Ids", "Json", "Media", "Money", "States", "CrowdError", "errors/", "PanelSettings", "panel-settings/"],
  capabilities: [
    "Agents",
    "Budget",
    "Messages",
    "Owners",
    "Qualifications",
    "Requesters",
    "TaskRuns",
    "Units",
    "Workers",
    "Results"
  ],
  driver: ["Driver", "driver/"],
  batches: ["Batch", "batch/", "batch/data/", "batch/pages/"],
  store: ["Journal", "Store", "store/", "store/memory/", "store/sql/"],
  journal: ["journal/"],
  "the shared half": ["Provider", "provider/"],
  programs: ["Conductor", "ConductorCluster", "conductor-cluster/", "Crowd", "crowd/", "index"],
  providers: ["Local", "local/", "MTurk", "mturk/", "Mock", "mock/", "Prolific", "prolific/", "Panel", "panel/"],
  "server, testing": [
    "MTurkServer",
    "mturk-server/",
    "mturk-server/hits/",
    "mturk-server/money/",
    "mturk-server/people/",
    "mturk-server/protocol/",
    "mturk-server/work/",
    "server/",
    "server/console/",
    "server/pages/",
    "server/work/",
    "testing/",
    "testing/suites/",
    "browser/"
  ],
  cli: ["cli/", "cli/commands/"]
} as const

export interface Room {
  /** Such as `provider/`, or `Driver` for a module that stands by itself. */
  readonly name: string
  readonly floor: string
  readonly height: number
}

const rooms: ReadonlyArray<Room> = Object.entries(floors).flatMap(([floor, names], height) =>
  names.map((name) => ({ name, floor, height }))
)

/** The room of a file: the longest name that fits. */
export const roomOf = (file: string): Room => {
  const found = rooms
    .filter(({ name }) => (name.endsWith("/") ? file.startsWith(name) : file === `${name}.ts`))
    .toSorted((a, b) => b.name.length - a.name.length)[0]
  if (found === undefined) throw new Error(`src/${file} stands on no floor: name its room in test/house/imports.ts`)
  return found
}

/** Files that import each other, however far around. */
export const circles = (): ReadonlyArray<ReadonlyArray<string>> => {
  const reach = (from: string): ReadonlySet<string> => {
    const seen = new Set<string>()
    const next = [...(imports.get(from) ?? [])]
    for (let file = next.pop(); file !== undefined; file = next.pop()) {
      if (seen.has(file)) continue
      seen.add(file)
      next.push(...(imports.get(file) ?? []))
    }
    return seen
  }
  const reached = new Map(files.map((file) => [file, reach(file)]))
  return files
    .filter((file) => reached.get(file)?.has(file))
    .map((file) => files.filter((other) => reached.get(file)?.has(other) && reached.get(other)?.has(file)))
}

export interface Arrow {
  readonly from: string
  readonly to: string
}

/** Every import of one file by another. */
export const arrows: ReadonlyArray<Arrow> = files.flatMap((from) =>
  (imports.get(from) ?? []).map((to) => ({ from, to }))
)
