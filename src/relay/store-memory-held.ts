/** `RelayStore.held` of the disk in memory: its contents as the rows and columns that the other store has. */
import { equalBytes, toHex } from "../bytes.ts"
import { type About, type Held, HELD_ENTRIES, HELD_PIECES } from "./held.ts"
import { BLOB_CHUNK_BYTES } from "../protocol/messages.ts"
import type { EntryRow, Log, MemoryDisk } from "./store-memory-disk.ts"

type Row = Readonly<Record<string, number | Uint8Array | undefined>>

export function heldInMemory(disk: MemoryDisk, about: About): Held[] {
  switch (about.kind) {
    case "relay":
      return summed("meta", [{ name: new Uint8Array("incarnation".length), value: disk.incarnation }])
    case "account": {
      const known = about.entries.filter((index) => index < disk.directory.length)
      const notes = [...disk.notes.values()].filter(({ key }) => equalBytes(key, about.accountId))
      return [
        ...summed(
          "directory",
          known.map((index) => ({ entry_index: index, bytes: disk.directory[index] })),
        ),
        ...summed(
          "door",
          notes.map(({ kind, key, value }) => ({ kind, key, value })),
        ),
      ]
    }
    case "device":
      return ofDevice(disk, about.owner)
    case "channel": {
      const ref = disk.channels.get(toHex(about.channelId))
      return ref === undefined ? [] : ofChannel(disk, about.channelId, disk.logs[ref]!)
    }
  }
}

function ofDevice(disk: MemoryDisk, owner: Uint8Array): Held[] {
  const shelf = disk.packages.get(toHex(owner))
  const record = disk.generations.get(toHex(owner))
  const last = shelf?.lastResort === undefined ? [] : [{ bytes: shelf.lastResort, last_resort: 1 }]
  const packages = [...(shelf?.oneUse ?? []).map((bytes) => ({ bytes, last_resort: 0 })), ...last]
  return [
    ...summed(
      "package",
      packages.map((row, id) => ({ id: id + 1, owner, ...row })),
    ),
    ...summed("generation", record === undefined ? [] : [{ owner, record }]),
  ]
}

function ofChannel(disk: MemoryDisk, id: Uint8Array, log: Log): Held[] {
  const { ref, firstSeq, base, lastSeq, head, nextPosition, confirmed, weight } = log.row
  const entries = ends([...log.entries.values()])
  const headers = [...disk.headers].filter(([, header]) => header.ref === ref)
  const hashes = [...entries, ...headers.map(([, header]) => header)].flatMap(
    ({ blobHash }) => blobHash ?? [],
  )
  const blobs = [...new Set(hashes.map(toHex))].flatMap((hash) => disk.blobs.get(hash) ?? [])
  const row = { ref, id, first_seq: firstSeq, base, last_seq: lastSeq, head }
  return [
    ...summed("channel", [{ ...row, next_position: nextPosition, next_unconfirmed: confirmed + 1, weight }]),
    ...summed(
      "entry",
      entries.map((entry) => entryRow(ref, entry)),
    ),
    ...summed(
      "token",
      [...log.tokens].map(([position, hash]) => ({ ref, position, hash })),
    ),
    ...summed(
      "header",
      headers.map(([, { position, blobHash, inline }]) => ({
        id: new Uint8Array(32),
        ref,
        position,
        blob_hash: blobHash,
        inline,
      })),
    ),
    ...summed(
      "blob",
      blobs.map(({ hash, bytes, pins, looseSince }) => ({
        hash,
        total: bytes.length,
        pins,
        loose_since: looseSince,
      })),
    ),
    ...summed("blob_piece", blobs.flatMap(piecesOf).slice(0, HELD_PIECES)),
  ]
}

function ends(entries: EntryRow[]): EntryRow[] {
  if (entries.length <= 2 * HELD_ENTRIES) return entries
  return [...entries.slice(0, HELD_ENTRIES), ...entries.slice(-HELD_ENTRIES)]
}

function entryRow(ref: number, { blobHash, check, ...row }: EntryRow): Row {
  const { seq, time, position, weight, eid, before, bytes } = row
  return { ref, seq, time, position, weight, blob_hash: blobHash, eid, before, check_sum: check, bytes }
}

function piecesOf({ hash, bytes }: { hash: Uint8Array; bytes: Uint8Array }): Row[] {
  const pieces: Row[] = []
  for (let at = 0; at < bytes.length; at += BLOB_CHUNK_BYTES)
    pieces.push({ hash, at, bytes: bytes.subarray(at, at + BLOB_CHUNK_BYTES) })
  return pieces
}

function summed(table: string, rows: readonly Row[]): Held[] {
  const columns = new Map<string, Held>()
  for (const row of rows) {
    for (const [name, value] of Object.entries(row)) {
      if (value === undefined) continue
      const isNumber = typeof value === "number"
      const column = `${table}.${name}`
      const held = columns.get(name) ?? { column, rows: 0, least: isNumber ? value : 0, most: 0, bytes: 0 }
      held.rows++
      if (isNumber) {
        held.least = Math.min(held.least, value)
        held.most = Math.max(held.most, value)
      } else held.bytes += value.length
      columns.set(name, held)
    }
  }
  return [...columns.values()]
}
