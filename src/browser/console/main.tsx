import { render } from "preact"

render(<p>The console</p>, document.body)
