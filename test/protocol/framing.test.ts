import fc from "fast-check"
import { expect, test } from "vitest"
import { concat, fromHex, toHex } from "../../src/bytes.ts"
import {
  encodeFrame,
  FRAME_HEADER_BYTES,
  frameAround,
  FrameDecoder,
  MAX_FRAME_BYTES,
  MAX_STRANGER_FRAME_BYTES,
} from "../../src/protocol/framing.ts"
import vectors from "../vectors/framing.json" with { type: "json" }

for (const { name, wire, limit, bodies } of vectors.accepted) {
  test(`vector, accepted: ${name}`, () => {
    expect(new FrameDecoder(limit).push(fromHex(wire)).map(toHex)).toEqual(bodies)
  })
}

for (const { name, wire, limit, code } of vectors.rejected) {
  test(`vector, rejected: ${name}`, () => {
    expect(() => new FrameDecoder(limit).push(fromHex(wire))).toThrow(expect.objectContaining({ code }))
  })
}

test("property: however TCP cuts the stream, the same frames come out", () => {
  const body = fc.uint8Array({ minLength: 1, maxLength: 300 })
  const cuts = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 })
  fc.assert(
    fc.property(fc.array(body, { maxLength: 8 }), cuts, (bodies, sizes) => {
      const wire = concat(...bodies.map(encodeFrame))
      const decoder = new FrameDecoder()
      const seen: Uint8Array[] = []
      for (let at = 0, n = 0; at < wire.length; n++) {
        const size = sizes[n % sizes.length]!
        seen.push(...decoder.push(wire.subarray(at, at + size)))
        at += size
      }
      expect(seen.map(toHex)).toEqual(bodies.map(toHex))
    }),
  )
})

test("property: no bytes make it throw anything but its two errors", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 50 })), (chunks) => {
      const decoder = new FrameDecoder(64)
      try {
        for (const chunk of chunks) decoder.push(chunk)
      } catch (cause) {
        expect(["frame-too-large", "frame-empty"]).toContain((cause as { code: string }).code)
      }
    }),
  )
})

test("a body is its own memory: the chunk it came in may be used again", () => {
  const chunk = encodeFrame(Uint8Array.of(1, 2, 3))
  const [body] = new FrameDecoder().push(chunk)
  chunk.fill(0)
  expect(body).toEqual(Uint8Array.of(1, 2, 3))
})

test("the frame around a body that came off the wire is that frame, with what was changed in it", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 300 }), fc.nat(300), (sent, cut) => {
      const decoder = new FrameDecoder()
      const frame = encodeFrame(sent)
      const [body] = [...decoder.push(frame.slice(0, cut)), ...decoder.push(frame.slice(cut))]
      expect(frameAround(body!)).toEqual(frame)
      body![0]! ^= 0xff
      frame[FRAME_HEADER_BYTES]! ^= 0xff
      expect(frameAround(body!)).toEqual(frame)
      expect(frameAround(body!).buffer).toBe(body!.buffer)
    }),
  )
})

test("any other body gets a frame of its own, also one that looks as if it stood behind a header", () => {
  const memory = Uint8Array.of(0, 0, 0, 9, 1, 2, 3)
  for (const body of [
    Uint8Array.of(1, 2, 3),
    memory.subarray(4),
    memory.subarray(3),
    memory.subarray(4, 6),
  ]) {
    expect(frameAround(body)).toEqual(encodeFrame(body))
  }
})

test("the limit is raised from the next frame on", () => {
  const decoder = new FrameDecoder(MAX_STRANGER_FRAME_BYTES)
  const large = encodeFrame(new Uint8Array(MAX_STRANGER_FRAME_BYTES + 1).fill(1))
  decoder.raiseLimit(MAX_FRAME_BYTES)
  expect(decoder.push(large)).toHaveLength(1)
})

test("a body that may not be sent is our own bug", () => {
  expect(() => encodeFrame(new Uint8Array(MAX_FRAME_BYTES + 1))).toThrow(RangeError)
})
