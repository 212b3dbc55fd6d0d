/** The file of a backup: whole under its own name, or not there; and nothing of anybody's is overwritten. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, test } from "vitest"
import { concat, utf8 } from "../../src/bytes.ts"
import { readPieces, writeBackupFile } from "../../src/cli/backup-file.ts"

let dir: string
beforeEach(() => (dir = mkdtempSync(join(tmpdir(), "backup-file-"))))
afterEach(() => rmSync(dir, { recursive: true }))

const PIECES = [utf8("one "), new Uint8Array(100_000).fill(32), utf8(" two")]
const nothing = async () => {}
const codeOf = (code: string) => expect.objectContaining({ code }) as Error

test("the file is whole when it is looked at, and has no name before", async () => {
  const path = join(dir, "b")
  let looked = 0
  const made = await writeBackupFile(path, PIECES, async (file) => {
    looked++
    expect(concat(...file)).toEqual(concat(...PIECES))
    expect(existsSync(path)).toBe(false)
  })
  expect([made, looked]).toEqual([path, 1])
  expect(new Uint8Array(readFileSync(path))).toEqual(concat(...PIECES))
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(readdirSync(dir)).toEqual(["b"])
  // Each use reads from the beginning.
  const pieces = readPieces(path)
  expect(concat(...pieces)).toEqual(concat(...pieces))
})

test("a file that is there stays as it is, also when it came meanwhile", async () => {
  const path = join(dir, "b")
  writeFileSync(path, "theirs")
  await expect(writeBackupFile(path, PIECES, nothing)).rejects.toThrow(codeOf("output-exists"))
  const late = join(dir, "late")
  const during = writeBackupFile(late, PIECES, async () => writeFileSync(late, "theirs"))
  await expect(during).rejects.toThrow(codeOf("output-exists"))
  expect([path, late].map((one) => readFileSync(one, "utf8"))).toEqual(["theirs", "theirs"])
  expect(readdirSync(dir).sort()).toEqual(["b", "late"])
})

test("what ends in an error leaves nothing", async () => {
  const failing = function* (): Generator<Uint8Array> {
    yield PIECES[0]!
    throw new RangeError("in the middle")
  }
  const path = join(dir, "b")
  await expect(writeBackupFile(path, failing(), nothing)).rejects.toThrow("in the middle")
  const refusing = async () => {
    throw new RangeError("not good")
  }
  await expect(writeBackupFile(path, PIECES, refusing)).rejects.toThrow("not good")
  expect(readdirSync(dir)).toEqual([])
})

test("a folder or a file that is not there is named", async () => {
  const nowhere = join(dir, "no", "b")
  const missing = expect.objectContaining({
    code: "not-found",
    message: `${join(dir, "no")} is not there`,
  }) as Error
  await expect(writeBackupFile(nowhere, PIECES, nothing)).rejects.toThrow(missing)
  expect(() => [...readPieces(join(dir, "b"))]).toThrow(codeOf("not-found"))
})
