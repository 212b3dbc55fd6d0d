import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeAll, beforeEach, expect, test } from "vitest"
import { APPROVAL_MS, approvalIn, approve, openApprovals, withdraw } from "../../src/cli/approvals.ts"
import { sodiumReady } from "../../src/crypto/sodium.ts"
import { approvalHash } from "../../src/relay/succession.ts"

const NOW = 1_800_000_000_000
const code = (byte: number) => new Uint8Array(16).fill(byte)
let dir: string
let path: string

beforeAll(sodiumReady)
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "approvals-"))
  path = join(dir, "approvals.json")
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

test("what is noted down is found by the hash of its code for a day, and the file holds no code", () => {
  expect(approvalIn(path, approvalHash(code(1)))).toBeUndefined()
  approve(path, "Ravi", code(1), NOW)
  approve(path, "Meera", code(2), NOW)
  expect(approvalIn(path, approvalHash(code(1)))).toEqual({ name: "Ravi", until: NOW + APPROVAL_MS })
  expect(approvalIn(path, approvalHash(code(3)))).toBeUndefined()
  expect(
    openApprovals(path, NOW)
      .map(({ name }) => name)
      .sort(),
  ).toEqual(["Meera", "Ravi"])
  expect(openApprovals(path, NOW + APPROVAL_MS)).toEqual([])
  expect(readFileSync(path, "utf8")).not.toContain("01010101")
})

test("what is taken back is good no more, and what is too old is forgotten at the next note", () => {
  approve(path, "Ravi", code(1), NOW)
  approve(path, "Ravi", code(2), NOW)
  approve(path, "Meera", code(3), NOW)
  expect(withdraw(path, (name) => name === "Ravi", NOW)).toBe(2)
  expect(approvalIn(path, approvalHash(code(1)))).toBeUndefined()
  approve(path, "Asha", code(4), NOW + APPROVAL_MS)
  expect(approvalIn(path, approvalHash(code(3)))).toBeUndefined()
})

test.each(["", "{", "7", '{"x":{"name":"Ravi","until":1}}', `{"${"0".repeat(64)}":{"name":1,"until":1}}`])(
  "a file with %j in it approves nobody, and is said to be damaged",
  (text) => {
    writeFileSync(path, text)
    expect(approvalIn(path, new Uint8Array(32))).toBeUndefined()
    expect(() => openApprovals(path, NOW)).toThrow(expect.objectContaining({ code: "relay-damaged" }))
  },
)
