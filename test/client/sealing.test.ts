import { beforeAll, expect, test } from "vitest"
import { epochKeys, packEntry, unpackEntry, wipeEpochKeys } from "../../src/client/sealing.ts"
import { MAX_INLINE_BODY_BYTES } from "../../src/crypto/envelope-seal.ts"
import { createMlsEngine } from "../../src/crypto/mls.ts"
import { createAccount, createDevice, leafSigner } from "../../src/crypto/identity.ts"
import { sodiumReady } from "../../src/crypto/sodium.ts"
import { nodePrimitives } from "../../src/platform/primitives.ts"
import { systemRandom } from "../../src/platform/random.ts"
import { decodeEntry } from "../../src/protocol/envelope.ts"
import { MAX_ENTRY_BYTES } from "../../src/protocol/messages.ts"

beforeAll(sodiumReady)

const fill = (length: number, value: number) => new Uint8Array(length).fill(value)
const deps = { random: systemRandom, primitives: nodePrimitives }
const [KEY, CHANNEL] = [fill(32, 1), fill(32, 2)]
const pack = (body: Uint8Array, form = 1) => packEntry(deps, "message", KEY, CHANNEL, form, body)

for (const length of [0, 1, 900, 5_000, MAX_INLINE_BODY_BYTES]) {
  test(`${length} bytes travel inside the entry`, () => {
    const body = systemRandom.bytes(length)
    const { entry, eid, blob } = pack(body)
    expect([blob, eid, entry.length <= MAX_ENTRY_BYTES]).toEqual([
      undefined,
      nodePrimitives.sha("sha256", entry),
      true,
    ])
    expect(unpackEntry(decodeEntry(entry), KEY, CHANNEL, undefined)).toEqual({ form: 1, body })
  })
}

for (const length of [MAX_INLINE_BODY_BYTES + 1, 200_000]) {
  test(`${length} bytes travel beside it, in a blob that the entry names`, () => {
    const body = systemRandom.bytes(length)
    const { entry, blob } = pack(body, 3)
    const read = decodeEntry(entry)
    expect(read.blobHash).toEqual(nodePrimitives.sha("sha256", blob!))
    expect([blob!.length % 65_536, entry.length < 2_000]).toEqual([0, true])
    expect(unpackEntry(read, KEY, CHANNEL, blob)).toEqual({ form: 3, body })
    expect(unpackEntry(read, KEY, CHANNEL, undefined)).toBeUndefined()
    expect(
      unpackEntry(
        read,
        KEY,
        CHANNEL,
        pack(body).blob!.map((byte, i) => (i === 30 ? byte ^ 1 : byte)),
      ),
    ).toBeUndefined()
  })
}

test("two seals of the same are different bytes", () => {
  expect(pack(fill(10, 1)).entry).not.toEqual(pack(fill(10, 1)).entry)
})

test("what was sealed for one key, channel or kind opens for no other", () => {
  const entry = decodeEntry(pack(fill(40, 5)).entry)
  expect(unpackEntry(entry, fill(32, 9), CHANNEL, undefined)).toBeUndefined()
  expect(unpackEntry(entry, KEY, fill(32, 9), undefined)).toBeUndefined()
  expect(unpackEntry({ ...entry, kind: "handshake" }, KEY, CHANNEL, undefined)).toBeUndefined()
  expect(unpackEntry({ ...entry, blobHash: fill(32, 7) }, KEY, CHANNEL, undefined)).toBeUndefined()
  expect(unpackEntry({ ...entry, nonce: fill(24, 7) }, KEY, CHANNEL, undefined)).toBeUndefined()
})

test("sizes are those of a few buckets, whatever the text", () => {
  const sizes = new Set(Array.from({ length: 60 }, (_, i) => pack(fill(i * 100, 1)).entry.length))
  expect(sizes.size).toBeLessThanOrEqual(3)
})

test("an epoch's two keys differ, belong to the channel, and are gone when they are wiped", async () => {
  const account = createAccount(systemRandom)
  const engine = createMlsEngine(nodePrimitives, systemRandom)
  const state = await engine.create(
    "xwing",
    fill(32, 3),
    { kind: "link" },
    leafSigner(account, createDevice(systemRandom).deviceId),
  )
  const keys = await epochKeys(engine, state, CHANNEL)
  const others = await epochKeys(engine, state, fill(32, 8))
  expect(
    new Set([keys.envelope, keys.external, others.envelope, others.external].map((key) => key.join())).size,
  ).toBe(4)
  expect(await epochKeys(engine, state, CHANNEL)).toEqual(keys)
  wipeEpochKeys(keys)
  expect([keys.envelope, keys.external]).toEqual([fill(32, 0), fill(32, 0)])
  wipeEpochKeys(undefined)
})
