/**
 * Somebody who joins a room by its header, again and again: each time a valid commit by which an epoch ends, and the
 * room stays one of two. Made without the client engine.
 */
import { appendToken, externalKey, groupIdOf, headerKeys, roomKeys } from "../../src/crypto/channel-keys.ts"
import { tokenHash } from "../../src/crypto/hash.ts"
import { openHeader, sealHeader } from "../../src/crypto/envelope-seal.ts"
import { leafSigner } from "../../src/crypto/identity.ts"
import type { MlsEngine } from "../../src/crypto/mls-engine.ts"
import { packEntry } from "../../src/client/sealing.ts"
import { nodePrimitives } from "../../src/platform/primitives.ts"
import type { Random } from "../../src/platform/random.ts"
import { decodeRoomHeader, encodeRoomHeader, FORMS, type RoomHeader } from "../../src/protocol/content.ts"
import type { Of } from "../../src/protocol/messages.ts"
import type { RelayStore } from "../../src/relay/store.ts"
import { handshake } from "./core-bench.ts"
import type { RelayPerson } from "./relay-people.ts"

export class Rejoiner {
  readonly #person: RelayPerson
  readonly #engine: MlsEngine
  readonly #random: Random
  readonly #secret: Uint8Array
  readonly #relayId: Uint8Array

  /** @param secret of the room. */
  constructor(
    person: RelayPerson,
    engine: MlsEngine,
    random: Random,
    secret: Uint8Array,
    relayId: Uint8Array,
  ) {
    this.#person = person
    this.#engine = engine
    this.#random = random
    this.#secret = secret
    this.#relayId = relayId
  }

  /** The newest token that whoever holds the link can show. */
  proof(store: RelayStore, handle: number): Of<"prove"> {
    const { position, appendToken: token } = this.#header(store)
    return { type: "prove", handle, position, token }
  }

  proofOfOpening(handle: number): Of<"proveOpening"> {
    const { token } = roomKeys(nodePrimitives, this.#secret, this.#relayId)
    return { type: "proveOpening", handle, token }
  }

  #header(store: RelayStore): RoomHeader {
    const { headerId, headerKey } = headerKeys(nodePrimitives, this.#secret, this.#relayId)
    const { position, inline } = store.findHeader(headerId)!
    return decodeRoomHeader(openHeader(headerKey, headerId, position, inline)!)
  }

  /** The handshake by which it comes in now, with the header of the epoch after it. */
  async join(store: RelayStore, handle: number): Promise<Of<"handshake">> {
    const { channel } = roomKeys(nodePrimitives, this.#secret, this.#relayId)
    const { headerId, headerKey } = headerKeys(nodePrimitives, this.#secret, this.#relayId)
    const { nextPosition } = store.findHeader(headerId)!
    const header = this.#header(store)
    const { account, device } = this.#person
    const { state, bytes } = await this.#engine.joinExternal(
      header.groupInfo,
      { groupId: groupIdOf(channel), parameters: { kind: "link" } },
      leafSigner(account, device.keys.deviceId),
    )
    const deps = { random: this.#random, primitives: nodePrimitives }
    const { entry } = packEntry(deps, "handshake", header.externalKey, channel, FORMS.mls, bytes)
    const token = await appendToken(this.#engine, state, channel)
    const next = encodeRoomHeader({
      ...header,
      position: nextPosition,
      appendToken: token,
      externalKey: await externalKey(this.#engine, state, channel),
      groupInfo: await this.#engine.groupInfo(state),
    })
    return handshake(handle, nextPosition, entry, {
      tokenHash: tokenHash(channel, nextPosition, token),
      headerId,
      header: sealHeader(headerKey, headerId, nextPosition, next, this.#random),
    })
  }
}
