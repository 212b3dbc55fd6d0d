/** What is left of a link to whoever was removed with it (PROTOCOL.md §12.1, §12.5). */
import { headerKeys } from "../crypto/channel-keys.ts"
import { openHeader } from "../crypto/envelope-seal.ts"
import type { Of } from "../protocol/messages.ts"
import {
  type Attack,
  codesOf,
  hasText,
  inOneRoom,
  membersOf,
  mustBe,
  ROOM,
  roomOf,
  type Stage,
  write,
} from "./stage.ts"

const linkKept: Attack = {
  name: "link-kept",
  line: "Somebody who was removed keeps the link, and comes by it under another name, with the relay's help",
  by: "somebody with the invitation",
  verdict: {
    kind: "harmless",
    words: "the removal has moved the room's header under a new key: the old link leads nowhere",
  },
  where: "everywhere",
  play: async (stage) => {
    const [alice, bob] = await roomOf(stage, ["alice", "bob"])
    const mallory = await stage.join("mallory", { isAttacker: true })
    await inOneRoom(stage, alice, bob, mallory)
    const before = withHeaders(stage)
    const room = alice.client.findRoom(ROOM).id
    await alice.client.link.remove(room, alice.client.findPerson("mallory").id)
    const isDone = () =>
      codesOf(mallory).includes("you-removed") &&
      [alice, bob].every(({ client }) => client.link.view(room)?.generation === 1)
    await mustBe(stage, isDone, "the removal")
    const old = before.at(-1)!
    // What led into the room when the link was good.
    stage.relay.lies = {
      up: (message, line) => {
        if (message.type !== "getHeader" || [alice, bob].some(({ accountId }) => line.isOf(accountId)))
          return [message]
        const { expect: position, headerBlob: blob, header } = old
        line.say({ type: "header", rid: message.rid, position, nextPosition: position + 1, blob, header })
        return []
      },
    }
    await stage.join("eve", { isKeptOut: true, isAttacker: true })
    await stage.until(() => stage.relay.told > 0)
    await stage.pause(2_000)
    const text = await write(stage, alice, ROOM)
    await mustBe(stage, () => hasText(bob, ROOM, text), "the room to go on")
    if ([alice, bob].some((each) => membersOf(each).length !== 1)) return "somebody is in the room again"
    const { headerId, headerKey } = headerKeys(stage.primitives, stage.roomSecret, stage.pin.sha256)
    const isRead = withHeaders(stage)
      .slice(before.length)
      .some(({ expect, header }) => openHeader(headerKey, headerId, expect, header) !== undefined)
    return isRead ? "whoever kept the link can read who is in the room, and come in" : undefined
  },
}

/** Changes of the room that brought a header with them, in their order. */
function withHeaders(stage: Stage): Of<"handshake">[] {
  return [...stage.relay.lines()]
    .flatMap((line) => line.saidOf("handshake"))
    .filter(({ header }) => header.length > 0)
    .toSorted((a, b) => a.expect - b.expect)
}

export const LINK_ATTACKS: readonly Attack[] = [linkKept]
