import { expect, test } from "vitest"
import { parseLine } from "../../src/tui/command-parsing.ts"
import { COMMANDS, type Command } from "../../src/tui/commands.ts"
import { nextCompletion, startCompletion } from "../../src/tui/completion.ts"
import { helpParts } from "../../src/tui/help.ts"
import { DEFAULT_KEYS } from "../../src/tui/key-map.ts"
import { UNICODE_SYMBOLS } from "../../src/tui/theme.ts"
import { EMPTY_COMPOSER, setDraft } from "../../src/tui/composer-state.ts"

const NAMES = ["Asha", "Meera", "Meera T", "Ravi"]

test.each<[string, Command]>([
  ["hello", { kind: "say", text: "hello" }],
  ["//etc/hosts", { kind: "say", text: "/etc/hosts" }],
  ["a /quit in the middle", { kind: "say", text: "a /quit in the middle" }],
  ["line\n/quit", { kind: "say", text: "line\n/quit" }],
  ["/msg ravi hello there", { kind: "msg", to: "ravi", text: "hello there" }],
  ['/msg "Meera T" see you', { kind: "msg", to: "Meera T", text: "see you" }],
  ["/msg Meera Tomorrow", { kind: "msg", to: "Meera", text: "Tomorrow" }],
  ['/msg "Meera T" see\nyou', { kind: "msg", to: "Meera T", text: "see\nyou" }],
  ["@ravi psst", { kind: "msg", to: "ravi", text: "psst" }],
  ['@"meera t" psst', { kind: "msg", to: "meera t", text: "psst" }],
  ["@nobody-known psst", { kind: "msg", to: "nobody-known", text: "psst" }],
  ["@@ravi is not here", { kind: "say", text: "@ravi is not here" }],
  ["##everyone is a room", { kind: "say", text: "#everyone is a room" }],
  ["## a heading", { kind: "say", text: "## a heading" }],
  ["# a heading", { kind: "say", text: "# a heading" }],
  ["@ home", { kind: "say", text: "@ home" }],
  ["see @ravi", { kind: "say", text: "see @ravi" }],
  ["/m ravi psst", { kind: "msg", to: "ravi", text: "psst" }],
  ["/J #everyone", { kind: "go", to: "#everyone" }],
  ["/join Meera T", { kind: "go", to: "Meera T" }],
  ["/w", { kind: "who" }],
  ["/q", { kind: "quit" }],
  ["/nick Asha K", { kind: "rename", name: "Asha K" }],
  ["/kick ravi", { kind: "act", act: "remove", name: "ravi" }],
  ["/roles", { kind: "moderators" }],
  ["/all good\nmorning", { kind: "msg", to: "#everyone", text: "good\nmorning" }],
  ["/me waves", { kind: "say", text: "/me waves" }],
  ["//me waves", { kind: "say", text: "/me waves" }],
  ["/msg ravi?7f3c2k hello", { kind: "msg", to: "ravi?7f3c2k", text: "hello" }],
  ["/msg Meera T ?7f3c2k hello", { kind: "msg", to: "Meera T ?7f3c2k", text: "hello" }],
  ["@meera?7f3c2k psst", { kind: "msg", to: "meera?7f3c2k", text: "psst" }],
  ["/verify @ravi?7f3c2k", { kind: "verify", name: "ravi?7f3c2k", how: undefined }],
  ["/alias Ravi Mr. Kumar", { kind: "alias", name: "Ravi", alias: "Mr. Kumar" }],
  ['/alias "Meera T" "my friend"', { kind: "alias", name: "Meera T", alias: "my friend" }],
  ["/alias Ravi?7f3c2k Mr. Kumar", { kind: "alias", name: "Ravi?7f3c2k", alias: "Mr. Kumar" }],
  ["/alias Ravi", { kind: "alias", name: "Ravi", alias: undefined }],
  ["#everyone good morning", { kind: "msg", to: "#everyone", text: "good morning" }],
  ["/help", { kind: "help" }],
  ["/HELP", { kind: "help" }],
  ["/go", { kind: "go", to: undefined }],
  ["/go #everyone", { kind: "go", to: "#everyone" }],
  ["/go Meera T", { kind: "go", to: "Meera T" }],
  ["/who", { kind: "who" }],
  ["/invite", { kind: "invite" }],
  ["/receipts", { kind: "receipts", back: 1 }],
  ["/receipts 12", { kind: "receipts", back: 12 }],
  ["/verify", { kind: "verify", name: undefined, how: undefined }],
  ["/verify @ravi", { kind: "verify", name: "ravi", how: undefined }],
  ['/verify "Meera T"', { kind: "verify", name: "Meera T", how: undefined }],
  ["/verify Meera T words", { kind: "verify", name: "Meera T", how: "words" }],
  ["/verify nobody known  Show", { kind: "verify", name: "nobody known", how: "show" }],
  ["/verify @ravi digits", { kind: "verify", name: "ravi", how: "digits" }],
  ["/verify room", { kind: "verify", name: undefined, how: "room" }],
  ["/verify @room", { kind: "verify", name: "room", how: undefined }],
  ["/verify #everyone", { kind: "verify", name: "#everyone", how: "room" }],
  ["/fingerprint Asha", { kind: "fingerprint", name: "Asha" }],
  ["/export", { kind: "export", path: undefined }],
  ["/export my notes.txt", { kind: "export", path: "my notes.txt" }],
  ["/win 3", { kind: "win", number: 3 }],
  ["/unread", { kind: "unread" }],
  ["/close ", { kind: "close" }],
  ["/redraw", { kind: "redraw" }],
  ["/quit", { kind: "quit" }],
])("%j is a command", (line, command) => expect(parseLine(line, NAMES)).toEqual({ kind: "command", command }))

