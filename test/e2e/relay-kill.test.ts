/**
 * kill -9 under load, twenty times: every entry that the relay said it holds is there afterwards, under the number
 * it said, in a log without gaps whose running hash is right; and everybody reads on where they were.
 */
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import { build } from "esbuild"
import { afterAll, beforeAll, expect, test } from "vitest"
import { fromHex, toHex } from "../../src/bytes.ts"
import { EMPTY_HEAD, nextHead } from "../../src/crypto/hash.ts"
import { sodiumReady } from "../../src/crypto/sodium.ts"
import { nodePrimitives } from "../../src/platform/primitives.ts"
import { systemRandom } from "../../src/platform/random.ts"
import { tlsNetwork } from "../../src/platform/tls.ts"
import { SqliteRelayStore } from "../../src/relay/store-sqlite.ts"
import type { StoredEntry } from "../../src/relay/store.ts"
import { RelayPerson, sealedEntry } from "../support/relay-people.ts"
import { WireClient } from "../support/wire-client.ts"

const KILLS = 20
const CLIENTS = 3
const WINDOW = 16
/** Accepted entries of one life, before it ends. */
const PER_LIFE = 60
const ROOM = new Uint8Array(32).fill(0x77)
const SOURCE = fileURLToPath(new URL("../support/relay-program.ts", import.meta.url))
const PROGRAM = fileURLToPath(new URL("../../dist/relay-program.mjs", import.meta.url))

const folder = mkdtempSync(join(tmpdir(), "relay-kill-"))
let relay: ChildProcess | undefined
beforeAll(async () => {
  await sodiumReady()
  // It starts twenty times: one file starts three times as fast as sixty.
  await build({
    entryPoints: [SOURCE],
    outfile: PROGRAM,
    bundle: true,
    platform: "node",
    format: "esm",
    packages: "external",
  })
})
afterAll(() => {
  relay?.kill("SIGKILL")
  rmSync(folder, { recursive: true, force: true })
})

async function start(port: number): Promise<{ port: number; relayId: Uint8Array }> {
  relay = spawn(process.execPath, [PROGRAM, folder, String(port)], { stdio: ["ignore", "pipe", "inherit"] })
  const lines = createInterface({ input: relay.stdout! })
  const [line] = (await once(lines, "line")) as [string]
  const said = JSON.parse(line) as { port: number; relayId: string }
  return { port: said.port, relayId: fromHex(said.relayId) }
}

async function kill(): Promise<void> {
  const gone = once(relay!, "exit")
  relay!.kill("SIGKILL")
  const [code, signal] = (await gone) as [number | null, string | null]
  // It must have been alive until then.
  expect([code, signal]).toEqual([null, "SIGKILL"])
}

test(`${KILLS} kills lose nothing that was accepted`, { timeout: 60_000 }, async () => {
  const { port, relayId } = await start(0)
  let isOver = false
  let wake = () => {}
  const clients = Array.from({ length: CLIENTS }, (_, n) => {
    const client: WireClient = new WireClient({
      network: tlsNetwork,
      address: { host: "127.0.0.1", port },
      pin: { kind: "spki", sha256: relayId },
      relayId,
      person: new RelayPerson(`writer ${n}`, systemRandom),
      channelId: ROOM,
      onMessage: () => {
        fill(client, n)
        wake()
      },
      onClosed: () => void (isOver || setTimeout(() => client.connect(), 20)),
    })
    return client
  })
  /** Keeps a window of offers open; the first writer opens the log. */
  function fill(client: WireClient, n: number) {
    if (!client.isOpen || isOver) return
    if (client.nextPosition === 0 && n === 0 && client.waiting === 0) {
      client.offer(sealedEntry(systemRandom, { kind: "handshake" }), true)
    }
    while (client.nextPosition > 0 && client.waiting < WINDOW)
      client.offer(sealedEntry(systemRandom, {}, 1_000))
  }
  const accepted = () => clients.reduce((sum, client) => sum + client.accepted.size, 0)
  const until = async (isSo: () => boolean) => {
    while (!isSo()) await new Promise<void>((resolve) => (wake = resolve))
  }

  for (const client of clients) client.connect()
  for (let life = 1; life <= KILLS; life++) {
    const before = accepted()
    await until(() => accepted() >= before + PER_LIFE)
    await kill()
    if (life < KILLS) await start(port)
  }
  isOver = true
  for (const client of clients) client.close()

  const store = new SqliteRelayStore({ path: join(folder, "relay.db"), random: systemRandom })
  const row = store.findChannel(ROOM)!
  const entries: StoredEntry[] = []
  while (entries.length < row.lastSeq)
    entries.push(...store.readEntries(row.ref, entries.length, 500, 10_000_000))
  expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, at) => at + 1))
  const eids = entries.map(({ bytes }) => nodePrimitives.sha("sha256", bytes))
  const stored = eids.map(toHex)
  let head = EMPTY_HEAD
  for (const [at, { seq, time, bytes }] of entries.entries())
    head = nextHead(head, seq, bytes[0]!, eids[at]!, time)
  expect(toHex(head)).toBe(toHex(row.head))
  expect(new Set(stored).size).toBe(entries.length)
  const lost = clients.flatMap((client) =>
    [...client.accepted].filter(([eid, seq]) => stored[seq - 1] !== eid),
  )
  expect(lost).toEqual([])
  for (const client of clients) {
    // Whoever had read something goes on from there, and reads what the disk has.
    expect(client.resets).toBe(0)
    expect(client.log.map(({ eid }) => eid)).toEqual(stored.slice(0, client.log.length))
  }
  expect(accepted()).toBeGreaterThanOrEqual(KILLS * PER_LIFE)
  store.close()
})
