/** Workers: blocked, qualified, written to. */
import * as SDK from "@aws-sdk/client-mturk"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as samples from "./samples.js"
import { layer, Marketplace, strangers } from "./support.js"

const send = <A>(use: (client: SDK.MTurkClient) => Promise<A>) => Effect.flatMap(Marketplace, ({ call }) => call(use))

const codeOf = <A>(use: (client: SDK.MTurkClient) => Promise<A>) =>
  Effect.map(Effect.flip(send(use)), ({ code, name }) => code ?? name)

/** WorkerIds of people who have been here. */
const people = (...names: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const market = yield* Marketplace
    const { type } = yield* samples.create({ Title: "Come in", MaxAssignments: names.length })
    return yield* Effect.forEach(names, (name) => Effect.map(market.accept(name, type), ({ workerId }) => workerId))
  })

const person = Effect.map(people("ada"), ([id = ""]) => id)

describe("blocks", () => {
  const block =
    (WorkerId: string, Reason = "spam") =>
    (c: SDK.MTurkClient) =>
      c.send(new SDK.CreateWorkerBlockCommand({ WorkerId, Reason }))
  const unblock = (WorkerId: string) => (c: SDK.MTurkClient) => c.send(new SDK.DeleteWorkerBlockCommand({ WorkerId }))
  const list = (input: SDK.ListWorkerBlocksCommandInput = {}) =>
    send((c) => c.send(new SDK.ListWorkerBlocksCommand(input)))

  it.scoped("keep the worker from the requester's HITs, until they are lifted", () =>
    Effect.gen(function* () {
      const market = yield* Marketplace
      const ada = yield* person
      yield* send(block(ada))
      yield* send(block(ada))
      expect((yield* list()).WorkerBlocks).toEqual([{ WorkerId: ada, Reason: "spam" }])
      const { type } = yield* samples.create()
      expect((yield* Effect.flip(market.accept("ada", type))).reason._tag).toBe("Blocked")
      yield* send(unblock(ada))
      yield* send(unblock(ada))
      expect((yield* list()).WorkerBlocks).toEqual([])
      yield* market.accept("ada", type)
    }).pipe(Effect.provide(layer()))
  )

  it.scoped("are listed in pages, without those that were lifted, each requester's own", () =>
    Effect.gen(function* () {
      const { callWith } = yield* Marketplace
      const ids = yield* people("a", "b", "c", "d", "e")
      yield* Effect.forEach(ids, (id) => send(block(id)))
      yield* send(unblock(ids[1] ?? ""))
      const first = yield* list({ MaxResults: 2 })
      const second = yield* list({ MaxResults: 2, NextToken: first.NextToken })
      const listed = [first, second].flatMap(({ WorkerBlocks = [] }) => WorkerBlocks.map(({ WorkerId }) => WorkerId))
      expect(listed).toEqual([ids[0], ids[2], ids[3], ids[4]])
      expect((yield* list({ NextToken: second.NextToken })).NumResults).toBe(0)
      const theirs = yield* callWith({ credentials: strangers }, (c) => c.send(new SDK.ListWorkerBlocksCommand({})))
      expect(theirs.WorkerBlocks).toEqual([])
    }).pipe(Effect.provide(layer()))
  )

  it.scoped("are for workers of this place", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(send(block("A143XYZ")))
      expect([error.name, error.code, error.message]).toEqual([
        "ParameterValidationError",
        undefined,
        'The value "A143XYZ" is not valid for the parameter WorkerId.'
      ])
    }).pipe(Effect.provide(layer()))
  )
})

describe("NotifyWorkers", () => {
  it.scoped("has limits", () =>
    Effect.gen(function* () {
      const ada = yield* person
      const notify = (input: Partial<SDK.NotifyWorkersCommandInput>) => (c: SDK.MTurkClient) =>
        c.send(new SDK.NotifyWorkersCommand({ Subject: "s", MessageText: "m", WorkerIds: [ada], ...input }))
      expect((yield* send(notify({}))).NotifyWorkersFailureStatuses).toEqual([])
      expect(yield* codeOf(notify({ Subject: "x".repeat(201) }))).toBe("InvalidParameterValue")
      expect(yield* codeOf(notify({ MessageText: "x".repeat(4097) }))).toBe("InvalidParameterValue")
      expect(yield* codeOf(notify({ WorkerIds: Array.from({ length: 101 }, () => ada) }))).toBe("InvalidParameterValue")
    }).pipe(Effect.provide(layer()))
  )
})

