import { beforeAll, beforeEach, expect, test } from "vitest"
import {
  checkName,
  createProfile,
  markRegistered,
  moveRelay,
  pinOf,
  putRelay,
  readIdentity,
  readProfile,
  readRelay,
  renameProfile,
  roomWayOf,
  setRelay,
} from "../../src/client/profile.ts"
import type { ClientStore } from "../../src/client/store.ts"
import { openMemoryStore } from "../../src/client/store-memory.ts"
import { certificateTag, invitationSecrets, wordsOf } from "../../src/crypto/invitation-words.ts"
import { sodiumReady } from "../../src/crypto/sodium.ts"
import { nodePrimitives } from "../../src/platform/primitives.ts"
import { systemRandom } from "../../src/platform/random.ts"
import type { Link, SpokenInvitation } from "../../src/protocol/address.ts"
import { utf8 } from "../../src/bytes.ts"
import { HandClock } from "../support/fake-link.ts"

beforeAll(sodiumReady)

const fill = (length: number, value: number) => new Uint8Array(length).fill(value)
const SECRET = fill(16, 4)
const link: Link = {
  kind: "link",
  host: "box",
  port: 7,
  pin: fill(32, 1),
  admission: fill(16, 2),
  roomSecret: fill(32, 3),
}
const spoken: SpokenInvitation = { kind: "words", host: "box", port: 7, words: wordsOf(SECRET).split(" ") }
const deps = { random: systemRandom, clock: new HandClock(1_000) }
const coded = (code: string): unknown => expect.objectContaining({ name: "ClientError", code })

let store: ClientStore
beforeEach(() => {
  store = openMemoryStore()
})

test("a name is kept as the protocol has it, and what is none is refused with the reason", () => {
  expect(checkName("  Ｒａｖｉ  Kumar ")).toBe("Ravi Kumar")
  for (const typed of ["", "two\nlines", "#everyone", "everyone", "u_abc"])
    expect(() => checkName(typed)).toThrow(coded("bad-name"))
  expect(() => checkName("a".repeat(33))).toThrow("at most 32 characters")
})

// ── who we are ──────────────────────────────────────────────────────────────────────────────────

test("a new store has no profile", () => {
  expect(readProfile(store)).toBeUndefined()
  expect(() => readIdentity(store)).toThrow(RangeError)
})

test("a profile is what it was made as, and its keys are what signs", () => {
  createProfile(store, deps, " Ravi ")
  const identity = readIdentity(store)
  expect(readProfile(store)).toEqual({
    name: "Ravi",
    relay: undefined,
    registered: false,
    accountId: identity.account.accountId,
  })
  expect(identity).toMatchObject({ name: "Ravi", certificateEnd: 1_000 + 5 * 365 * 24 * 3_600_000 })
  expect(identity.signer.identity).toMatchObject({
    accountEd: identity.account.ed.public,
    deviceId: identity.device.deviceId,
  })
  expect(readIdentity(store).account.accountId).toEqual(identity.account.accountId)
  expect(identity.inboxId).toHaveLength(32)
})

test("a folder holds one profile, and a bad name makes none", () => {
  expect(() => createProfile(store, deps, "#no")).toThrow(coded("bad-name"))
  expect(readProfile(store)).toBeUndefined()
  createProfile(store, deps, "Ravi")
  expect(() => createProfile(store, deps, "Other")).toThrow(coded("already-joined"))
  expect(readProfile(store)!.name).toBe("Ravi")
})

test("a profile of a newer version is not read", () => {
  createProfile(store, deps, "Ravi")
  store.transaction("synced", (tx) => tx.put("meta", utf8("format"), Uint8Array.of(2)))
  expect(() => readProfile(store)).toThrow(coded("profile-newer"))
})

test("a name can be changed until it is registered", () => {
  createProfile(store, deps, "Ravi")
  renameProfile(store, "Mira")
  expect(readProfile(store)!.name).toBe("Mira")
  store.transaction("synced", markRegistered)
  expect(() => renameProfile(store, "Ravi")).toThrow(coded("already-joined"))
  expect(readProfile(store)).toMatchObject({ name: "Mira", registered: true })
})

// ── which relay we belong to ────────────────────────────────────────────────────────────────────

function joined(invitation: Link | SpokenInvitation): void {
  createProfile(store, deps, "Ravi")
  setRelay(store, nodePrimitives, invitation)
}

