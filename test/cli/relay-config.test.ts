/** The administrator's file: what is wrong is said with the field's name, and only what was asked for is changed. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, expect, test } from "vitest"
import { keepLimit, limitsOf, parseHost, parseLimit, readRelayFile } from "../../src/cli/relay-config.ts"
import { DEFAULT_LIMITS } from "../../src/relay/config.ts"

const dir = mkdtempSync(join(tmpdir(), "relay-config-"))
afterAll(() => rmSync(dir, { recursive: true, force: true }))
const path = join(dir, "relay.json")
const reading = (text: string) => {
  writeFileSync(path, text)
  return readRelayFile(path, false)
}

test("no file, and an empty one, mean the usual", () => {
  const none = readRelayFile(join(dir, "none.json"), false)
  expect(limitsOf(none)).toEqual(DEFAULT_LIMITS)
  expect(limitsOf(reading("{}"))).toEqual(DEFAULT_LIMITS)
  expect(() => readRelayFile(join(dir, "none.json"), true)).toThrow("none.json")
})

test("what it says counts", () => {
  const file = reading(
    '{"name":"8B","port":0,"discovery":false,"limits":{"people":40,"loopbackExempt":false},"metrics":{"port":9667}}',
  )
  expect(file).toMatchObject({
    name: "8B",
    port: 0,
    discovery: false,
    metrics: { host: "127.0.0.1", port: 9_667 },
  })
  expect(limitsOf(file)).toEqual({ ...DEFAULT_LIMITS, people: 40, loopbackExempt: false })
})

test.each([
  ['{"limits":{"people":0}}', "limits.people must be a whole number from 1 to 1000000"],
  ['{"limits":{"people":1.5}}', "limits.people must be a whole number"],
  ['{"limits":{"people":"9"}}', "limits.people must be a whole number"],
  ['{"limits":{"pepole":9}}', "limits.pepole is no setting that there is"],
  ['{"limit":{}}', "limit is no setting that there is"],
  ['{"port":70000}', "port must be 0 to 65535"],
  ['{"name":""}', "name must not be empty"],
  ['{"name":5}', "name must be text in quotation marks"],
  ['{"metrics":{}}', "metrics.port is missing"],
  ['{"metrics":true}', "metrics must be an object in braces"],
  ['{"limits":[]}', "limits must be an object in braces"],
  ['{"operators":[7]}', "operators.0 must be an object in braces"],
  ['{"advertise":"a b c"}', "advertise must be a name or an address"],
  ['{"advertise":"http://x/y"}', "advertise must be a name or an address"],
  ['{"advertise":"10.0.0.1:7667"}', "advertise must be a name or an address"],
  ['{"advertise":"fe80::1%eth0"}', "advertise must be a name or an address"],
  ["null", "the file must be an object in braces"],
  ['{"discovery":1}', "discovery must be true or false"],
  ["[]", "the file"],
  ["{", "relay.json"],
  ["\u00ff\u00fe", "relay.json"],
])("%s: %s", (text, sentence) => {
  expect(() => reading(text)).toThrow(expect.objectContaining({ code: "bad-config" }))
  expect(() => reading(text)).toThrow(sentence)
})

test.each(["chat.school.lan", "192.168.1.10", "fd00::1"])("an invitation can name %s", (advertise) => {
  expect(reading(JSON.stringify({ advertise })).advertise).toBe(advertise)
  expect(parseHost(advertise)).toBe(advertise)
})

test.each(["", "a b c", "x:99", "http://x/y", "[::1]", "-x"])("an invitation cannot name %j", (advertise) => {
  expect(() => parseHost(advertise)).toThrow(expect.objectContaining({ code: "usage" }))
})

test("a limit is noted down and taken out, and all else stays", () => {
  writeFileSync(path, '{"name":"8B","limits":{"people":40}}')
  keepLimit(path, "lettersPerHour", 99)
  expect(JSON.parse(readFileSync(path, "utf8"))).toEqual({
    name: "8B",
    limits: { people: 40, lettersPerHour: 99 },
  })
  keepLimit(path, "people", undefined)
  expect(JSON.parse(readFileSync(path, "utf8"))).toEqual({ name: "8B", limits: { lettersPerHour: 99 } })
  writeFileSync(path, '{"nonsense":1}')
  expect(() => keepLimit(path, "people", 4)).toThrow("nonsense")
})

test.each([
  ["people", "400", 400],
  ["retentionMs", "7d", 604_800_000],
  ["retentionMs", "3600000", 3_600_000],
  ["accountBytes", "64MiB", 67_108_864],
] as const)("%s takes %s", (name, typed, value) => {
  expect(parseLimit(name, typed)).toBe(value)
})

test.each([
  ["people", "0"],
  ["people", "4d"],
  ["people", "1e3"],
  ["retentionMs", "1s"],
  ["accountBytes", "9999999GiB"],
  ["accountBytes", ""],
] as const)("%s does not take %j", (name, typed) => {
  expect(() => parseLimit(name, typed)).toThrow(/whole number|duration/)
})
