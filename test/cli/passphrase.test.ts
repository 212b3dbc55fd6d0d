/** Asking for a passphrase: what is said first, and that the keyboard is let go of afterwards. */
import { PassThrough } from "node:stream"
import { expect, test } from "vitest"
import { readConfig } from "../../src/cli/config.ts"
import { CliError } from "../../src/cli/errors.ts"
import type { Io } from "../../src/cli/io.ts"
import { askNewPassphrase, askPassphrase, paragraphWidth } from "../../src/cli/passphrase.ts"

class Keyboard extends PassThrough {
  readonly isTTY = true
  setRawMode(): this {
    return this
  }
}

function seat(): { io: Io; keyboard: Keyboard; said: () => string } {
  const keyboard = new Keyboard()
  let said = ""
  const io: Io = {
    result: () => undefined,
    resultText: () => undefined,
    say: (line) => (said += `${line}\n`),
    ask: (text) => (said += text),
    stdin: keyboard,
    stop: new AbortController().signal,
    env: {},
  }
  return { io, keyboard, said: () => said }
}

const config = readConfig({}, {})

test("a new profile's passphrase is asked for twice, after a word about what it is for", async () => {
  const { io, keyboard, said } = seat()
  const asked = askNewPassphrase(config, io)
  expect(said().replaceAll("\n", " ")).toMatch(
    /locks your keys and messages on this disk.*nobody can recover it.*whoever can read your files.*Choose/u,
  )
  const answers = ["one\r", "two\r", "one\r", "one\r"]
  for (const answer of answers) {
    keyboard.write(answer)
    await new Promise((resolve) => setImmediate(resolve))
    await new Promise((resolve) => setImmediate(resolve))
  }
  expect(await asked).toBe("one")
  expect(said()).toContain("The two were different.")
  expect(said().slice(said().indexOf("Choose")).split("\n")).toEqual([
    "Choose a passphrase for this profile, or press Enter for none: ",
    "The same again: ",
    "The two were different.",
    "Choose a passphrase for this profile, or press Enter for none: ",
    "The same again: ",
    "",
  ])
})

test("Enter alone means none", async () => {
  const { io, keyboard } = seat()
  const asked = askNewPassphrase(config, io)
  keyboard.write("\r")
  expect(await asked).toBeUndefined()
})

test.each([
  ["Enter", "secret\r"],
  ["Ctrl+C", "\u0003"],
  ["Ctrl+D", "\u0004"],
])("after %s nothing of ours listens to the keyboard any more", async (_, keys) => {
  const { io, keyboard, said } = seat()
  const asked = askPassphrase(config, io)
  keyboard.write(keys)
  if (keys === "secret\r") expect(await asked).toBe("secret")
  // Whoever leaves needs no advice how to come in.
  else await expect(asked).rejects.toSatisfy((error) => error instanceof CliError && error.code === "left")
  expect(said()).toBe("Passphrase: \n")
  expect(keyboard.listenerCount("keypress")).toBe(0)
  expect(keyboard.listenerCount("end")).toBe(new Keyboard().listenerCount("end"))
})

test.each([
  [undefined, 79],
  [0, 79],
  [81, 80],
  [40, 39],
])("a terminal of %s columns has paragraphs of %d", (columns, width) => {
  expect(paragraphWidth(columns)).toBe(width)
})
