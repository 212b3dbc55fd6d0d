/**
 * What the relay holds, in words that need no explanation. One line for each thing that there is: the compiler wants
 * them all, and a test wants one for each column of the relay's store.
 */
import type { HeldName } from "../client/client.ts"
import { say, type SafeText } from "./safe-text.ts"

/** What one thing is, for the end of a sentence. */
export const HELD_WORDS: Readonly<Record<HeldName, SafeText>> = {
  "meta.name": say`the name of that number`,
  "meta.value": say`a random number that says which store this is`,
  "memory.address": say`the address that you connect from`,
  "memory.heard": say`when it last heard from you; while you are connected it tells everybody that you are online`,
  "memory.channels": say`which rooms and chats you have open on this connection, each as a random-looking number: this is how it knows who talks with whom`,
  "memory.day": say`how much you added in the last 24 hours`,
  "memory.uploads": say`large things that you have begun to send`,
  "memory.updates": say`how often you changed your entry in the last hour`,
  "memory.packages": say`for how many devices you fetched keys in the last hour, to open a chat with them`,
  "memory.letters": say`in how many inboxes you left a letter in the last hour`,
  "directory.entry_index": say`its place in the list`,
  "directory.bytes": say`your name, your public keys and your devices, signed by you`,
  "door.kind": say`what the operator decided about you: waiting, let in, or banned`,
  "door.key": say`the account that it is about`,
  "door.value": say`since when, and while you waited your name`,
  "package.id": say`the order they came in`,
  "package.owner": say`that they are yours and this device's`,
  "package.last_resort": say`which of them is for when the others are used up`,
  "package.bytes": say`the keys themselves, all of them public`,
  "generation.owner": say`that it is this device's`,
  "generation.record": say`a counter that only this device can open`,
  "channel.ref": say`a short number of its own`,
  "channel.id": say`its long number, which says nothing about who or what`,
  "channel.first_seq": say`the number of the oldest that is kept`,
  "channel.base": say`a checksum of everything before that`,
  "channel.last_seq": say`the number of the newest`,
  "channel.head": say`a checksum of everything`,
  "channel.next_position": say`how often the keys were changed`,
  "channel.next_unconfirmed": say`the newest change of keys that two people have shown to know`,
  "channel.weight": say`the size of all of it`,
  "entry.ref": say`which chat it is in`,
  "entry.seq": say`its number`,
  "entry.time": say`when it came`,
  "entry.position": say`after how many changes of keys`,
  "entry.weight": say`its size`,
  "entry.blob_hash": say`which large piece belongs to it`,
  "entry.eid": say`its checksum`,
  "entry.before": say`a checksum of everything before it`,
  "entry.check_sum": say`a checksum against a failing disk`,
  "entry.bytes": say`the sealed bytes, which the relay cannot open`,
  "token.ref": say`which chat they are for`,
  "token.position": say`for which change of keys`,
  "token.hash": say`the checksums themselves`,
  "header.id": say`its long number`,
  "header.ref": say`which room it is for`,
  "header.position": say`at which change of keys it was made`,
  "header.blob_hash": say`which large piece holds it`,
  "header.inline": say`the sealed bytes`,
  "blob.hash": say`its checksum`,
  "blob.total": say`its size`,
  "blob.pins": say`how many messages need it`,
  "blob.loose_since": say`when it was last needed or looked for`,
  "blob_piece.hash": say`which it belongs to`,
  "blob_piece.at": say`where in it`,
  "blob_piece.bytes": say`the sealed bytes`,
}

/** The rows of a table: how many of what. */
export const TABLE_WORDS: Readonly<Record<string, readonly [one: SafeText, many: SafeText]>> = {
  meta: [say`thing about itself`, say`things about itself`],
  directory: [
    say`entry in the list that everybody can read`,
    say`entries in the list that everybody can read`,
  ],
  package: [
    say`set of keys with which others can begin a chat while you are away`,
    say`sets of keys with which others can begin a chat while you are away`,
  ],
  door: [say`decision of the operator about you`, say`decisions of the operator about you`],
  generation: [say`sealed counter`, say`sealed counters`],
  channel: [say`log of sealed messages`, say`logs of sealed messages`],
  entry: [say`sealed message or change of keys`, say`sealed messages and changes of keys`],
  token: [say`checksum of a secret that members can show`, say`checksums of secrets that members can show`],
  header: [
    say`sealed header, which lets somebody with the invitation come in`,
    say`sealed headers, which let somebody with an invitation come in`,
  ],
  blob: [say`large sealed piece`, say`large sealed pieces`],
  blob_piece: [say`part of a large sealed piece`, say`parts of large sealed pieces`],
}
