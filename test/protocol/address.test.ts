import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { parseHostPort, parseInvitation, printHostPort, printLink } from "../../src/protocol/address.ts"
import { ProtocolError } from "../../src/protocol/errors.ts"

const pin = new Uint8Array(32).fill(1)
const admission = new Uint8Array(16).fill(2)
const roomSecret = new Uint8Array(32).fill(3)
const link = printLink({ host: "192.168.1.5", port: 7667, pin, admission, roomSecret })
const WORDS = "legal winner thank year wave sausage worth useful legal winner thank yellow"

test("a link says what it was made of", () => {
  const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })
  fc.assert(
    fc.property(
      bytes(32),
      bytes(16),
      bytes(32),
      fc.integer({ min: 1, max: 65_535 }),
      fc.boolean(),
      (k, a, i, port, isOpen) => {
        const made = {
          host: "fe80::1",
          port,
          pin: k,
          admission: isOpen ? undefined : a,
          roomSecret: isOpen ? undefined : i,
        }
        expect(parseInvitation(printLink(made))).toEqual({ kind: "link", ...made })
      },
    ),
  )
})

test("an address and twelve words, however they are typed", () => {
  const expected = { kind: "words", host: "10.0.0.1", port: 7000, words: WORDS.split(" ") }
  expect(parseInvitation(`10.0.0.1:7000 ${WORDS}`)).toEqual(expected)
  expect(parseInvitation(`  10.0.0.1:7000\n ${WORDS.toUpperCase().replaceAll(" ", "\n\t")} `)).toEqual(
    expected,
  )
})

test("an address alone fills in the field, and a port that is not said is the usual one", () => {
  expect(parseInvitation("school.local")).toEqual({ kind: "address", host: "school.local", port: 7667 })
  expect(parseInvitation("[::1]:9")).toEqual({ kind: "address", host: "::1", port: 9 })
})

test("an address that was filled in before a whole invitation was pasted is passed over", () => {
  expect(parseInvitation(`10.9.9.9:1 ${link}`)).toEqual(parseInvitation(link))
  expect(parseInvitation(`10.9.9.9:1 10.0.0.1:7000 ${WORDS}`)).toEqual(
    parseInvitation(`10.0.0.1:7000 ${WORDS}`),
  )
})

describe("what is no invitation is refused, with a sentence that says where to look", () => {
  const cases: [string, RegExp][] = [
    ["", /one line/],
    ["x".repeat(2_000), /one line/],
    ["hello world", /12 words after the address, this one has 1/],
    [`10.0.0.1:7000 ${WORDS} more`, /this one has 13/],
    ["10.0.0.1:70000", /ports are 1 to 65535/],
    ["10.0.0.1:0", /ports are 1 to 65535/],
    ["http://example", /HOST or HOST:PORT/],
    ["-bad-", /HOST or HOST:PORT/],
    ["secure-chat://10.0.0.1:7667/", /from # on/],
    ["secure-chat://10.0.0.1:7667/#k=AAAA", /k= is damaged/],
    ["secure-chat://10.0.0.1:7667/#a=AAAA", /k=/],
    [link.replace(/&i=.*/, ""), /a= or i=/],
    [`${link}&k=twice`, /damaged/],
    [link.slice(0, -1), /i= is damaged/],
    [`${link}=`, /i= is damaged/],
  ]
  test.each(cases)("%s", (typed, why) => {
    const parse = () => parseInvitation(typed)
    expect(parse).toThrow(ProtocolError)
    expect(parse).toThrow(why)
  })
})

test("property: any text is an invitation or a ProtocolError", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.string().map((text) => `secure-chat://h:1/#${text}`),
      ),
      (typed) => {
        try {
          parseInvitation(typed)
        } catch (cause) {
          expect(cause).toBeInstanceOf(ProtocolError)
        }
      },
    ),
  )
})

test("what is printed can be read", () => {
  for (const address of [
    { host: "::1", port: 1 },
    { host: "pi.school", port: 65_535 },
  ]) {
    expect(parseHostPort(printHostPort(address))).toEqual(address)
  }
})
