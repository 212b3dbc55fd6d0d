/** A question on the screen about a message that is taken back or changed while it stands there. */
import { expect, test } from "vitest"
import { systemClock } from "../../src/platform/clock.ts"
import { classroom } from "../support/fake-client.ts"
import { EVERYONE } from "../support/tui-chat.ts"
import { Stage } from "../support/tui-stage.ts"

test.each([
  ["deleted", "f", /F +forward it/u, "that message was deleted"],
  ["edited", "f", /F +forward it/u, "that message was changed"],
  ["deleted", "d", /Y +delete it/u, "that message was deleted"],
] as const)("what is %s while %s is asked about closes the question", async (what, key, asked, said) => {
  const client = await classroom()
  const [, quiz, mine] = client
    .transcript(EVERYONE, 10)
    .flatMap((line) => (line.kind === "message" ? [line.message] : []))
  const before = client.sent.length
  const stage = new Stage({ kind: "chat", client }, { columns: 80, rows: 24 }, systemClock)
  await stage.until("Is the quiz today?")
  if (key === "d") stage.type("/delete\r")
  else {
    stage.type("\u001b")
    await stage.until("Esc back")
    stage.type("\u001b[A")
    stage.type("f")
    await stage.until("Forward to")
    stage.type("meera\r")
  }
  await stage.until(asked)
  const about = key === "d" ? mine! : quiz!
  if (what === "deleted") client.remarks.deletedBy(EVERYONE, about.from, about.id)
  else client.remarks.editedBy(EVERYONE, about.from, about.id, "other words")
  await stage.until(said)
  stage.type(key)
  await stage.until(`▸ ${key}`)
  expect(client.sent).toHaveLength(before)
  expect(client.remarks.asked).toEqual([])
  stage.type("\u0003\u0003\u0003")
  await stage.done
})

test("what was taken back between the key and the way there is not sent on", async () => {
  const client = await classroom()
  const [, quiz] = client
    .transcript(EVERYONE, 10)
    .flatMap((line) => (line.kind === "message" ? [line.message] : []))
  const before = client.sent.length
  const openChat = client.openChat.bind(client)
  client.openChat = async (id) => {
    client.remarks.deletedBy(EVERYONE, quiz!.from, quiz!.id)
    return openChat(id)
  }
  const stage = new Stage({ kind: "chat", client }, { columns: 80, rows: 24 }, systemClock)
  await stage.until("Is the quiz today?")
  stage.type("/forward 2 imran\r")
  await stage.until("This message was deleted.")
  expect(client.sent).toHaveLength(before)
  stage.type("\u0003\u0003\u0003")
  await stage.done
})
