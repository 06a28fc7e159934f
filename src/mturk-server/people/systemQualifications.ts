/** The marketplace's own qualifications: scripts read them. Here every worker meets them, and nobody has a score. */
import * as DateTime from "effect/DateTime"
import type { QualificationType } from "../protocol/model.js"

const masters = "Workers who have shown accuracy in many kinds of work."

const all: ReadonlyArray<readonly [id: string, name: string, description: string]> = [
  [
    "000000000000000000L0",
    "Worker_PercentAssignmentsApproved",
    "The share of a worker's submissions that were approved."
  ],
  ["00000000000000000040", "Worker_NumberHITsApproved", "How many of a worker's submissions were approved."],
  ["00000000000000000071", "Worker_Locale", "Where a worker lives."],
  ["00000000000000000060", "Worker_Adult", "Whether a worker has agreed to see content for adults."],
  ["2F1QJWKUDD8XADTFD2Q0G6UTO95ALH", "Masters", masters],
  ["2ARFPLSP75KLA8M8DH1HTEQVJT3SY6", "Masters", masters]
]

export const systemQualifications: ReadonlyMap<string, QualificationType> = new Map(
  all.map(([id, name, description]) => [
    id,
    {
      QualificationTypeId: id,
      CreationTime: DateTime.unsafeMake(0),
      Name: name,
      Description: description,
      QualificationTypeStatus: "Active",
      IsRequestable: false,
      AutoGranted: false
    }
  ])
)
