/** The command init: a batch to start from. */
import * as Args from "@effect/cli/Args"
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Batch from "../../Batch.js"
import * as Samples from "../../batch/Samples.js"
import { shellWord } from "../../internal/text.js"
import { UsageError } from "../failure.js"
import * as format from "../format.js"
import { globalOptions } from "../globalOptions.js"
import * as Invocation from "../Invocation.js"
import * as providers from "../providers.js"
import * as Session from "../Session.js"
import * as summary from "../summary.js"

const sample = Options.text("sample").pipe(
  Options.withPseudoName("NAME"),
  Options.withDescription("Which sample; sentiment by default"),
  Options.optional
)

const from = Options.text("from").pipe(
  Options.withPseudoName("FOLDER"),
  Options.withDescription("A folder of images: each becomes a row, and a file of the batch's media/"),
  Options.optional
)

interface Start {
  readonly dir: string
  readonly sample: Option.Option<string>
  readonly from: Option.Option<string>
}

/** Says what it was made of. */
const write = ({ dir, from, sample }: Start) =>
  Effect.gen(function* () {
    if (Option.isNone(from)) {
      const name = Option.getOrElse(sample, () => "sentiment")
      yield* Samples.copy(name, dir)
      return { sample: name }
    }
    if (Option.isSome(sample)) {
      return yield* new UsageError({ message: "--from has a task of its own to start from. Leave --sample out." })
    }
    yield* Samples.fromFolder(from.value, dir)
    return { from: from.value }
  })

export const init = Command.make(
  "init",
  { dir: Args.text({ name: "dir" }).pipe(Args.withDescription("A new directory")), sample, from, ...globalOptions },
  (given) =>
    Session.withSession(
      given,
      Effect.gen(function* () {
        const made = yield* write(given)
        const next = yield* Invocation.crowd(`run ${shellWord(given.dir)}`)
        yield* summary.answer(
          { batch: given.dir, ...made },
          () => `${given.dir} is a batch to start from. Try it: ${next}`
        )
      }),
      providers.mock
    )
).pipe(Command.withDescription("Write a batch to start from"))

/** What `crowd init --help` has to say of the file it writes. */
export const aboutSettings = `TASK.JSON\n\n${format.table(
  Batch.settings.map(({ about, byDefault, name }) => [name, `${byDefault.padEnd(12)}  ${about}`]),
  18
)}`
