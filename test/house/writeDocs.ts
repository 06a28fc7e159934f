/** Writes the list of public modules, prints what each exports, and fails where something is not documented. */
import { writeFileSync } from "node:fs"
import * as Arr from "effect/Array"
import { exported, faults, list, listPath } from "./docs.js"

for (const [specifier, of] of Object.entries(Arr.groupBy(exported, ({ module }) => module.specifier))) {
  process.stdout.write(`\n${specifier}\n`)
  for (const [category, all] of Object.entries(Arr.groupBy(of, (entry) => entry.category))) {
    process.stdout.write(`  ${category.padEnd(14)} ${all.map(({ name }) => name).join(" ")}\n`)
  }
}

writeFileSync(listPath, list)
process.stdout.write(
  `\n${faults.map((fault) => `${fault}\n`).join("")}${exported.length} exports, ${faults.length} faults\n`
)
process.exitCode = faults.length > 0 ? 1 : 0
