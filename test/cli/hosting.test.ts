/** What the chat says about a relay of its own. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect, onTestFinished, test } from "vitest"
import { readConfig } from "../../src/cli/config.ts"
import { hostingNote } from "../../src/cli/hosting.ts"
import { takeLock } from "../../src/platform/lock.ts"

test("the note says whether the relay runs, and how to end it from where the chat was started", () => {
  const dir = mkdtempSync(join(tmpdir(), "secure-chat-hosting-"))
  onTestFinished(() => rmSync(dir, { recursive: true }))
  const config = readConfig({ data: dir }, {})
  expect(hostingNote(config, {})).toBeUndefined()
  writeFileSync(join(dir, "hosting"), "")
  expect(hostingNote(config, {})).toMatch(/^Your relay has stopped/u)
  mkdirSync(join(dir, "relay"))
  expect(hostingNote(config, {})).toMatch(/^Your relay has stopped/u)
  const relay = takeLock(join(dir, "relay", "lock"))
  onTestFinished(() => relay.release())
  const stop = `relay stop --data "${join(dir, "relay")}"`
  expect(hostingNote(config, {})).toContain(`To end it: secure-chat ${stop}`)
  expect(hostingNote(config, { npm_lifecycle_event: "start" })).toContain(`To end it: npm start -- ${stop}`)
})
