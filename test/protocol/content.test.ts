import fc from "fast-check"
import { expect, test } from "vitest"
import { concat, fromHex, toHex } from "../../src/bytes.ts"
import {
  type Content,
  decodeBinding,
  decodeLetter,
  decodeOpening,
  decodePayload,
  decodeRoomHeader,
  encodeBinding,
  encodeLetter,
  encodeOpening,
  encodePayload,
  encodeRoomHeader,
  letterStatement,
  MAX_PAYLOAD_BYTES,
  MAX_PAYLOAD_NUMBER,
  MAX_TEXT_BYTES,
  type Payload,
} from "../../src/protocol/content.ts"
import { endName, MAX_ROUND_PEOPLE } from "../../src/protocol/verification.ts"

const fill = (length: number, value: number) => new Uint8Array(length).fill(value)
const badPayload: unknown = expect.objectContaining({ name: "ProtocolError", code: "bad-payload" })

function payloadOf(content: Content): Payload {
  return { chainId: fill(16, 0xaa), n: 5, previous: fill(32, 0xbb), continues: [], frontier: [], content }
}
const START = `01${"aa".repeat(16)}0000000000000005${"bb".repeat(32)}00000000`

const BEACON: Content = { type: "beacon" }
const ROOM_HEAD = {
  room: fill(8, 6),
  incarnation: fill(8, 7),
  epoch: 9,
  authenticator: fill(8, 8),
  seq: 10,
  head: fill(32, 9),
}

const ABOUT = { author: fill(32, 2), messageId: fill(16, 3) }
const ABOUT_HEX = `${"02".repeat(32)}${"03".repeat(16)}`
const HEAD = {
  logPublic: fill(32, 5),
  endorsement: fill(64, 6),
  log: 7,
  size: 8,
  root: fill(32, 9),
  signature: fill(64, 10),
}
const HEAD_HEX = `${"05".repeat(32)}${"06".repeat(64)}00000000000000070000000000000008${"09".repeat(32)}${"0a".repeat(64)}`
const SID = fill(16, 4)
const SID_HEX = "04".repeat(16)

const contents: readonly (readonly [string, Content, string])[] = [
  [
    "text",
    { type: "text", messageId: fill(16, 1), sentAt: 258, text: "hi é" },
    `01${"01".repeat(16)}000000000000010200000005686920c3a9`,
  ],
  [
    "receipt",
    { type: "receipt", chains: [{ chainId: fill(16, 2), delivered: 7, read: 3 }] },
    `020001${"02".repeat(16)}00000000000000070000000000000003`,
  ],
  ["beacon", BEACON, "03"],
  [
    "ask",
    { type: "ask", ranges: [{ chainId: fill(16, 3), from: 4, to: 6 }], key: fill(1_216, 9) },
    `040001${"03".repeat(16)}00000000000000040000000000000006${"09".repeat(1_216)}`,
  ],
  ["answer", { type: "answer", payloads: [fill(2, 1), fill(1, 2)] }, "0500020000000201010000000102"],
  [
    "privateAnswer",
    { type: "privateAnswer", to: fill(8, 4), sealed: fill(3, 5) },
    `08${"04".repeat(8)}00000003050505`,
  ],
  [
    "unavailable",
    { type: "unavailable", chainId: fill(16, 3), from: 4, to: 6 },
    `06${"03".repeat(16)}00000000000000040000000000000006`,
  ],
  [
    "directoryNodes",
    {
      type: "directoryNodes",
      to: fill(32, 1),
      head: HEAD,
      size: 5,
      start: 4,
      height: 1,
      nodes: [fill(32, 2), fill(32, 3)],
    },
    `07${"01".repeat(32)}${HEAD_HEX}0000000000000005000000000000000401` +
      `0002${"02".repeat(32)}${"03".repeat(32)}`,
  ],
  [
    "directoryLeaf",
    {
      type: "directoryLeaf",
      to: fill(32, 1),
      head: HEAD,
      index: 4,
      leaf: fill(32, 2),
      path: [fill(32, 3)],
      entry: fill(2, 4),
    },
    `09${"01".repeat(32)}${HEAD_HEX}0000000000000004${"02".repeat(32)}0001${"03".repeat(32)}000000020404`,
  ],
  [
    "verifyStart",
    { type: "verifyStart", sid: SID, commitment: fill(32, 5) },
    `0a${SID_HEX}${"05".repeat(32)}`,
  ],
  ["verifyAccept", { type: "verifyAccept", sid: SID, random: fill(32, 5) }, `0b${SID_HEX}${"05".repeat(32)}`],
  ["verifyReveal", { type: "verifyReveal", sid: SID, random: fill(32, 5) }, `0c${SID_HEX}${"05".repeat(32)}`],
  [
    "verifyAnswer",
    { type: "verifyAnswer", sid: SID, matches: true, heads: fill(2, 7) },
    `0d${SID_HEX}01000000020707`,
  ],
  ["verifyEnd", { type: "verifyEnd", sid: SID, why: 3 }, `0e${SID_HEX}03`],
  ["verifyTick", { type: "verifyTick", answer: fill(32, 5) }, `0f${"05".repeat(32)}`],
  ["roundStart", { type: "roundStart", sid: SID, attempt: 2 }, `10${SID_HEX}02`],
  [
    "roundCommit",
    { type: "roundCommit", sid: SID, commitment: fill(32, 5) },
    `11${SID_HEX}${"05".repeat(32)}`,
  ],
  [
    "roundClose",
    { type: "roundClose", sid: SID, people: [{ id: fill(32, 1), commitment: fill(32, 2) }] },
    `12${SID_HEX}0001${"01".repeat(32)}${"02".repeat(32)}`,
  ],
  [
    "reply",
    { type: "text", messageId: fill(16, 1), sentAt: 258, text: "hi", replyTo: ABOUT },
    `1e${"01".repeat(16)}0000000000000102${ABOUT_HEX}000000026869`,
  ],
  ["edit", { type: "edit", about: ABOUT, at: 258, text: "hi" }, `1f${ABOUT_HEX}0000000000000102000000026869`],
  ["delete", { type: "delete", about: ABOUT, at: 258 }, `20${ABOUT_HEX}0000000000000102`],
  [
    "reaction",
    { type: "reaction", about: ABOUT, at: 258, reactions: [":a:", "\u{1f44d}"] },
    `21${ABOUT_HEX}00000000000001020002000000033a613a00000004f09f918d`,
  ],
  ["roundReveal", { type: "roundReveal", sid: SID, random: fill(32, 5) }, `13${SID_HEX}${"05".repeat(32)}`],
]

