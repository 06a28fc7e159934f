import { render } from "preact"
import { usePath } from "../navigation.js"
import { Lobby } from "./Lobby.js"
import { TaskView } from "./TaskView.js"

const App = () => {
  const run = /^\/task\/([^/]+)$/.exec(usePath())?.[1]
  return run === undefined ? <Lobby /> : <TaskView key={run} run={run} />
}

const root = document.getElementById("app")
if (root !== null) render(<App />, root)
