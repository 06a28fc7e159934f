/** What a page looks like whose author says nothing of it. Whatever a script of it says is stronger. */

/** Of colours, those are told that browsers do not choose themselves for light and dark. */
const accents = ":where(html){--crowd-accent:#1f5fbf;--crowd-on-accent:#fff}"

const darkAccents = "@media(prefers-color-scheme:dark){:where(html){--crowd-accent:#8db8ff;--crowd-on-accent:#0c1a30}}"

const text = [
  ":where(html){color-scheme:light dark;-webkit-text-size-adjust:100%}",
  ":where(body){box-sizing:border-box;max-width:46rem;margin:0;padding:1rem;font:1rem/1.55 system-ui,sans-serif;overflow-wrap:anywhere}",
  ":where(h1){font-size:1.5rem}:where(h1,h2,h3){line-height:1.3}:where(a){color:var(--crowd-accent)}",
  ":where(img:not([usemap],[ismap]),video){max-width:100%;height:auto}:where(audio){max-width:100%}",
  ":where(table){border-collapse:collapse}:where(td,th){padding:.35rem .6rem;border:1px solid #8888;text-align:start}"
]

const choices = "[type=checkbox],[type=radio]"
const buttons = "[type=submit],[type=button],[type=reset]"

const fields = [
  ":where(input,button,select,textarea){font:inherit}",
  `:where(input:not(${choices},${buttons},[type=range],[type=color],[type=file],[type=image]),select,textarea){box-sizing:border-box;max-width:100%;padding:.45rem .6rem;border:1px solid #8a8f98;border-radius:.4rem}`,
  ":where(textarea){width:100%;min-height:6rem}:where(fieldset){margin:1rem 0;padding:.5rem 1rem 1rem;border:1px solid #8888;border-radius:.5rem}",
  `:where(${choices}){width:1.15rem;height:1.15rem;vertical-align:-.2em;accent-color:var(--crowd-accent)}`,
  `:where(button,${buttons}){padding:.55rem 1.3rem;border:1px solid #8a8f98;border-radius:.5rem;cursor:pointer}`,
  ":where([type=submit],button:not([type])){border-color:transparent;background:var(--crowd-accent);color:var(--crowd-on-accent);font-weight:600}",
  ":where(button,input,select,textarea):where(:disabled){opacity:.55;cursor:default}",
  ":where(:focus-visible){outline:3px solid var(--crowd-accent);outline-offset:2px}"
]

export const defaultStyle = `<style>${[accents, darkAccents, ...text, ...fields].join("")}</style>`