for (const [name, content, hex] of contents) {
  test(`vector: ${name}`, () => {
    const wire = fromHex(START + hex)
    expect(encodePayload(payloadOf(content))).toEqual(wire)
    expect(decodePayload(wire)).toEqual(payloadOf(content))
  })
}

test("what two lists are compared by is bounded: 256 subtrees, a path of 64, an entry of 3,900 bytes", () => {
  const most = (nodes: number): Content => ({
    type: "directoryNodes",
    to: fill(32, 1),
    head: HEAD,
    size: 2 ** 53 - 1,
    start: 0,
    height: 45,
    nodes: Array.from({ length: nodes }, () => fill(32, 2)),
  })
  const leaf = (path: number, entry: number): Content => ({
    type: "directoryLeaf",
    to: fill(32, 1),
    head: HEAD,
    index: 2 ** 53 - 1,
    leaf: fill(32, 2),
    path: Array.from({ length: path }, () => fill(32, 3)),
    entry: fill(entry, 4),
  })
  for (const content of [most(256), leaf(64, 3_900)]) {
    const bytes = encodePayload(payloadOf(content))
    // With all that is put around it, the third bucket.
    expect(bytes.length).toBeLessThan(12_000)
    expect(decodePayload(bytes)).toEqual(payloadOf(content))
  }
  for (const content of [most(257), leaf(65, 0), leaf(0, 3_901)])
    expect(() => encodePayload(payloadOf(content))).toThrow(RangeError)
  const wire = encodePayload(payloadOf(most(256)))
  const countAt = wire.length - 256 * 32 - 2
  expect(() => decodePayload(concat(changed(wire, countAt, 1, 1), fill(32, 2)))).toThrow(badPayload)
})

test("vector: a first payload that continues another chain, with a frontier", () => {
  const payload: Payload = {
    ...payloadOf(BEACON),
    n: 0,
    continues: [{ chainId: fill(16, 3), n: 9, hash: fill(32, 4) }],
    frontier: [{ chain: fill(8, 2), n: 8, hash: fill(8, 5) }],
  }
  const wire = encodePayload(payload)
  expect(toHex(wire)).toBe(
    `01${"aa".repeat(16)}${"00".repeat(8)}${"bb".repeat(32)}0001${"03".repeat(16)}0000000000000009${"04".repeat(32)}0001${"02".repeat(8)}0000000000000008${"05".repeat(8)}03`,
  )
  expect(decodePayload(wire)).toEqual(payload)
})

