import fc from "fast-check"
import { expect, test } from "vitest"
import { concat, fromHex, toBase64Url, u32, u64 } from "../../src/bytes.ts"
import {
  DEFAULT_PORT,
  type Link,
  parseHostPort,
  parseInvitation,
  printHostPort,
  relayLetters,
  printLink,
} from "../../src/protocol/address.ts"

const K = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"
const A = "AAECAwQFBgcICQoLDA0ODw"
const I = "_____________________________________________w".slice(0, 42) + "8"
const count = (length: number) => Uint8Array.from({ length }, (_, i) => i)
const link: Link = {
  kind: "link",
  host: "192.168.1.5",
  port: 7667,
  pin: count(32),
  admission: count(16),
  roomSecret: new Uint8Array(32).fill(255),
}
const LINK = `secure-chat://192.168.1.5:7667/#k=${K}&a=${A}&i=${I}`
const C = toBase64Url(concat(count(32), u32(258)))
const HEAD = {
  logPublic: count(32),
  endorsement: count(64),
  log: 1_700_000_000,
  size: 1_000,
  root: count(32),
  signature: count(64),
}
const D = toBase64Url(concat(count(32), count(64), u64(1_700_000_000), u64(1_000), count(32), count(64)))
const WORDS = "one two three four five six seven eight nine ten eleven twelve"

test("vector: a link, both ways", () => {
  expect(printLink(link)).toBe(LINK)
  expect(parseInvitation(LINK)).toEqual(link)
  const full: Link = {
    ...link,
    room: { channelId: count(32), generation: 258 },
    inviter: count(32),
    directory: HEAD,
  }
  expect(printLink(full)).toBe(`${LINK}&c=${C}&p=${K}&d=${D}`)
  expect(parseInvitation(printLink(full))).toEqual(full)
})

const accepted: readonly (readonly [string, string, object])[] = [
  ["a link without secrets: an open relay's", `secure-chat://relay.lan:1/#k=${K}`, { kind: "link", host: "relay.lan", port: 1, admission: undefined, roomSecret: undefined }],
  ["a link without a port", `secure-chat://relay.lan/#k=${K}`, { port: DEFAULT_PORT }],
  ["a link without the slash before #", `secure-chat://relay.lan:9#k=${K}`, { host: "relay.lan", port: 9 }],
  ["a link in capitals before the address", LINK.replace("secure-chat", "SECURE-CHAT"), { kind: "link", host: "192.168.1.5" }],
  ["a link with blanks around it", `  ${LINK}\n`, { kind: "link" }],
  ["a link with a part from the future", `${LINK}&zz=abc`, { kind: "link", host: "192.168.1.5" }],
  ["a member's link", `${LINK}&p=${K}`, { inviter: count(32), room: undefined }],
  ["the link of a later generation", `${LINK}&c=${C}`, { room: { channelId: count(32), generation: 258 } }],
  ["the same on an open relay", `secure-chat://h/#k=${K}&i=${I}&c=${C}`, { admission: undefined, room: { generation: 258 } }],
  ["a link with a head of the directory", `${LINK}&d=${D}`, { directory: HEAD }],
  ["a link with an IPv6 address", `secure-chat://[fe80::1]:8/#k=${K}`, { host: "fe80::1", port: 8 }],
  ["twelve words", `relay.lan ${WORDS}`, { kind: "words", host: "relay.lan", port: DEFAULT_PORT, words: WORDS.split(" ") }],
  ["twelve words in capitals, on several lines", `relay.lan:81\n${WORDS.toUpperCase().replaceAll(" ", "\n  ")}`, { kind: "words", port: 81, words: WORDS.split(" ") }],
  ["an address alone", "10.0.0.1", { kind: "address", host: "10.0.0.1", port: DEFAULT_PORT }],
] // prettier-ignore

for (const [what, text, expected] of accepted)
  test(`accepted: ${what}`, () => expect(parseInvitation(text)).toMatchObject(expected))

const refused: readonly (readonly [string, string])[] = [
  ["nothing", ""],
  ["blanks", "  \n "],
  ["a book", "x".repeat(1_025)],
  ["a link that lost its end", "secure-chat://192.168.1.5:7667/"],
  ["a link without a key", `secure-chat://192.168.1.5:7667/#a=${A}&i=${I}`],
  ["a link whose key is short", LINK.replace(K, K.slice(0, -2))],
  ["a link whose key is long", LINK.replace(K, `${K}AA`)],
  ["a link whose key has a wrong letter", LINK.replace(K, K.replace("C", "!"))],
  ["a link whose key ends in bits that are nobody's", LINK.replace(K, `${K.slice(0, -1)}9`)],
  ["a link with a secret and no admission", `secure-chat://h/#k=${K}&i=${I}`],
  ["a link with an admission and no secret", `secure-chat://h/#k=${K}&a=${A}`],
  ["a link with an inviter that is none", `${LINK}&p=abc`],
  ["a link of a later generation without a secret", `secure-chat://h/#k=${K}&c=${C}`],
  ["a link whose room has no generation", `${LINK}&c=${K}`],
  [
    "a link that says that the first generation is a later one",
    `${LINK}&c=${toBase64Url(concat(count(32), u32(0)))}`,
  ],
  ["a link with half a head", `${LINK}&d=${K}`],
  ["a link with a head beyond all numbers", `${LINK}&d=${toBase64Url(new Uint8Array(208).fill(255))}`],
  ["a link with two keys", `${LINK}&k=${K}`],
  ["a link with a part without a name", `${LINK}&=abc`],
  ["a link with an empty part", `${LINK}&`],
  ["a link without an address", `secure-chat:///#k=${K}`],
  ["a link with a path", `secure-chat://h/path/#k=${K}`],
  ["a link with a user", `secure-chat://me@h/#k=${K}`],
  ["eleven words", `h ${WORDS.replace(" twelve", "")}`],
  ["thirteen words", `h ${WORDS} thirteen`],
  ["words without an address", WORDS.replace("one", "one!")],
  ["another scheme", "https://h/#k=x"],
]

