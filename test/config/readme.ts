/** Writes README's programs, and what is typed in a project of one's own, into a folder. */
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { programs, shellLines } from "../support/readme.js"

const folder = process.argv[2] ?? "."
const [install, ...rest] = shellLines

for (const [name, code] of programs) writeFileSync(join(folder, name), code)
writeFileSync(join(folder, "install.sh"), `${install}\n`)
writeFileSync(join(folder, "commands.sh"), `${rest.join("\n")}\n`)
