import { isAbsolute, join, resolve } from "node:path"
import { expect, test } from "vitest"
import { readConfig } from "../../src/cli/config.ts"
import { CliError } from "../../src/cli/errors.ts"

const usage = (about: string): unknown =>
  expect.objectContaining({
    constructor: CliError,
    code: "usage",
    message: expect.stringContaining(about) as unknown,
  })

test("flags come before the environment, and that before what is usual", () => {
  const env = { SECURE_CHAT_DATA: "/env", SECURE_CHAT_ASCII: "1", SECURE_CHAT_PASSPHRASE_FD: "5" }
  const none = readConfig({}, {})
  expect(isAbsolute(none.profileDir)).toBe(true)
  expect(none.profileDir.endsWith(join("secure-chat", "default"))).toBe(true)
  expect(none).toMatchObject({
    json: false,
    ascii: false,
    plain: false,
    color: true,
    passphraseFd: undefined,
  })
  expect(readConfig({ profile: "work" }, {}).profileDir).toBe(join(none.profileDir, "..", "work"))
  expect(readConfig({}, env)).toMatchObject({ profileDir: resolve("/env"), ascii: true, passphraseFd: 5 })
  expect(readConfig({ data: "/flag", passphraseFd: "3" }, env)).toMatchObject({
    profileDir: resolve("/flag"),
    passphraseFd: 3,
  })
})

test("a relay's folder is the one that was given, else it lies beside the profile", () => {
  expect(readConfig({ data: "/box" }, {}).relayDir).toBe(resolve("/box"))
  expect(readConfig({}, { SECURE_CHAT_DATA: "/me" }).relayDir).toBe(resolve("/me/relay"))
})

test.each([
  ["1", true],
  ["yes", true],
  ["0", false],
  ["no", false],
  ["false", false],
  ["", false],
])("NO_COLOR=%j", (value, isSet) => {
  expect(readConfig({}, { NO_COLOR: value }).color).toBe(!isSet)
  expect(readConfig({}, { SECURE_CHAT_PLAIN: value }).plain).toBe(isSet)
})

test.each<[Record<string, string>, boolean]>([
  [{ FORCE_COLOR: "1", NO_COLOR: "1" }, true],
  [{ FORCE_COLOR: "0" }, false],
  [{ FORCE_COLOR: "", NO_COLOR: "1" }, false],
])("%j: colours are %s", (env, color) => {
  expect(readConfig({}, env).color).toBe(color)
  expect(readConfig({ color: false }, env).color).toBe(false)
})

test("a theme is one of those that there are", () => {
  expect(readConfig({ theme: "mono" }, {}).theme).toBe("mono")
  expect(readConfig({}, {}).theme).toBeUndefined()
})

test.each([
  [{ theme: "pink" }, {}, "--theme: one of auto, dark"],
  [{ passphraseFd: "three" }, {}, "--passphrase-fd"],
  [{ profile: "../up" }, {}, "--profile"],
  [{ profile: "" }, {}, "--profile"],
  [{ data: "" }, {}, "--data"],
  [{ data: "a\0b" }, {}, "--data"],
  [{}, { SECURE_CHAT_PROFILE: "a/b" }, "SECURE_CHAT_PROFILE"],
  [{}, { SECURE_CHAT_PASSPHRASE_FD: "-1" }, "SECURE_CHAT_PASSPHRASE_FD"],
])("refused by name: %j %j", (flags, env, name) => {
  expect(() => readConfig(flags, env)).toThrow(usage(name))
})

test("it is frozen", () => {
  expect(Object.isFrozen(readConfig({}, {}))).toBe(true)
})
