/** Every command of the one table works on the screen; `plain.test.ts` asks the same of the line mode. */
import { expect, test } from "vitest"
import { systemClock } from "../../src/platform/clock.ts"
import { COMMANDS } from "../../src/tui/commands.ts"
import { IN_LINES, ON_SCREEN } from "../support/every-command.ts"
import { classroom } from "../support/fake-client.ts"
import { Stage } from "../support/tui-stage.ts"

const words = COMMANDS.map(({ word }) => word as string)

test("every command is tried in the line mode and on the screen, and nothing else is", () => {
  expect(Object.keys(IN_LINES).toSorted()).toEqual(words.toSorted())
  expect(Object.keys(ON_SCREEN).toSorted()).toEqual(words.toSorted())
})

const invitation = () => ({ link: "secure-chat://192.168.1.5:7667/#k=abc", words: undefined })

/** What three of them do say. */
const SAID: Readonly<Record<string, readonly string[]>> = {
  msg: ["psst"],
  all: ["good morning"],
  me: ["/me waves"],
  reply: ["soon"],
  say: ["/quit"],
  forward: ["Forwarded, from Ravi:\nIs the quiz today?"],
}

test.each(words)("/%s works on the screen", async (word) => {
  const [lines, seen] = ON_SCREEN[word]!
  const client = await classroom()
  const sent = client.sent.length
  const stage = new Stage({ kind: "chat", client }, { columns: 100, rows: 30 }, systemClock, { invitation })
  await stage.until("#everyone ▸")
  for (const line of lines) {
    stage.type(`${line}\r`)
    await stage.until((screen) => !screen.includes(`▸ ${line}`))
  }
  if (word === "quit" || word === "plain") {
    expect((await stage.done).next).toBe(word === "quit" ? "end" : word)
    return
  }
  await stage.until(seen)
  // Nothing of a command is ever said to a room.
  expect(client.sent.slice(sent).map(({ text }) => text)).toEqual(SAID[word] ?? [])
  stage.type("\u0003\u0003\u0003")
  await stage.done
})
