/** Letters as anybody could write them, and the inbox of a relay that puts them there (PROTOCOL.md §11.4). */
import { concat, u8 } from "../../src/bytes.ts"
import { readIdentity } from "../../src/client/profile.ts"
import { sealLetter } from "../../src/crypto/letter.ts"
import { sign } from "../../src/crypto/signature.ts"
import { nodePrimitives } from "../../src/platform/primitives.ts"
import { systemRandom } from "../../src/platform/random.ts"
import { encodeLetter, type Letter, LETTER_KINDS, letterStatement } from "../../src/protocol/content.ts"
import type { Of } from "../../src/protocol/messages.ts"
import { type Guest, saidOf } from "./hostile.ts"

/** The person's inbox, as a relay that appends to it: letters go in after what is there. */
export function inbox(guest: Guest): (letter: Uint8Array) => void {
  const { inboxId } = readIdentity(guest.store)
  const open = saidOf(guest.wire, "open").find(({ channelId }) =>
    channelId.every((byte, i) => byte === inboxId[i]),
  )!
  const opened = guest.wire.heard.find(
    (message): message is Of<"opened"> => message.type === "opened" && message.rid === open.rid,
  )!
  const entries = guest.wire.heard.filter(
    (message) => message.type === "entry" && message.handle === opened.handle,
  )
  let seq = Math.max(opened.lastSeq, entries.length)
  return (sealed) => {
    const entry = concat(u8(3), new Uint8Array(32), systemRandom.bytes(24), sealed)
    guest.wire.say({ type: "entry", handle: opened.handle, seq: ++seq, time: 0, position: 0, entry })
  }
}

export const accountOf = (guest: Guest) => readIdentity(guest.store).account
export const sealTo = (guest: Guest, plain: Uint8Array) =>
  sealLetter(nodePrimitives, systemRandom, accountOf(guest).kem.public, plain)

export function letter(from: Guest, to: Guest, change: Partial<Omit<Letter, "signature">> = {}): Uint8Array {
  const statement = {
    to: accountOf(to).accountId,
    from: accountOf(from).accountId,
    deviceId: readIdentity(from.store).device.deviceId,
    kind: LETTER_KINDS.hint,
    counter: 0,
    body: new Uint8Array(0),
    ...change,
  }
  return encodeLetter({
    ...statement,
    signature: sign(accountOf(from).ed.secret, "inbox", letterStatement(statement)),
  })
}
