/** A connection that is left unread holds the other end back, and loses nothing. */
import { expect, test } from "vitest"
import { createCertificate, createRelayKey } from "../../src/platform/certificate.ts"
import type { Connection } from "../../src/platform/network.ts"
import { systemRandom } from "../../src/platform/random.ts"
import { listenTls, tlsNetwork } from "../../src/platform/tls.ts"

const HOST = "127.0.0.1"
const PIECE = new Uint8Array(262_144)
const PIECES = 200

/** A relay that sends the next piece whenever the last has left. */
async function pouring() {
  const key = createRelayKey(systemRandom)
  const certificatePem = createCertificate({
    key,
    tag: new Uint8Array(32),
    notBefore: 0,
    random: systemRandom,
  })
  const open = new Map<number, Connection>()
  let sent = 0
  let closed = 0
  const pour = (id: number) => {
    if (sent++ < PIECES) open.get(id)!.send(PIECE)
  }
  const listener = await listenTls(
    { host: HOST, port: 0, privatePem: key.privatePem, certificatePem },
    {
      opened: (id, connection) => {
        open.set(id, connection)
        pour(id)
      },
      received: () => {},
      drained: pour,
      closed: () => void closed++,
    },
  )
  return { key, listener, sent: () => Math.min(sent, PIECES), closed: () => closed }
}

function dial(port: number, pin: Uint8Array) {
  const seen = { bytes: 0, closed: false }
  const opened = new Promise<Connection>((resolve) =>
    tlsNetwork.dial(
      { host: HOST, port },
      { kind: "spki", sha256: pin },
      {
        opened: (connection) => {
          connection.setReading!(false)
          resolve(connection)
        },
        received: (bytes) => void (seen.bytes += bytes.length),
        closed: () => void (seen.closed = true),
      },
    ),
  )
  return { seen, opened }
}

test("unread, the sender comes to a halt; read on, everything arrives", async () => {
  const { key, listener, sent } = await pouring()
  const { seen, opened } = dial(listener.port, key.spkiSha256)
  const connection = await opened
  let before = -1
  while (before !== sent()) {
    before = sent()
    await new Promise((resolve) => void setTimeout(resolve, 150))
  }
  // What the kernel buffers on both sides, and no more.
  expect(before).toBeLessThan(PIECES)
  expect(seen.bytes).toBeLessThan(PIECE.length)
  connection.setReading!(true)
  await expect.poll(() => seen.bytes, { timeout: 20_000 }).toBe(PIECES * PIECE.length)
  connection.close()
  await expect.poll(() => seen.closed).toBe(true)
  await listener.close()
})

test("a connection that is closed while it is unread ends on both sides", async () => {
  const { key, listener, closed } = await pouring()
  const { seen, opened } = dial(listener.port, key.spkiSha256)
  const connection = await opened
  connection.close()
  await expect.poll(() => [seen.closed, closed()], { timeout: 20_000 }).toEqual([true, 1])
  await listener.close()
})