test.each([
  "/nonsense",
  "/alias",
  "/alias Ravi two\nlines",
  "/verifyravi",
  "/ quit",
  "/",
  " /quit",
  "  /msg ravi secret",
  "\n/quit",
  "/msg",
  "/msg ravi",
  "/msg Meera T see you",
  "@meera t psst",
  "@Meera T",
  "/alias Meera T",
  " @ravi secret",
  "\n@ravi secret",
  "  #Everyone secret",
  "/join secure-chat://10.0.0.1:7667/#k=abc",
  "/me",
  "/me  ",
  "/all",
  "/m ravi",
  "/q now",
  "/constructor",
  "/__proto__ x",
  "/msg  ",
  "@ravi",
  "/win",
  "/win x",
  "/win 0",
  "/win -1",
  "/receipts 0",
  "/receipts -1",
  "/receipts ravi",
  "/receipts 12345",
  "/quit now",
  "/who ravi",
  "/invite ravi",
  "/verify bob\nmore",
  "/go a\nb",
])("%j is refused and never becomes a message", (line) => expect(parseLine(line, NAMES).kind).toBe("refused"))

test.each(["", " ", "\n"])("%j is nothing", (line) =>
  expect(parseLine(line, NAMES)).toEqual({ kind: "nothing" }),
)

test("help names every command", () => {
  const help = helpParts(DEFAULT_KEYS, "chat", UNICODE_SYMBOLS)
    .flatMap(({ rows }) => rows.map((row) => row.left))
    .join("\n")
  for (const row of COMMANDS) expect(help).toContain(`/${row.word}`)
})

test.each([
  ["/he", ["/help"]],
  ["/in", ["/invite"]],
  ["/rece", ["/receipts "]],
  ["/w", ["/win ", "/who", "/whois "]],
  ["/verify r", ["/verify Ravi"]],
  ["/whois r", ["/whois Ravi"]],
  ["/qr mee", ["/qr Meera", "/qr Meera T"]],
  ["/kick r", ["/kick Ravi"]],
  ["/mute #", ["/mute #everyone"]],
  ["/unmute as", ["/unmute Asha"]],
  ["/set rec", ["/set receipts "]],
  ["/msg mee", ["/msg Meera ", '/msg "Meera T" ']],
  ["/go #", ["/go #everyone"]],
  ["@ra", ["@Ravi "]],
  ["@mee", ["@Meera ", '@"Meera T" ']],
  ['@"mee', ["@Meera ", '@"Meera T" ']],
  ["@meera t", ['@"Meera T" ']],
  ["see @mee", ["see @Meera ", "see @Meera T "]],
  ["/m mee", ["/m Meera ", '/m "Meera T" ']],
  ["#e", ["#everyone "]],
  ["ra", ["Ravi: "]],
  ["thanks ra", ["thanks Ravi "]],
  ["well done :thumbs", ["well done 👍 ", "well done 👎 "]],
  [":tad", ["🎉 "]],
  ["/theme li", ["/theme light"]],
  ["/language h", ["/language hi"]],
  ["/set no", ["/set notify ", "/set notify-text "]],
  ["/set notify me", ["/set notify mentions"]],
  ["/notify te", ["/notify text on", "/notify text off"]],
])("Tab after %j goes through %j and round", (typed, results) => {
  let step = startCompletion(setDraft(EMPTY_COMPOSER, typed), NAMES, 1)!
  const seen = [step.composer.text as string]
  for (let more = 1; more < results.length; more++) {
    step = nextCompletion(step.composer, step.completion, 1)
    seen.push(step.composer.text)
  }
  expect(seen).toEqual(results)
  expect(nextCompletion(step.composer, step.completion, 1).composer.text).toBe(results[0])
  expect(startCompletion(setDraft(EMPTY_COMPOSER, typed), NAMES, -1)!.composer.text).toBe(results.at(-1))
})

test.each(["", "zz", "/zz", "hello ", ":zzz", "12:30", "/dnd 4"])("Tab after %j does nothing", (typed) => {
  expect(startCompletion(setDraft(EMPTY_COMPOSER, typed), NAMES, 1)).toBeUndefined()
})

test("completing in the middle keeps what stands behind", () => {
  const draft = { ...setDraft(EMPTY_COMPOSER, "ask ra about it"), caret: 6 }
  const done = startCompletion(draft, NAMES, 1)!.composer
  expect([done.text, done.caret]).toEqual(["ask Ravi  about it", 9])
})

const TWELVE = "abandon ability able about above absent absorb abstract absurd abuse access accident"

test.each([
  TWELVE,
  `my words: ${TWELVE}`,
  `@ravi ${TWELVE}`,
  `/msg ravi ${TWELVE}`,
  `/reply 2 ${TWELVE}`,
  `/edit ${TWELVE}`,
  `//${TWELVE}`,
  `1 ${TWELVE.split(" ").join("\n2 ")}`,
])("twelve secret words are not said by mistake: %j", (line) => {
  expect(parseLine(line, NAMES)).toMatchObject({
    kind: "refused",
    why: expect.stringContaining("twelve words of a backup or of an invitation") as unknown,
  })
})

test("/say says them all the same, and a command that says nothing is none of it", () => {
  expect(parseLine(`/say ${TWELVE}`, NAMES)).toEqual({
    kind: "command",
    command: { kind: "say", text: TWELVE },
  })
  expect(parseLine(`/search ${TWELVE}`, NAMES)).toMatchObject({
    kind: "command",
    command: { kind: "search" },
  })
})
