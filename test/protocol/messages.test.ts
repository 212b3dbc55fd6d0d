import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { concat } from "../../src/bytes.ts"
import { ProtocolError } from "../../src/protocol/errors.ts"
import { encodeFrame, FRAME_HEADER_BYTES, MAX_FRAME_BYTES } from "../../src/protocol/framing.ts"
import {
  CLIENT_MESSAGES,
  decodeClientMessage,
  decodeRelayMessage,
  encodeMessage,
  type Message,
  MESSAGE_NUMBERS,
  type MessageName,
  RELAY_MESSAGES,
  stampEntry,
} from "../../src/protocol/messages.ts"
import { arbitraryMessage, LONGEST, MESSAGE_NAMES } from "../support/message-arbitraries.ts"

const RUNS = 60
const fromClient: ReadonlySet<MessageName> = new Set<MessageName>(CLIENT_MESSAGES)
const fromRelay: ReadonlySet<MessageName> = new Set<MessageName>(RELAY_MESSAGES)

/** Reads it as whichever side accepts it; both, when both do. */
function decode(name: MessageName, body: Uint8Array): Message {
  const read: Message[] = []
  if (fromClient.has(name)) read.push(decodeClientMessage(body))
  if (fromRelay.has(name)) read.push(decodeRelayMessage(body))
  for (const each of read) expect(each).toEqual(read[0])
  return read[0]!
}

test("every message has one number, and travels in one direction or both", () => {
  expect(new Set(Object.values(MESSAGE_NUMBERS)).size).toBe(MESSAGE_NAMES.length)
  expect(Object.keys(MESSAGE_NUMBERS).toSorted((a, b) => a.localeCompare(b))).toEqual(
    MESSAGE_NAMES.toSorted((a, b) => a.localeCompare(b)),
  )
  expect(MESSAGE_NAMES.filter((name) => !fromClient.has(name) && !fromRelay.has(name))).toEqual([])
})

describe.each(MESSAGE_NAMES)("%s", (name) => {
  test("comes back as it was written", () => {
    fc.assert(
      fc.property(arbitraryMessage(name), (message) => {
        const body = encodeMessage(message)
        expect(body[0]).toBe(MESSAGE_NUMBERS[name])
        expect(decode(name, body)).toEqual(message)
        expect(encodeMessage(decode(name, body))).toEqual(body)
      }),
      { numRuns: RUNS },
    )
  })

  test("is refused by the side that does not accept it", () => {
    fc.assert(
      fc.property(arbitraryMessage(name), (message) => {
        const body = encodeMessage(message)
        if (!fromClient.has(name)) expect(codeOf(() => decodeClientMessage(body))).toBe("unknown-message")
        if (!fromRelay.has(name)) expect(codeOf(() => decodeRelayMessage(body))).toBe("unknown-message")
      }),
      { numRuns: 5 },
    )
  })

  test("cut short, lengthened or changed, it is another message or a typed error", () => {
    const change = fc.oneof(
      fc.record({ kind: fc.constant("cut" as const), at: fc.nat() }),
      fc.record({ kind: fc.constant("flip" as const), at: fc.nat(), bit: fc.nat(7) }),
      fc.record({ kind: fc.constant("grow" as const), bytes: fc.uint8Array({ minLength: 1, maxLength: 9 }) }),
    )
    fc.assert(
      fc.property(arbitraryMessage(name), change, (message, how) => {
        let body = encodeMessage(message)
        if (how.kind === "cut") body = body.slice(0, how.at % body.length)
        else if (how.kind === "grow") body = concat(body, how.bytes)
        else body[how.at % body.length]! ^= 1 << how.bit
        for (const read of [decodeClientMessage, decodeRelayMessage]) {
          try {
            const again = read(body)
            // One value has one encoding.
            expect(encodeMessage(again)).toEqual(body)
          } catch (cause) {
            expect(cause).toBeInstanceOf(ProtocolError)
          }
        }
      }),
      { numRuns: RUNS },
    )
  })
})

test("random bytes are a message or a typed error", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 600 }), (body) => {
      for (const read of [decodeClientMessage, decodeRelayMessage]) {
        const code = codeOf(() => read(body))
        expect([undefined, "unknown-message", "bad-message"]).toContain(code)
      }
    }),
    { numRuns: 2_000 },
  )
})

test("a list or field that announces more than it may hold is refused before anything is taken for it", () => {
  const look = encodeMessage({ type: "look", rid: 1, channelIds: [] })
  const many = Uint8Array.of(...look.subarray(0, 5), 0xff, 0xff)
  expect(codeOf(() => decodeClientMessage(many))).toBe("bad-message")
  const register = encodeMessage({
    type: "register",
    rid: 1,
    admission: new Uint8Array(16),
    entry: new Uint8Array(0),
  })
  register.set([0xff, 0xff, 0xff, 0xff], register.length - 4)
  expect(codeOf(() => decodeClientMessage(register))).toBe("bad-message")
})

test.each(LONGEST.map((message) => [message.type, message] as const))(
  "the longest %s fits a frame",
  (_, message) => {
    expect(encodeMessage(message).length).toBeLessThanOrEqual(MAX_FRAME_BYTES)
  },
)

test("stamping an entry changes handle, seq and time, and nothing else", () => {
  const u32 = fc.integer({ min: 0, max: 0xffffffff })
  const u64 = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER })
  fc.assert(
    fc.property(arbitraryMessage("entry"), u32, u64, u64, (message, handle, seq, time) => {
      const frame = encodeFrame(encodeMessage(message))
      stampEntry(frame, handle, seq, time)
      expect(decodeRelayMessage(frame.subarray(FRAME_HEADER_BYTES))).toEqual({
        ...message,
        handle,
        seq,
        time,
      })
    }),
  )
})

function codeOf(run: () => unknown): string | undefined {
  try {
    run()
    return undefined
  } catch (cause) {
    return cause instanceof ProtocolError ? cause.code : `something else: ${String(cause)}`
  }
}
