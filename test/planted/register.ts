/** Given by `--import` to a run of lives: loads the program with the bug that `PLANT` names, or as it is. */
import { readFileSync } from "node:fs"
import { registerHooks } from "node:module"
import { pathToFileURL } from "node:url"
import { BUGS } from "./bugs.ts"
import { changesOf, DEFENCES } from "./defences.ts"
import { type Change, pathOf, plant } from "./plant.ts"

const name = process.env["PLANT"]
const bug = [...BUGS, ...DEFENCES].find((each) => each.name === name)
if (name !== undefined && bug === undefined) throw new Error(`no bug is called ${name}`)

if (bug !== undefined) {
  const changes = changesOf(bug)
  const planted = new Set<Change>()
  registerHooks({
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context)
      const due = changes.filter((change) => pathToFileURL(pathOf(change)).href === url)
      const [first] = due
      if (first === undefined) return loaded
      for (const change of due) planted.add(change)
      if (planted.size === changes.length) process.env["PLANTED"] = bug.name
      const source = readFileSync(pathOf(first), "utf8")
      return { ...loaded, source: due.reduce((text, change) => plant(text, change, bug.name), source) }
    },
  })
}
