/** Golden files: what was approved once. `UPDATE_GOLDEN=1` writes them anew; the difference is then reviewed. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { expect } from "vitest"

const folder = fileURLToPath(new URL("../golden/", import.meta.url))

export function expectGolden(name: string, text: string): void {
  const path = `${folder}${name}`
  const wanted = `${text.trimEnd()}\n`
  if (process.env["UPDATE_GOLDEN"] === "1") {
    mkdirSync(folder, { recursive: true })
    writeFileSync(path, wanted)
  }
  expect(existsSync(path), `${name} is missing; UPDATE_GOLDEN=1 writes it`).toBe(true)
  expect(wanted).toBe(readFileSync(path, "utf8"))
}
