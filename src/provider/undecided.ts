/** What is not decided of a run. */
import type { UnitCounts } from "../TaskRuns.js"

type Units = UnitCounts

/** On offer or about to be, in work, or waiting for a decision. */
export const undecided = ({ assigned, completed, created, launched }: Units): number =>
  created + launched + assigned + completed

/** Nothing more comes of the run. One without units is about to get them. */
export const isOver = (units: Units): boolean => undecided(units) === 0 && Object.values(units).some((n) => n > 0)