describe("qualifications", () => {
  const create = samples.createQualification

  const give = (QualificationTypeId: string, WorkerId: string, IntegerValue?: number) => (c: SDK.MTurkClient) =>
    c.send(
      new SDK.AssociateQualificationWithWorkerCommand({
        QualificationTypeId,
        WorkerId,
        IntegerValue,
        SendNotification: false
      })
    )
  const take = (QualificationTypeId: string, WorkerId: string) => (c: SDK.MTurkClient) =>
    c.send(new SDK.DisassociateQualificationFromWorkerCommand({ QualificationTypeId, WorkerId }))
  const score = (QualificationTypeId: string, WorkerId: string) => (c: SDK.MTurkClient) =>
    c.send(new SDK.GetQualificationScoreCommand({ QualificationTypeId, WorkerId }))

  it.scoped("are made, found by name, changed and deleted; a name is taken once and free again", () =>
    Effect.gen(function* () {
      const { id, type } = yield* create({ Keywords: "language" })
      expect(type).toMatchObject({
        Name: "Reads German",
        Keywords: "language",
        AutoGranted: false,
        IsRequestable: true
      })
      const taken = yield* Effect.flip(create())
      expect([taken.code, taken.message]).toEqual([
        "QualificationTypeAlreadyExists",
        expect.stringMatching(/^You have already created a QualificationType with this name\./)
      ])
      yield* create({ Name: "Reads French" })
      const list = (input: Partial<SDK.ListQualificationTypesCommandInput>) =>
        Effect.map(
          send((c) => c.send(new SDK.ListQualificationTypesCommand({ MustBeRequestable: false, ...input }))),
          ({ QualificationTypes = [] }) => QualificationTypes.map(({ Name }) => Name)
        )
      expect(yield* list({ Query: "german", MustBeOwnedByCaller: true })).toEqual(["Reads German"])
      expect(yield* list({ MustBeRequestable: true })).toEqual(["Reads German", "Reads French"])
      const { callWith } = yield* Marketplace
      const theirs = (c: SDK.MTurkClient) =>
        c.send(new SDK.ListQualificationTypesCommand({ MustBeRequestable: false, MustBeOwnedByCaller: true }))
      expect((yield* callWith({ credentials: strangers }, theirs)).QualificationTypes).toEqual([])
      const changed = yield* send((c) =>
        c.send(
          new SDK.UpdateQualificationTypeCommand({
            QualificationTypeId: id,
            Description: "Changed",
            QualificationTypeStatus: "Inactive"
          })
        )
      )
      const read = yield* send((c) => c.send(new SDK.GetQualificationTypeCommand({ QualificationTypeId: id })))
      expect(read.QualificationType).toEqual(changed.QualificationType)
      expect(read.QualificationType).toMatchObject({
        Name: "Reads German",
        Description: "Changed",
        QualificationTypeStatus: "Inactive"
      })
      const remove = (c: SDK.MTurkClient) => c.send(new SDK.DeleteQualificationTypeCommand({ QualificationTypeId: id }))
      yield* send(remove)
      expect(yield* codeOf(remove)).toBe("QualificationTypeDoesNotExist")
      yield* create()
    }).pipe(Effect.provide(layer()))
  )

  it.scoped("of two requesters may have one name", () =>
    Effect.gen(function* () {
      const { callWith } = yield* Marketplace
      yield* create()
      const theirs = yield* callWith({ credentials: strangers }, (c) =>
        c.send(
          new SDK.CreateQualificationTypeCommand({
            Name: "Reads German",
            Description: "Ours",
            QualificationTypeStatus: "Active"
          })
        )
      )
      expect(theirs.QualificationType?.Name).toBe("Reads German")
    }).pipe(Effect.provide(layer()))
  )

  it.scoped("with a Test are refused, well-formed or not, when they are made and when they are changed", () =>
    Effect.gen(function* () {
      const form =
        '<QuestionForm xmlns="http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2017-11-06/QuestionForm.xsd"/>'
      for (const Test of [form, "<QuestionForm", "nonsense"]) {
        const error = yield* Effect.flip(create({ Test, TestDurationInSeconds: 60 }))
        expect([error.code, error.message]).toEqual([
          "InvalidParameterValue",
          expect.stringContaining("AssociateQualificationWithWorker")
        ])
      }
      const { id } = yield* create()
      const update = new SDK.UpdateQualificationTypeCommand({ QualificationTypeId: id, Test: form })
      expect((yield* Effect.flip(send((c) => c.send(update)))).code).toBe("InvalidParameterValue")
    }).pipe(Effect.provide(layer()))
  )

  it.scoped("of the marketplace's own exist", () =>
    Effect.gen(function* () {
      const get = (QualificationTypeId: string) =>
        send((c) => c.send(new SDK.GetQualificationTypeCommand({ QualificationTypeId })))
      const names = ["000000000000000000L0", "00000000000000000040", "00000000000000000071", "00000000000000000060"]
      const found = yield* Effect.forEach([...names, "2F1QJWKUDD8XADTFD2Q0G6UTO95ALH"], get)
      expect(found.map(({ QualificationType }) => QualificationType?.Name)).toEqual([
        "Worker_PercentAssignmentsApproved",
        "Worker_NumberHITsApproved",
        "Worker_Locale",
        "Worker_Adult",
        "Masters"
      ])
    }).pipe(Effect.provide(layer()))
  )

  it.scoped("have a score until they are revoked", () =>
    Effect.gen(function* () {
      const { id } = yield* create()
      const [ada = "", grace = ""] = yield* people("ada", "grace")
      yield* send(give(id, ada, 7))
      yield* send(give(id, grace))
      const { Qualification } = yield* send(score(id, ada))
      expect(Qualification).toMatchObject({ WorkerId: ada, IntegerValue: 7, Status: "Granted" })
      expect((yield* send(score(id, grace))).Qualification?.IntegerValue).toBe(1)
      yield* send(take(id, ada))
      const revoked = yield* Effect.flip(send(score(id, ada)))
      expect(revoked.message).toContain("This operation can be called with a status of: Granted")
      yield* Effect.flip(send(take(id, ada)))
      const list = (Status?: SDK.QualificationStatus) =>
        Effect.map(
          send((c) => c.send(new SDK.ListWorkersWithQualificationTypeCommand({ QualificationTypeId: id, Status }))),
          ({ Qualifications = [] }) => Qualifications.map(({ WorkerId }) => WorkerId)
        )
      expect(yield* list()).toEqual([grace])
      expect(yield* list("Revoked")).toEqual([ada])
      const other = yield* create({ Name: "Another" })
      const missing = yield* Effect.flip(send(score(other.id, ada)))
      expect([missing.code, missing.message]).toEqual([
        "QualificationDoesNotExist",
        expect.stringMatching(/^You requested a Qualification that does not exist\./)
      ])
      expect(yield* codeOf(score("UNKNOWN", ada))).toBe("QualificationTypeDoesNotExist")
    }).pipe(Effect.provide(layer()))
  )

  it.scoped("open HITs to those who have them", () =>
    Effect.gen(function* () {
      const market = yield* Marketplace
      const { id } = yield* create()
      const [ada = ""] = yield* people("ada")
      const requiring = (Comparator: SDK.Comparator, IntegerValues?: Array<number>) =>
        samples.create({
          Title: `${Comparator} ${IntegerValues}`,
          QualificationRequirements: [{ QualificationTypeId: id, Comparator, IntegerValues }]
        })
      yield* send(give(id, ada, 7))
      const cases = [
        [yield* requiring("EqualTo", [7]), true],
        [yield* requiring("EqualTo", [6]), false],
        [yield* requiring("NotEqualTo", [6]), true],
        [yield* requiring("LessThan", [7]), false],
        [yield* requiring("LessThanOrEqualTo", [7]), true],
        [yield* requiring("GreaterThan", [7]), false],
        [yield* requiring("GreaterThanOrEqualTo", [7]), true],
        [yield* requiring("Exists"), true],
        [yield* requiring("DoesNotExist"), false],
        [yield* requiring("In", [8, 6, 7]), true],
        [yield* requiring("In", [8, 9]), false],
        [yield* requiring("In", [1, 9, 7]), true],
        [yield* requiring("In", [1, 9]), false],
        [yield* requiring("NotIn", [6, 7]), false],
        [yield* requiring("NotIn", [1, 6]), true]
      ] as const
      for (const [{ hit, type }, isOpen] of cases) {
        const met = yield* Effect.either(market.accept("ada", type))
        expect([hit.Title, met._tag]).toEqual([hit.Title, isOpen ? "Right" : "Left"])
      }
      expect(cases[0]?.[0].hit.QualificationRequirements).toEqual([
        { QualificationTypeId: id, Comparator: "EqualTo", IntegerValues: [7] }
      ])
      expect((yield* Effect.flip(requiring("In"))).code).toBe("InvalidParameterValue")
      expect((yield* Effect.flip(requiring("EqualTo"))).code).toBe("InvalidParameterValue")
      const { HITs = [] } = yield* send((c) =>
        c.send(new SDK.ListHITsForQualificationTypeCommand({ QualificationTypeId: id, MaxResults: 100 }))
      )
      expect(HITs.map(({ HITId }) => HITId)).toEqual(cases.map(([{ id }]) => id))
    }).pipe(Effect.provide(layer()))
  )

  it.scoped("of the marketplace are kept, and everybody meets them", () =>
    Effect.gen(function* () {
      const market = yield* Marketplace
      const requirements = [
        {
          QualificationTypeId: "000000000000000000L0",
          Comparator: "GreaterThanOrEqualTo" as const,
          IntegerValues: [95]
        },
        {
          QualificationTypeId: "00000000000000000071",
          Comparator: "In" as const,
          LocaleValues: [{ Country: "US" }, { Country: "DE", Subdivision: "BE" }]
        }
      ]
      const { hit, type } = yield* samples.create({ QualificationRequirements: requirements })
      expect(hit.QualificationRequirements).toEqual(requirements)
      yield* market.accept("ada", type)
      const unknown = [{ QualificationTypeId: "UNKNOWN", Comparator: "Exists" as const }]
      expect((yield* Effect.flip(samples.create({ QualificationRequirements: unknown }))).code).toBe(
        "QualificationTypeDoesNotExist"
      )
    }).pipe(Effect.provide(layer()))
  )
})