const beacon = encodePayload(payloadOf(BEACON))
const N_AT = 17
const LISTS_AT = N_AT + 8 + 32

function changed(bytes: Uint8Array, at: number, ...values: number[]): Uint8Array {
  const copy = bytes.slice()
  copy.set(values, at)
  return copy
}

const longText = (bytes: number) => {
  const head = fromHex(`${START}01${"01".repeat(16)}0000000000000102`)
  const length = new Uint8Array(4)
  new DataView(length.buffer).setUint32(0, bytes)
  return Uint8Array.of(...head, ...length, ...fill(bytes, 0x61))
}

for (const [what, wire] of [
  ["nothing", new Uint8Array(0)],
  ["one byte less", beacon.subarray(0, -1)],
  ["bytes after the content", Uint8Array.of(...beacon, 0)],
  ["another version", changed(beacon, 0, 2)],
  ["content of type zero", changed(beacon, beacon.length - 1, 0)],
  ["content of a type from the future", changed(beacon, beacon.length - 1, 77)],
  ["two chains continued", changed(beacon, LISTS_AT, 0, 2)],
  ["a frontier of seventeen", changed(beacon, LISTS_AT + 2, 0, 17)],
  ["a number above 2^53", changed(beacon, N_AT, 0xff)],
  ["a number above the highest", changed(beacon, N_AT, 0, 1, 0, 0, 0, 0, 0, 1)],
  ["a text above its size", longText(MAX_TEXT_BYTES + 1)],
  ["a text that is no UTF-8", changed(longText(3), longText(3).length - 1, 0xff)],
] as const) {
  test(`payload refused: ${what}`, () => expect(() => decodePayload(wire)).toThrow(badPayload))
}

test("the highest number and the longest text are fine", () => {
  expect(decodePayload(changed(beacon, N_AT, 0, 1, 0, 0, 0, 0, 0, 0)).n).toBe(MAX_PAYLOAD_NUMBER)
  expect(decodePayload(longText(MAX_TEXT_BYTES)).content).toMatchObject({ text: "a".repeat(MAX_TEXT_BYTES) })
})

test("what was read does not change with the bytes it was read from", () => {
  const bytes = beacon.slice()
  const read = decodePayload(bytes)
  bytes.fill(0)
  expect(read).toEqual(payloadOf(BEACON))
})

// ── the other shapes ────────────────────────────────────────────────────────────────────────────

const binding = {
  incarnation: fill(8, 5),
  seq: 259,
  head: fill(32, 6),
  starts: [{ leaf: 2, n: 3 }],
  rooms: [ROOM_HEAD],
  directory: [
    {
      logPublic: fill(32, 1),
      endorsement: fill(64, 2),
      log: 3,
      size: 4,
      root: fill(32, 5),
      signature: fill(64, 6),
    },
  ],
}
const opening = { accountId: fill(32, 1), deviceId: fill(16, 2), welcome: fill(3, 3) }
const header = {
  channelId: fill(32, 1),
  generation: 2,
  position: 3,
  incarnation: fill(16, 4),
  cursor: 5,
  head: fill(32, 6),
  openToken: fill(32, 10),
  appendToken: fill(32, 7),
  externalKey: fill(32, 8),
  groupInfo: fill(2, 9),
}
const letter = {
  to: fill(32, 1),
  from: fill(32, 2),
  deviceId: fill(16, 3),
  kind: 1,
  counter: 3,
  body: fill(2, 5),
  signature: fill(64, 4),
}

const shapes: readonly (readonly [string, Uint8Array, string, (bytes: Uint8Array) => unknown, unknown])[] = [
  ["binding", encodeBinding(binding), `01${"05".repeat(8)}0000000000000103${"06".repeat(32)}00010000000200000000000000030001${"06".repeat(8)}${"07".repeat(8)}0000000000000009${"08".repeat(8)}000000000000000a${"09".repeat(32)}0001${"01".repeat(32)}${"02".repeat(64)}00000000000000030000000000000004${"05".repeat(32)}${"06".repeat(64)}`, decodeBinding, binding],
  ["opening", encodeOpening(opening), `${"01".repeat(32)}${"02".repeat(16)}030303`, decodeOpening, opening],
  ["room header", encodeRoomHeader(header), `${"01".repeat(32)}000000020000000000000003${"04".repeat(16)}0000000000000005${"06".repeat(32)}${"0a".repeat(32)}${"07".repeat(32)}${"08".repeat(32)}0909`, decodeRoomHeader, header],
  ["letter", encodeLetter(letter), `${"01".repeat(32)}${"02".repeat(32)}${"03".repeat(16)}0100000003000000020505${"04".repeat(64)}`, decodeLetter, letter],
] // prettier-ignore

