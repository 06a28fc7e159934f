import { BaseSequencer, type TestSpecification } from "vitest/node"

/** Files that take longest, so that none of them is begun when all the others are done. */
const long = ["browser/", "cli/mturk", "conformance/", "server/fuzz", "cli/run", "cli/local", "batch/linear"]

const rank = ({ moduleId }: TestSpecification): number => {
  const found = long.findIndex((part) => moduleId.includes(`/test/${part}`))
  return found < 0 ? long.length : found
}

/** Otherwise as Vitest orders them. */
export class LongFirst extends BaseSequencer {
  override async sort(files: Array<TestSpecification>): Promise<Array<TestSpecification>> {
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b))
  }
}
