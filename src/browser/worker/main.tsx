import { render } from "preact"

render(<p>The lobby</p>, document.body)
