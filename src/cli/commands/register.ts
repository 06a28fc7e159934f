/** The command register, which asks for exactly what the provider wants to know of a requester. */
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as Prompt from "@effect/cli/Prompt"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as HashMap from "effect/HashMap"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as AST from "effect/SchemaAST"
import { Provider } from "../../Provider.js"
import { Requesters } from "../../Requesters.js"
import { type Account, Extras } from "../Extras.js"
import { fromConfig } from "../environment.js"
import { UsageError } from "../failure.js"
import * as format from "../format.js"
import { globalOptions } from "../globalOptions.js"
import * as providers from "../providers.js"
import { Screen } from "../Screen.js"
import * as Session from "../Session.js"
import * as summary from "../summary.js"

/** One thing to be asked for. */
interface Field {
  readonly name: string
  readonly isRequired: boolean
  readonly isSecret: boolean
}

const isRedacted = (ast: AST.AST): boolean => {
  switch (ast._tag) {
    case "Transformation":
      return isRedacted(ast.to)
    case "Union":
      return ast.types.some(isRedacted)
    case "Declaration":
      return Option.exists(AST.getTypeConstructorAnnotation(ast), ({ _tag }) => _tag === "effect/Redacted")
    default:
      return false
  }
}

/** The fields of what a form would send. */
export const fieldsOf = (ast: AST.AST): ReadonlyArray<Field> => {
  switch (ast._tag) {
    case "Refinement":
    case "Transformation":
      return fieldsOf(ast.from)
    case "TypeLiteral":
      return ast.propertySignatures.map(({ isOptional, name, type }) => ({
        name: String(name),
        isRequired: !isOptional,
        isSecret: isRedacted(type)
      }))
    default:
      return []
  }
}

/** `accessKeyId` is `CROWD_REGISTER_ACCESS_KEY_ID`. */
const variableOf = ({ name }: Field): string =>
  `CROWD_REGISTER_${name.replace(/([a-z0-9])([A-Z])/g, "$1_$2").toUpperCase()}`

const inWords = ({ name }: Field): string => name.replace(/([a-z0-9])([A-Z])/g, "$1 $2").toLowerCase()

const promptFor = (field: Field) => {
  const { isRequired, isSecret } = field
  const message = isRequired ? inWords(field) : `${inWords(field)} (Enter leaves it out)`
  const validate = (text: string) =>
    isRequired && text === "" ? Effect.fail(`the ${inWords(field)} is needed`) : Effect.succeed(text)
  return isSecret
    ? Prompt.password({ message, validate })
    : Prompt.map(Prompt.text({ message, validate }), (text) => Redacted.make(text))
}

/** Who leaves the question leaves the command. */
const asked = (field: Field) => Effect.catchTag(promptFor(field), "QuitException", () => Effect.interrupt)

type Given = HashMap.HashMap<string, string>

const fromWords = (given: Given, { name }: Field) => Option.map(HashMap.get(given, name), Redacted.make)

const fromVariable = (field: Field) => fromConfig(Config.option(Config.redacted(variableOf(field))))

/**
 * By an option, by a variable, or else by whoever sits at the terminal. Nothing is asked of those who said something.
 */
const answersTo = (fields: ReadonlyArray<Field>, given: Given) =>
  Effect.gen(function* () {
    const { json } = yield* Session.Session
    const asks = (yield* Screen).asks && !json
    const known = yield* Effect.forEach(fields, (field) =>
      Effect.map(fromVariable(field), (variable) => ({
        field,
        value: Option.orElse(fromWords(given, field), () => variable)
      }))
    )
    const isSilent = known.every(({ value }) => Option.isNone(value))
    const answers = yield* Effect.forEach(known, ({ field, value }) =>
      Effect.gen(function* () {
        if (Option.isSome(value)) return [field.name, value.value] as const
        if (asks && (isSilent || field.isRequired)) return [field.name, yield* asked(field)] as const
        if (!field.isRequired) return [field.name, Redacted.make("")] as const
        return yield* new UsageError({ message: `The ${inWords(field)} is needed: set ${variableOf(field)}.` })
      })
    )
    return answers.filter(([, value]) => Redacted.value(value) !== "")
  })

/** Secrets on a command line are read by everybody on the machine. */
const checkWords = (fields: ReadonlyArray<Field>, given: Given): Effect.Effect<void, UsageError> =>
  Effect.forEach(
    HashMap.keys(given),
    (name) => {
      const field = fields.find((field) => field.name === name)
      if (field === undefined) {
        const names = fields.filter(({ isSecret }) => !isSecret).map(({ name }) => name)
        const known = names.length === 0 ? "it asks for nothing" : `there is: ${names.join(", ")}`
        return new UsageError({ message: `--arg ${name} is nothing that the provider asks for; ${known}.` })
      }
      return field.isSecret
        ? new UsageError({
            message: `--arg ${name} could be read by others on this machine; set ${variableOf(field)}.`
          })
        : Effect.void
    },
    { discard: true }
  )

const arg = Options.keyValueMap("arg").pipe(
  Options.withPseudoName("NAME=VALUE"),
  Options.withDescription("What the provider asks for, where it is no secret; or CROWD_REGISTER_NAME, for secrets too"),
  Options.withDefault(HashMap.empty<string, string>())
)

const registered = (given: Given) =>
  Effect.gen(function* () {
    const requesters = yield* Requesters
    const { provider } = yield* Session.Session
    const fields = fieldsOf(requesters.registerArgs.ast)
    yield* checkWords(fields, given)
    const answers = yield* answersTo(fields, given)
    const args = Object.fromEntries(answers.map(([name, value]) => [name, Redacted.value(value)]))
    const requester = yield* requesters.register(provider.name, args)
    const { mode } = yield* Provider
    const isReady = yield* requesters.isRegistered(requester.id)
    const { account } = yield* Extras
    return { requester, mode, isReady, account: Option.getOrUndefined(isReady ? yield* account : Option.none()) }
  })

const describe = (name: string, mode: string, isReady: boolean): string =>
  isReady
    ? `${name}, ${mode}: you are known to the service. No secret was stored.`
    : `${name}, ${mode}: the service knows these keys, but no secret was stored, and this process has no others that it knows. Put them where the other commands find them: for mturk into AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or into a profile of the AWS command line; for prolific into PROLIFIC_TOKEN.`

const named = ({ id, name }: { readonly id: string; readonly name: string }): string => `${format.plain(name)} (${id})`

/** Who pays, and what their workspaces and projects are called. */
const accountText = ({ workspaces, ...who }: Account): string =>
  [
    `The token is that of ${named(who)}.`,
    ...workspaces.flatMap(({ projects, ...workspace }) => [
      `  workspace ${named(workspace)}`,
      ...projects.map((project) => `    project ${named(project)}`)
    ])
  ].join("\n")

export const register = Command.make("register", { arg, ...globalOptions }, (given) =>
  Session.withSession(
    given,
    Session.overDatabase(
      "make",
      Effect.gen(function* () {
        const { account, isReady, mode, requester } = yield* registered(given.arg)
        const { provider } = yield* Session.Session
        const json = { requester: requester.id, provider: provider.name, mode, ready: isReady, account }
        yield* summary.answer(json, () =>
          [describe(provider.name, mode, isReady), ...(account === undefined ? [] : [accountText(account)])].join("\n")
        )
      })
    ),
    providers.mturk
  )
).pipe(Command.withDescription("Check who pays with the service: asks for what it wants to know, stores no secret"))
