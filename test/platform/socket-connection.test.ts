/** How much a connection writes at a time. */
import type { Socket } from "node:net"
import { expect, test } from "vitest"
import { SocketConnection } from "../../src/platform/socket-connection.ts"

const FIRST_WRITE_BYTES = 4_096
const FIRST_BYTES = 98_304
const WRITE_BYTES = 16_384
const FACTS = { exporter: new Uint8Array(32), remote: "127.0.0.1" }

/** A socket that takes a write when it is told to. */
function slowSocket(): { socket: Socket; writes: Uint8Array[]; takeAll(): void } {
  const writes: Uint8Array[] = []
  let taken: (() => void) | undefined
  const socket = {
    destroyed: false,
    setNoDelay: () => {},
    on: () => {},
    once: () => {},
    write(bytes: Uint8Array, left: () => void) {
      writes.push(bytes)
      taken = left
    },
  }
  const takeAll = () => {
    while (taken !== undefined) {
      const left = taken
      taken = undefined
      left()
    }
  }
  return { socket: socket as unknown as Socket, writes, takeAll }
}

/** So that nothing that is lost, doubled or exchanged looks right. */
const counted = (length: number) => Uint8Array.from({ length }, (_, at) => (at * 7 + (at >> 8)) & 0xff)

test.each([
  { what: "one piece", sizes: [400_000] },
  { what: "many small ones", sizes: Array.from({ length: 4_000 }, () => 100) },
  {
    what: "pieces that fit a small write and such that do not",
    sizes: [4_096, 4_097, 300_000, 1, 20_000, 9],
  },
])("small writes until it is worth it, then whole records: $what", ({ sizes }) => {
  const { socket, writes, takeAll } = slowSocket()
  let drained = 0
  const connection = new SocketConnection(socket, FACTS, false, {
    received: () => {},
    drained: () => void drained++,
  })
  const said = sizes.map(counted)
  for (const bytes of said) connection.send(bytes)
  takeAll()
  expect(Buffer.concat(writes).equals(Buffer.concat(said))).toBe(true)
  expect(drained).toBe(1)
  let before = 0
  for (const { length } of writes) {
    expect(length).toBeLessThanOrEqual(before < FIRST_BYTES ? FIRST_WRITE_BYTES : WRITE_BYTES)
    before += length
  }
  expect(Math.max(...writes.map(({ length }) => length))).toBeGreaterThan(FIRST_WRITE_BYTES)
})