test("a link is kept as it is; words become what they stand for", () => {
  joined(link)
  const { kind: _, ...rest } = link
  expect(readRelay(store)).toEqual({ ...rest, words: undefined })
  setRelay(store, nodePrimitives, spoken)
  const { admission, room } = invitationSecrets(nodePrimitives, SECRET)
  expect(readRelay(store)).toEqual({
    host: "box",
    port: 7,
    pin: undefined,
    words: SECRET,
    admission,
    roomSecret: room,
  })
})

test("words that are none are said to be none", () => {
  createProfile(store, deps, "Ravi")
  for (const words of [spoken.words.toReversed(), Array.from({ length: 12 }, () => "zzz")]) {
    expect(() => setRelay(store, nodePrimitives, { ...spoken, words })).toThrow(coded("bad-invitation"))
  }
  expect(readRelay(store)).toBeUndefined()
})

test("once registered, only the same relay at another address is taken", () => {
  joined(link)
  store.transaction("synced", markRegistered)
  expect(() => setRelay(store, nodePrimitives, { ...link, pin: fill(32, 9) })).toThrow(
    coded("already-joined"),
  )
  expect(() => setRelay(store, nodePrimitives, spoken)).toThrow(coded("already-joined"))
  setRelay(store, nodePrimitives, {
    ...link,
    host: "new",
    port: 8,
    roomSecret: fill(32, 77),
    admission: fill(16, 77),
  })
  expect(readRelay(store)).toMatchObject({
    host: "new",
    port: 8,
    roomSecret: link.roomSecret,
    admission: link.admission,
  })
})

test("somebody who came by words may type the same words again", () => {
  joined(spoken)
  store.transaction("synced", markRegistered)
  store.transaction("synced", (tx) => putRelay(tx, { ...readRelay(store)!, pin: fill(32, 1) }))
  setRelay(store, nodePrimitives, { ...spoken, host: "new" })
  expect(readRelay(store)).toMatchObject({ host: "new", pin: fill(32, 1) })
  setRelay(store, nodePrimitives, { ...link, host: "by link" })
  expect(readRelay(store)).toMatchObject({ host: "by link", pin: fill(32, 1) })
})

test("a relay that moved keeps everything but its address", () => {
  expect(() => moveRelay(store, { host: "x", port: 1 })).toThrow(coded("not-joined"))
  joined(link)
  moveRelay(store, { host: "there", port: 99 })
  const { kind: _, ...rest } = link
  expect(readRelay(store)).toEqual({ ...rest, words: undefined, host: "there", port: 99 })
})

test("a link pins the key; words accept the certificate that was made with them", () => {
  joined(link)
  expect(pinOf(nodePrimitives, readRelay(store)!)).toEqual({ kind: "spki", sha256: link.pin })
  setRelay(store, nodePrimitives, spoken)
  const pin = pinOf(nodePrimitives, readRelay(store)!)
  const key = fill(32, 8)
  const tag = certificateTag(nodePrimitives, SECRET, key)
  const accepts = (spki: Uint8Array, with_: Uint8Array) =>
    pin?.kind === "certificate-tag" && pin.accepts(spki, with_)
  expect(accepts(key, tag)).toBe(true)
  expect([
    accepts(fill(32, 9), tag),
    accepts(key, fill(32, 0)),
    accepts(key, new Uint8Array(0)),
    accepts(key, tag.subarray(1)),
  ]).toEqual([false, false, false, false])
})

test("neither pin nor words: there is nothing to recognise a relay by", () => {
  expect(
    pinOf(nodePrimitives, {
      host: "x",
      port: 1,
      pin: undefined,
      words: undefined,
      admission: undefined,
      roomSecret: undefined,
    }),
  ).toBeUndefined()
})

test("the room's key is the invitation's, or what everybody can compute on an open relay", () => {
  joined(link)
  const relay = readRelay(store)!
  expect(roomWayOf(relay, link.pin)).toMatchObject({ secret: link.roomSecret, isSecret: true })
  const open = roomWayOf({ ...relay, roomSecret: undefined }, link.pin)
  expect(open.isSecret).toBe(false)
  expect(open.secret).toEqual(roomWayOf({ ...relay, roomSecret: undefined }, link.pin).secret)
  expect(open.secret).not.toEqual(roomWayOf({ ...relay, roomSecret: undefined }, fill(32, 2)).secret)
})
