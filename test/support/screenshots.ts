/**
 * Pictures of the screens for README and docs, drawn from an emulator's buffer. The same screens give the same bytes.
 *
 *     npm run screenshots            writes docs/screens/
 */
import { mkdirSync, writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { PICTURES } from "./picture-screens.ts"
import { drawingOf, pictureOf } from "./screen-picture.ts"

process.env["TZ"] = "UTC"
const folder = fileURLToPath(new URL("../../docs/screens/", import.meta.url))
mkdirSync(folder, { recursive: true })
for (const [name, draw] of PICTURES) {
  const file = `${folder}${name}`
  const { terminal, end } = await draw()
  writeFileSync(file, name.endsWith(".svg") ? drawingOf(terminal) : pictureOf(terminal))
  await end()
  console.log(file)
}
process.exit(0)
