/** What one batch says to a connection leaves joined, as long as it is little. */
import { expect, test } from "vitest"
import type { Connection } from "../../src/platform/network.ts"
import { FrameDecoder } from "../../src/protocol/framing.ts"
import { type Link, say } from "../../src/relay/link.ts"

const JOINED_BYTES = 16_384

function linked(...sizes: number[]): { link: Link; sent: Uint8Array[] } {
  const sent: Uint8Array[] = []
  const connection: Connection = {
    exporter: new Uint8Array(32),
    remote: "127.0.0.1",
    send: (bytes) => void sent.push(bytes),
    close: () => {},
  }
  const out = sizes.map((size, at) => new Uint8Array(size).fill(at + 1))
  return { link: { connection, decoder: new FrameDecoder(), isBroken: false, out }, sent }
}

test.each([
  { what: "nothing", sizes: [], leaves: [] },
  { what: "one frame, however large", sizes: [60_000], leaves: [60_000] },
  { what: "neighbours", sizes: [3, 4, 5], leaves: [12] },
  { what: "as much as is joined", sizes: [JOINED_BYTES - 1, 1], leaves: [JOINED_BYTES] },
  { what: "a byte more", sizes: [JOINED_BYTES - 1, 2], leaves: [JOINED_BYTES - 1, 2] },
])("$what", ({ sizes, leaves }) => {
  const { link, sent } = linked(...sizes)
  const frames = [...link.out]
  say(link)
  expect(sent.map(({ length }) => length)).toEqual(leaves)
  expect(Buffer.concat(sent)).toEqual(Buffer.concat(frames))
  expect(link.out).toEqual([])
})

test("what is one piece of memory for all stays one where it is large", () => {
  const { link, sent } = linked(60, JOINED_BYTES)
  const shared = link.out[1]!
  say(link)
  expect(sent[1]).toBe(shared)
})
