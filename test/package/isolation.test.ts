import { readFileSync } from "node:fs"
import { describe, expect, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import ts from "typescript"
import { broughtBy, builtModules, load, packageOf } from "./moduleGraph.js"

const providers = ["Mock", "Local", "MTurk", "MTurkServer", "Prolific", "Panel"].map((name) => `dist/${name}.js`)
const nodePackages = ["@effect/platform-node", "@effect/cli", "@effect/sql-sqlite-node", "better-sqlite3"]
const sqliteStore = "dist/store/SqliteStore.js"
const conductorCluster = "dist/ConductorCluster.js"
const prometheus = "dist/server/Prometheus.js"

/** `effect` and the packages that come with it. */
const effectAlone = ["effect", "@standard-schema/spec", "fast-check", "pure-rand"]

const library = builtModules.filter((path) => !path.startsWith("dist/cli/"))
/** What is not for every platform. */
const particular = [...providers, conductorCluster]
const portable = library.filter((path) => /^dist\/[^/]+\.js$/.test(path) && !particular.includes(path))
const inFolder = (folder: string) => library.filter((path) => path.startsWith(`dist/${folder}/`))
const graph = load(library)

const isOfCluster = (path: string) => path === conductorCluster || path.startsWith("dist/conductor-cluster/")

/** No module may bring what is forbidden. A failure prints the chain of imports that brought it. */
const expectNone = (modules: ReadonlyArray<string>, isForbidden: (brought: string) => boolean) => {
  expect(modules).not.toEqual([])
  const offending = modules.flatMap((module) =>
    [...broughtBy(graph, module)].filter(([brought]) => isForbidden(brought)).map(([, chain]) => chain)
  )
  expect(offending).toEqual([])
}

const isNeitherOursNorEffect = (brought: string) => !brought.startsWith("dist/") && !effectAlone.includes(brought)

describe("import isolation, from the module graph of dist", () => {
  it("the recorder sees packages: SqlStore brings @effect/sql, SqliteStore brings better-sqlite3", () => {
    expect([...broughtBy(graph, "dist/store/SqlStore.js").keys()]).toContain("@effect/sql")
    expect([...broughtBy(graph, sqliteStore).keys()]).toContain("better-sqlite3")
  })

  it("portable modules bring effect alone, and no provider", () => {
    expect(portable).toContain("dist/index.js")
    expectNone(portable, (brought) => isNeitherOursNorEffect(brought) || providers.includes(brought))
  })

  it("Mock brings effect alone", () => {
    expectNone(["dist/Mock.js"], isNeitherOursNorEffect)
  })

  it("Local brings effect and what reads addresses and their header; no SQL, no platform", () => {
    const allowed = ["ipaddr.js", "forwarded-parse", "node:crypto"]
    const brought = [...broughtBy(graph, "dist/Local.js").keys()]
    expect(brought).toEqual(expect.arrayContaining(allowed))
    expectNone(["dist/Local.js"], (name) => isNeitherOursNorEffect(name) && !allowed.includes(name))
  })

  it("Prolific brings effect, its platform, and what checks links and escapes texts; no SQL, no AWS, nothing of Node but its hashes", () => {
    const allowed = ["jose", "entities", "node:crypto", "@effect/platform", "find-my-way-ts", "multipasta"]
    expectNone(["dist/Prolific.js"], (name) => isNeitherOursNorEffect(name) && !allowed.includes(name))
  })

  it("Panel brings effect, and nothing of Node but its hashes", () => {
    expectNone(["dist/Panel.js"], (name) => isNeitherOursNorEffect(name) && name !== "node:crypto")
  })

  it("no provider brings another", () => {
    for (const provider of providers.filter((path) => library.includes(path) && path !== "dist/MTurkServer.js")) {
      expectNone([provider], (brought) => providers.includes(brought))
    }
  })

  it("SqlStore runs on any SqlClient: it brings no database driver", () => {
    expectNone(
      inFolder("store").filter((path) => path !== sqliteStore),
      (brought) => nodePackages.includes(brought) || brought.startsWith("@effect/sql-") || brought === "pg"
    )
  })

  it("store, batch and testing bring no provider", () => {
    expectNone([...inFolder("store"), ...inFolder("batch"), ...inFolder("testing")], (brought) =>
      providers.includes(brought)
    )
  })

  it("the shims for browsers bring nothing", () => {
    expectNone(inFolder("browser"), () => true)
  })

  it("only server/Prometheus brings OpenTelemetry", () => {
    const isTelemetry = (brought: string) => brought.includes("opentelemetry")
    expect([...broughtBy(graph, prometheus).keys()].filter(isTelemetry)).toContain("@effect/opentelemetry")
    expectNone(
      library.filter((path) => path !== prometheus),
      isTelemetry
    )
  })

  it("only ConductorCluster brings the cluster's engine", () => {
    const isEngine = (brought: string) => brought === "@effect/cluster" || brought === "@effect/rpc"
    expect([...broughtBy(graph, conductorCluster).keys()].filter(isEngine)).not.toEqual([])
    expectNone(
      library.filter((path) => !isOfCluster(path)),
      isEngine
    )
  })

  it("only cli, SqliteStore and ConductorCluster need a Node-only package", () => {
    expectNone(
      library.filter((path) => path !== sqliteStore && !isOfCluster(path)),
      (brought) => nodePackages.includes(brought)
    )
    expect(nodePackages.slice(0, 2).filter((name) => broughtBy(graph, sqliteStore).has(name))).toEqual([])
  })
})

const Manifest = Schema.parseJson(
  Schema.Struct({
    dependencies: Schema.Record({ key: Schema.String, value: Schema.String }),
    peerDependencies: Schema.Record({ key: Schema.String, value: Schema.String })
  })
)

describe("package.json", () => {
  const { dependencies, peerDependencies } = Schema.decodeSync(Manifest)(readFileSync("package.json", "utf8"))
  const importsOf = (file: string) =>
    ts
      .preProcessFile(readFileSync(file, "utf8"))
      .importedFiles.map(({ fileName }) => fileName)
      .filter((specifier) => !specifier.startsWith(".") && !specifier.startsWith("node:"))
      .map((specifier) => packageOf(`node_modules/${specifier}`))

  const imported = new Set(builtModules.flatMap((path) => [path, path.replace(/\.js$/, ".d.ts")]).flatMap(importsOf))
  const declared = new Set([...Object.keys(dependencies), ...Object.keys(peerDependencies)])

  it("declares every package that dist imports, in code or in types", () => {
    expect([...imported].filter((name) => !declared.has(name))).toEqual([])
  })

  it("declares no package that dist does not import", () => {
    // @effect/vitest runs on vitest, which a suite's user brings.
    expect([...declared].filter((name) => !imported.has(name) && name !== "vitest")).toEqual([])
  })
})
