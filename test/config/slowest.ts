import type { Reporter, TestModule } from "vitest/node"

const shown = 10

/** Its tests, and what it took to load them. */
const millisOf = (file: TestModule): number => {
  const { collectDuration, duration, setupDuration } = file.diagnostic()
  return collectDuration + duration + setupDuration
}

const seconds = (millis: number): string => `${(millis / 1000).toFixed(1).padStart(7)} s`

/** Prints the ten slowest files of a run that has more, and how long all of them took. */
export class Slowest implements Reporter {
  onTestRunEnd(files: ReadonlyArray<TestModule>): void {
    if (files.length <= shown) return
    const all = files.map((file) => ({ file: file.moduleId.replace(`${process.cwd()}/`, ""), millis: millisOf(file) }))
    const slowest = all.toSorted((a, b) => b.millis - a.millis).slice(0, shown)
    const lines = slowest.map(({ file, millis }) => `${seconds(millis)}  ${file}`)
    const total = all.reduce((sum, { millis }) => sum + millis, 0)
    process.stdout.write(`\nThe slowest files:\n${lines.join("\n")}\n${seconds(total)}  all ${all.length} files\n`)
  }
}
