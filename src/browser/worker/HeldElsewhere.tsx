/** Another browser at this address holds a unit: somebody else's, or this visitor's own. */
import { Title } from "../navigation.js"
import { Accept } from "./Accept.js"
import { AllTasks, Notice, Page } from "./Page.js"
import type { RunInfo } from "./runInfo.js"
import { heldWords } from "./words.js"

interface Props {
  readonly known: RunInfo
  /** Milliseconds since 1970. */
  readonly since: number
  readonly onMine: () => Promise<void>
}

export const HeldElsewhere = ({ known: { lobby, offer }, onMine, since }: Props) => (
  <Page lobby={lobby}>
    <Title>{offer?.title ?? "This task"}</Title>
    <Notice words={heldWords(since)} />
    <p>
      If that was you, go on with it here. If it was somebody else, wait until they have submitted it or given it back.
    </p>
    <div class="actions">
      <Accept label="That is me, continue here" onAccept={onMine} />
      <AllTasks lobby={lobby} quiet />
    </div>
  </Page>
)
