import fc from "fast-check"
import { expect, test } from "vitest"
import { concat, fromHex, toHex } from "../../src/bytes.ts"
import {
  encodeFrame,
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

test("property: whole frames that a chunk holds are views of it, and no frame shares memory with a neighbour", () => {
  const body = fc.uint8Array({ minLength: 1, maxLength: 60 })
  fc.assert(
    fc.property(fc.array(body, { minLength: 1, maxLength: 8 }), fc.nat(300), (bodies, cut) => {
      const wire = concat(...bodies.map(encodeFrame))
      const chunks = [wire.slice(0, cut), wire.slice(cut)]
      const decoder = new FrameDecoder()
      const frames = chunks.flatMap((chunk) => decoder.cut(chunk))
      expect(frames.map(toHex)).toEqual(bodies.map((each) => toHex(encodeFrame(each))))
      let at = 0
      for (const [nth, frame] of frames.entries()) {
        const isWhole = at >= cut || at + frame.length <= cut
        expect(chunks.some(({ buffer }) => buffer === frame.buffer)).toBe(isWhole)
        at += frame.length
        frame.fill(0xff)
        expect(frames.slice(nth + 1).map(toHex)).toEqual(
          bodies.slice(nth + 1).map((each) => toHex(encodeFrame(each))),
        )
      }
    }),
  )
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
