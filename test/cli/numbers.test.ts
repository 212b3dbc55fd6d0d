import { expect, test } from "vitest"
import { CliError } from "../../src/cli/errors.ts"
import { parseCount, parseDuration, parsePort } from "../../src/cli/numbers.ts"

test.each([
  ["500ms", 500],
  ["10s", 10_000],
  ["1.5s", 1_500],
  ["2m", 120_000],
  ["1h", 3_600_000],
  ["1d", 86_400_000],
  ["7", 7_000],
  ["0", 0],
])("duration %s", (text, ms) => expect(parseDuration(text)).toBe(ms))

test.each(["", "s", "-1s", "10 s", "1e3", "10seconds", "99999999999s", "366d", "NaN", "0x10"])(
  "no duration: %j",
  (text) => expect(() => parseDuration(text)).toThrow(CliError),
)

test.each([
  [parseCount, "1", 1],
  [parseCount, "999999999", 999_999_999],
  [parsePort, "0", 0],
  [parsePort, "65535", 65_535],
])("number %#", (parse, text, value) => expect(parse(text)).toBe(value))

test.each([
  [parseCount, "0"],
  [parseCount, "-1"],
  [parseCount, "1.5"],
  [parseCount, "1000000000"],
  [parsePort, "65536"],
  [parsePort, "-1"],
  [parsePort, "http"],
])("no number %#", (parse, text) => expect(() => parse(text)).toThrow(CliError))