for (const [name, wire, hex, decode, value] of shapes) {
  test(`vector: ${name}`, () => {
    expect(toHex(wire)).toBe(hex)
    expect(decode(wire)).toEqual(value)
  })

  test(`${name} refused: cut anywhere before what may be left out`, () => {
    const least = name === "opening" ? 48 : name === "room header" ? wire.length - 2 : wire.length
    for (let length = 0; length < least; length++)
      expect(() => decode(wire.subarray(0, length))).toThrow(badPayload)
  })

  test(`property: whatever the bytes, a ${name} or a ProtocolError`, () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 260 }), (bytes) => {
        try {
          decode(bytes)
        } catch (cause) {
          expect(cause).toMatchObject({ name: "ProtocolError", code: "bad-payload" })
        }
      }),
    )
  })
}

test("what a letter's signature covers is everything before it, the recipient included", () => {
  expect(letterStatement(letter)).toEqual(encodeLetter(letter).subarray(0, -64))
})

test("a binding of another version is refused", () => {
  expect(() => decodeBinding(changed(encodeBinding(binding), 0, 2))).toThrow(badPayload)
})

test("property: payloads are what they were, or refused", () => {
  const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })
  const content: fc.Arbitrary<Content> = fc.oneof(
    fc.record({
      type: fc.constant("text" as const),
      messageId: bytes(16),
      sentAt: fc.maxSafeNat(),
      text: fc.string({ unit: "grapheme", maxLength: 50 }),
    }),
    fc.record({
      type: fc.constant("receipt" as const),
      chains: fc.array(fc.record({ chainId: bytes(16), delivered: fc.maxSafeNat(), read: fc.maxSafeNat() }), {
        maxLength: 64,
      }),
    }),
    fc.record({
      type: fc.constant("answer" as const),
      payloads: fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 64 }),
    }),
    fc.constant(BEACON),
  )
  const payload: fc.Arbitrary<Payload> = fc.record({
    chainId: bytes(16),
    n: fc.integer({ min: 0, max: MAX_PAYLOAD_NUMBER }),
    previous: bytes(32),
    continues: fc.array(fc.record({ chainId: bytes(16), n: fc.maxSafeNat(), hash: bytes(32) }), {
      maxLength: 1,
    }),
    frontier: fc.array(fc.record({ chain: bytes(8), n: fc.maxSafeNat(), hash: bytes(8) }), { maxLength: 16 }),
    content,
  })
  fc.assert(fc.property(payload, (value) => void expect(decodePayload(encodePayload(value))).toEqual(value)))
  fc.assert(
    fc.property(payload, fc.nat(), fc.integer({ min: 1, max: 255 }), (value, place, by) => {
      const wire = encodePayload(value)
      wire[place % wire.length]! ^= by
      try {
        expect(decodePayload(wire)).not.toEqual(value)
      } catch (cause) {
        expect(cause).toMatchObject({ code: "bad-payload" })
      }
    }),
  )
})

test("the longest list of a round fits a payload, and none is longer", () => {
  const people = Array.from({ length: MAX_ROUND_PEOPLE }, (_, at) => ({
    id: fill(32, at),
    commitment: fill(32, at),
  }))
  const close = (list: typeof people): Content => ({ type: "roundClose", sid: SID, people: list })
  const wire = encodePayload(payloadOf(close(people)))
  expect(wire.length).toBeLessThan(MAX_PAYLOAD_BYTES)
  expect(decodePayload(wire).content).toEqual(close(people))
  const count = wire.length - people.length * 64 - 2
  const longer = Uint8Array.from([...wire, ...fill(64, 1)])
  new DataView(longer.buffer).setUint16(count, MAX_ROUND_PEOPLE + 1)
  expect(() => decodePayload(longer)).toThrow(badPayload)
})

test("a reason to end that nobody knows is no more than an end", () => {
  expect(endName(3)).toBe("restarted")
  for (const code of [0, 10, 255]) expect(endName(code)).toBe("cancelled")
})