for (const [what, text] of refused) {
  test(`refused: ${what}`, () => {
    expect(() => parseInvitation(text)).toThrow(
      expect.objectContaining({ name: "ProtocolError", code: "bad-address" }),
    )
  })
}

for (const [text, host, port] of [
  ["a", "a", DEFAULT_PORT],
  ["a.b-c_d:1", "a.b-c_d", 1],
  ["127.0.0.1:65535", "127.0.0.1", 65_535],
  ["[::1]", "::1", DEFAULT_PORT],
  ["[::1]:80", "::1", 80],
  ["[::ffff:10.0.0.1]:80", "::ffff:10.0.0.1", 80],
] as const) {
  test(`address: ${text}`, () => {
    expect(parseHostPort(text)).toEqual({ host, port })
    expect(parseHostPort(printHostPort({ host, port }))).toEqual({ host, port })
  })
}

for (const text of [
  "",
  ":80",
  "a:",
  "a:0",
  "a:65536",
  "a:123456",
  "a:-1",
  "a:1e3",
  "a:٣",
  "::1",
  "[::1",
  "[g::]",
  "a b",
  "-a",
  ".a",
  "a/b",
  "a#b",
  "ä",
  "a".repeat(254),
]) {
  test(`no address: "${text.slice(0, 20)}"`, () => {
    expect(() => parseHostPort(text)).toThrow(expect.objectContaining({ code: "bad-address" }))
  })
}

test("property: what is printed is what is parsed", () => {
  const secret = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })
  const host = fc.oneof(
    fc.stringMatching(/^[a-z0-9][a-z0-9._-]{0,20}$/),
    fc.constantFrom("::1", "fe80::aa:1"),
  )
  const some = fc.record({ host, port: fc.integer({ min: 1, max: 65_535 }), pin: secret(32) })
  fc.assert(
    fc.property(some, fc.option(fc.tuple(secret(16), secret(32))), (base, secrets) => {
      const made: Link = { kind: "link", ...base, admission: secrets?.[0], roomSecret: secrets?.[1] }
      expect(parseInvitation(printLink(made))).toEqual(made)
    }),
  )
})

test("property: whatever is typed is an invitation or said to be none", () => {
  const typed = fc.oneof(
    fc.string({ unit: "binary", maxLength: 200 }),
    fc
      .tuple(fc.nat(LINK.length), fc.string({ maxLength: 3 }))
      .map(([at, noise]) => LINK.slice(0, at) + noise + LINK.slice(at + 1)),
  )
  fc.assert(
    fc.property(typed, (text) => {
      try {
        expect(["link", "words", "address"]).toContain(parseInvitation(text).kind)
      } catch (cause) {
        expect(cause).toMatchObject({ code: "bad-address" })
      }
    }),
  )
})

test("an address that was filled in before a whole invitation was pasted is passed over", () => {
  expect(parseInvitation(`10.9.9.9:1 ${LINK}`)).toEqual(parseInvitation(LINK))
  const spoken = `10.0.0.1:7000 ${WORDS}`
  expect(parseInvitation(`10.9.9.9:1 ${spoken}`)).toEqual(parseInvitation(spoken))
})

const sentences: readonly (readonly [string, RegExp])[] = [
  ["", /one line/],
  ["x".repeat(2_000), /one line/],
  ["hello world", /12 words after the address, this one has 1/],
  [`10.0.0.1:7000 ${WORDS} more`, /this one has 13/],
  ["10.0.0.1:70000", /ports are 1 to 65535/],
  ["http://example", /HOST or HOST:PORT/],
  ["secure-chat://10.0.0.1:7667/", /from # on/],
  ["secure-chat://10.0.0.1:7667/#k=AAAA", /k= is damaged/],
  ["secure-chat://10.0.0.1:7667/#a=AAAA", /k=/],
  [LINK.replace(/&i=.*/, ""), /a= or i=/],
  [LINK.slice(0, -1), /i= is damaged/],
]

for (const [typed, why] of sentences) {
  test(`"${typed.slice(0, 40)}" is refused with a sentence that says where to look`, () => {
    expect(() => parseInvitation(typed)).toThrow(why)
  })
}

test("twelve letters of a relay's key, of its first sixty bits alone", () => {
  const pin = fromHex("ff000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e")
  expect(relayLetters(pin)).toBe("74aa caqd aqcq")
  expect(relayLetters(pin.map((byte, at) => (at < 8 ? byte : 0)))).toBe("74aa caqd aqcq")
  expect(relayLetters(pin.map((byte, at) => (at === 7 ? byte ^ 0x10 : byte)))).not.toBe("74aa caqd aqcq")
})
