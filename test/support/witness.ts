/**
 * What a client really sealed and really sent, written down before the bytes leave and outside of its folder: neither
 * a kill nor a restored backup takes it back. Who reads the notes of all lives together sees whether one key of a
 * ratchet (group, epoch secrets, leaf, generation) has ever left this device under two ciphertexts.
 */
import { appendFileSync, readFileSync } from "node:fs"
import { toHex } from "../../src/bytes.ts"
import { openEnvelope } from "../../src/crypto/envelope-seal.ts"
import type { GroupState, MlsEngine } from "../../src/crypto/mls-engine.ts"
import type { Connection, Network } from "../../src/platform/network.ts"
import { nodePrimitives } from "../../src/platform/primitives.ts"
import { decodeEntry, ENTRY_KINDS } from "../../src/protocol/envelope.ts"
import { FrameDecoder } from "../../src/protocol/framing.ts"
import { decodeClientMessage } from "../../src/protocol/messages.ts"

/** A line of the notes. `of` is the SHA-256 of MLS bytes. */
type Note =
  | { note: "sealed"; of: string; key: string }
  | { note: "sent"; of: string }
  /** A message whose outer seal we have no key for: must not happen, or the notes would be blind. */
  | { note: "unknown"; eid: string }

interface OuterKey {
  key: Uint8Array
  channelId: Uint8Array
}

/** How many outer keys are remembered; a client sends under the newest few. */
const KEPT_KEYS = 200

export class Witness {
  readonly #path: string
  readonly #outerKeys: OuterKey[] = []

  /** @param path of the notes; made when missing, and gone on with by every later life. */
  constructor(path: string) {
    this.#path = path
    // The life before may have been killed in the middle of a line.
    appendFileSync(path, "\n")
  }

  engine(engine: MlsEngine): MlsEngine {
    return {
      ...engine,
      seal: async (state, plain, authenticatedData) => {
        const sealed = await engine.seal(state, plain, authenticatedData)
        this.#sealed(sealed.bytes, state, String(sealed.generation))
        return sealed
      },
      commit: async (state, change) => {
        const commit = await engine.commit(state, change)
        // Members' commits use the other ratchet of their leaf, from 0 in each epoch.
        this.#sealed(commit.bytes, state, "commit")
        return commit
      },
      export: async (state, label, context, length) => {
        const key = await engine.export(state, label, context, length)
        if (label === "envelope") {
          this.#outerKeys.unshift({ key: key.slice(), channelId: context.slice() })
          this.#outerKeys.length = Math.min(this.#outerKeys.length, KEPT_KEYS)
        }
        return key
      },
    }
  }

  network(network: Network): Network {
    return {
      dial: (address, pin, handler) =>
        network.dial(address, pin, {
          opened: (connection) => handler.opened(this.#watched(connection)),
          received: (bytes) => handler.received(bytes),
          closed: (reason) => handler.closed(reason),
        }),
    }
  }

  #watched(connection: Connection): Connection {
    const frames = new FrameDecoder()
    return {
      send: (bytes) => {
        for (const body of frames.push(bytes)) {
          const message = decodeClientMessage(body)
          if (message.type === "entry" || message.type === "handshake") this.#sent(message.entry)
        }
        connection.send(bytes)
      },
      close: () => connection.close(),
      setReading: (isReading) => connection.setReading?.(isReading),
      exporter: connection.exporter,
      remote: connection.remote,
    }
  }

  #sealed(bytes: Uint8Array, state: GroupState, generation: string): void {
    const { groupId, epochAuthenticator, ownLeaf } = state
    const key = [toHex(groupId), toHex(epochAuthenticator), ownLeaf, generation].join(" ")
    this.#write({ note: "sealed", of: hashOf(bytes), key })
  }

  #sent(bytes: Uint8Array): void {
    const { kind, blobHash, nonce, sealed } = decodeEntry(bytes)
    // Letters are no business of a ratchet; external commits and openings are sealed from outside.
    if (kind === "letter") return
    for (const { key, channelId } of this.#outerKeys) {
      const opened = openEnvelope({ kind: ENTRY_KINDS[kind], key, channelId, blobHash, nonce, sealed })
      if (opened && blobHash === undefined) return this.#write({ note: "sent", of: hashOf(opened.body) })
    }
    if (kind === "message") this.#write({ note: "unknown", eid: hashOf(bytes) })
  }

  #write(note: Note): void {
    appendFileSync(this.#path, `${JSON.stringify(note)}\n`)
  }
}

export interface Testimony {
  sealed: number
  /** Different ciphertexts that left; a repeated one counts once. */
  sent: number
  /** Keys under which two different ciphertexts left. */
  reused: string[]
  unknown: string[]
}

/** @param path of one device's notes, of all its lives. */
export function readWitness(path: string): Testimony {
  const keyOf = new Map<string, string>()
  const sentUnder = new Map<string, Set<string>>()
  const sent = new Set<string>()
  const unknown: string[] = []
  for (const note of notesIn(path)) {
    if (note.note === "sealed") keyOf.set(note.of, note.key)
    else if (note.note === "unknown") unknown.push(note.eid)
    else {
      const key = keyOf.get(note.of)
      // A body under a member's outer key that no member's ratchet made: an external commit, or a header's.
      if (key === undefined) continue
      sent.add(note.of)
      sentUnder.set(key, (sentUnder.get(key) ?? new Set()).add(note.of))
    }
  }
  const reused = [...sentUnder].filter(([, hashes]) => hashes.size > 1).map(([key]) => key)
  return { sealed: keyOf.size, sent: sent.size, reused, unknown }
}

function notesIn(path: string): Note[] {
  return readFileSync(path, "utf8")
    .split("\n")
    .flatMap((line) => {
      try {
        return [JSON.parse(line) as Note]
      } catch {
        // Torn by a kill, and so never sent: the bytes leave after the line.
        return []
      }
    })
}

function hashOf(bytes: Uint8Array): string {
  return toHex(nodePrimitives.sha("sha256", bytes))
}
