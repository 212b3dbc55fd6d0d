/** Given by `--import` to a run of lives: loads the program with the bug that `PLANT` names, or as it is. */
import { readFileSync } from "node:fs"
import { registerHooks } from "node:module"
import { pathToFileURL } from "node:url"
import { BUGS } from "./bugs.ts"
import { DEFENCES } from "./defences.ts"
import { pathOf, plant } from "./plant.ts"

const name = process.env["PLANT"]
const bug = [...BUGS, ...DEFENCES].find((each) => each.name === name)
if (name !== undefined && bug === undefined) throw new Error(`no bug is called ${name}`)

if (bug !== undefined) {
  const planted = pathToFileURL(pathOf(bug)).href
  registerHooks({
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context)
      if (url !== planted) return loaded
      process.env["PLANTED"] = bug.name
      return { ...loaded, source: plant(readFileSync(pathOf(bug), "utf8"), bug) }
    },
  })
}
