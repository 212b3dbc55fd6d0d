/** Golden files: what was approved once. `UPDATE_GOLDEN=1` writes them anew; the difference is then reviewed. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { expect } from "vitest"
import type { TerminalStage } from "./tui-stage.ts"

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

/**
 * A screen that shows `seen` becomes the golden one, if not at once then as soon as what was still on its way (a
 * count that goes to nothing) is drawn.
 */
export async function expectGoldenScreen(
  stage: TerminalStage,
  name: string,
  seen: string | RegExp,
): Promise<void> {
  await stage.until(seen)
  const path = `${folder}${name}`
  if (process.env["UPDATE_GOLDEN"] === "1") await new Promise((resolve) => setTimeout(resolve, 400))
  else if (existsSync(path)) {
    const wanted = readFileSync(path, "utf8")
    await stage.until((screen) => `${screen.trimEnd()}\n` === wanted).catch(() => undefined)
  }
  expectGolden(name, await stage.screen())
}
