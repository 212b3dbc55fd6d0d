import { expect, test } from "vitest"
import { staleLeaves } from "../../src/client/stale-leaves.ts"
import type { Member } from "../../src/crypto/mls-engine.ts"

const bytes = (length: number, value: number) => new Uint8Array(length).fill(value)
const [ALICE, BOB] = [bytes(32, 1), bytes(32, 2)]
const [OURS, LOST, PHONE] = [bytes(16, 3), bytes(16, 4), bytes(16, 5)]

function member(leaf: number, accountId: Uint8Array, deviceId: Uint8Array): Member {
  const key = bytes(32, leaf)
  return { leaf, accountId, deviceId, accountEd: key, accountX: key, leafKey: key }
}

const listed = (...ids: readonly Uint8Array[]) => ({
  accountId: ALICE,
  devices: ids.map((deviceId) => ({
    deviceId,
    authPublic: bytes(32, 0),
    notAfter: 0,
    inboxId: deviceId,
    certificate: bytes(64, 0),
  })),
})
const GROUP = {
  ownLeaf: 2,
  members: [
    member(0, ALICE, LOST),
    member(1, BOB, LOST),
    member(2, ALICE, OURS),
    member(3, ALICE, PHONE),
    member(4, ALICE, bytes(16, 9)),
  ],
}

test("what the account does not list any more is stale: its own leaves, and nobody else's", () => {
  expect(staleLeaves(GROUP, listed(OURS), OURS)).toEqual([0, 3, 4])
  expect(staleLeaves(GROUP, listed(OURS, PHONE), OURS)).toEqual([0, 4])
  expect(staleLeaves(GROUP, listed(OURS, PHONE, LOST, bytes(16, 9)), OURS)).toEqual([])
})

test("a directory that does not list us yet is too old to judge by", () => {
  expect(staleLeaves(GROUP, listed(LOST), OURS)).toEqual([])
  expect(staleLeaves(GROUP, listed(), OURS)).toEqual([])
})

test("our own leaf is never among them", () => {
  const twice = { ownLeaf: 2, members: [member(2, ALICE, LOST), member(3, ALICE, OURS)] }
  expect(staleLeaves(twice, listed(OURS), OURS)).toEqual([])
})
