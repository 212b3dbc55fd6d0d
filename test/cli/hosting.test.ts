/** What the chat says about a relay of its own. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect, onTestFinished, test } from "vitest"
import { readConfig } from "../../src/cli/config.ts"
import { hostedInvitation, hostingNote } from "../../src/cli/hosting.ts"
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

test("the invitation is read from the relay's folder each time, and only where a relay is hosted", () => {
  const dir = mkdtempSync(join(tmpdir(), "secure-chat-hosting-"))
  onTestFinished(() => rmSync(dir, { recursive: true }))
  const config = readConfig({ data: dir }, {})
  const file = join(dir, "relay", "invitation")
  mkdirSync(join(dir, "relay"))
  writeFileSync(file, "secure-chat://10.0.0.1:7667/#k=a\n10.0.0.1:7667 abandon\n")
  expect(hostedInvitation(config)).toBeUndefined()
  writeFileSync(join(dir, "hosting"), "")
  expect(hostedInvitation(config)).toEqual({
    link: "secure-chat://10.0.0.1:7667/#k=a",
    words: "10.0.0.1:7667 abandon",
  })
  writeFileSync(file, "secure-chat://10.0.0.2:7667/#k=a\n")
  expect(hostedInvitation(config)).toEqual({ link: "secure-chat://10.0.0.2:7667/#k=a", words: undefined })
  // A first start that failed leaves the note of it, but no invitation.
  rmSync(file)
  expect(hostedInvitation(config)).toBeUndefined()
})
