/** Lines for somebody in particular: said above them whom they reach, refused when that is in doubt, never sent elsewhere. */
import { expect, test } from "vitest"
import { ClientError } from "../../src/client/client.ts"
import { systemClock } from "../../src/platform/clock.ts"
import { addressedWords, asTyped } from "../../src/tui/addressing.ts"
import { parseLine } from "../../src/tui/command-parsing.ts"
import { muteRoom } from "../../src/tui/muting.ts"
import { safeBlock } from "../../src/tui/safe-text.ts"
import { spokenText } from "../../src/tui/spoken.ts"
import { UNICODE_SYMBOLS } from "../../src/tui/theme.ts"
import { classroom } from "../support/fake-client.ts"
import { HOSTILE_CORPUS } from "../support/hostile-text.ts"
import { chat, EVERYONE } from "../support/tui-chat.ts"
import { Stage } from "../support/tui-stage.ts"

async function marker(text: string, roomId: string | undefined = EVERYONE): Promise<string | undefined> {
  const client = await classroom()
  const room = roomId === undefined ? undefined : client.room(roomId)
  return addressedWords(text, { people: client.people(), room, symbols: UNICODE_SYMBOLS })
}

test.each([
  ["@ravi could you", "To Ravi ?7f3c2k alone, not to #everyone."],
  ["@ravi?7f3c2k could you", "To Ravi ?7f3c2k alone, not to #everyone."],
  ["@Ravi ?7f3c2k could you", "To Ravi ?7f3c2k alone, not to #everyone."],
  ["/m ravi could you", "To Ravi ?7f3c2k alone, not to #everyone."],
  ["@u_Ravi could you", "To Ravi ?7f3c2k alone, not to #everyone."],
  ["@ravi?aaaaaa could you", "Nobody here is called ravi?aaaaaa: this is not sent."],
  ["@nobody could you", "Nobody here is called nobody: this is not sent. @@ starts"],
  ["#everyone hello", "To everybody in #everyone."],
  ["/all hello", "To everybody in #everyone."],
  ["#group-a hello", "There is no room #group-a: this is not sent."],
])("%j: %s", async (text, words) => expect(await marker(text)).toContain(words))

test.each([
  "",
  "hello @ravi",
  "@ravi",
  "@ra",
  "@@ravi hello",
  "/who",
  "//@ravi x",
  "ravi: hello",
  "/me waves",
])("nothing stands above %j", async (text) => expect(await marker(text)).toBeUndefined())

test("a name that looks like another one's reaches nobody without the tag", async () => {
  const client = await classroom()
  client.addPerson("Sunil", { tag: "bbbbbb" })
  client.addPerson("Suniil", { tag: "aaaaaa", ambiguous: true, looksLike: "Sunil" })
  const above = (text: string) =>
    addressedWords(text, { people: client.people(), room: undefined, symbols: UNICODE_SYMBOLS })
  expect(above("@Suniil hello")).toContain(
    "Several people look like Suniil: this is not sent without the tag",
  )
  expect(above("@Suniil?aaaaaa hello")).toBe("To Suniil ?aaaaaa (looks like Sunil) alone.")
  expect(above("@u_Suniil hello")).toBe("To Suniil ?aaaaaa (looks like Sunil) alone.")
})

test("of the longest name the mark, and that it is for nobody else, stand in the narrowest window too", async () => {
  const it = await chat({ columns: 40, rows: 12 })
  const name = "\u6f22".repeat(32)
  it.client.addPerson(name, { trust: "changed", tag: "cccccc" })
  const frame = it.refresh().type(`@${name} secret`).frame().replaceAll(/\s+/gu, " ")
  expect(frame).toMatch(/To \u6f22+\u2026 ! ?(?:cccccc )?alone, not to #everyone\./u)
})

test("in the chat of the two the room is not named", async () => {
  expect(await marker("@meera t psst", "r_Meera T")).toBe("To Meera T ✓ alone.")
})

test("the marker stands on the screen before anything is sent, and goes with the line", async () => {
  const screen = await chat()
  const sent = screen.client.sent.length
  expect(screen.type("@ravi could you").frame()).toContain("To Ravi ?7f3c2k alone, not to #everyone.")
  expect(screen.client.sent).toHaveLength(sent)
  screen.press("enter")
  expect(screen.taken()).toMatchObject([{ kind: "send-to", to: "ravi", text: "could you" }])
  expect(screen.frame()).not.toContain("To Ravi")
})

test("a name that begins like another one's takes nobody's lines", () => {
  const names = ["Asha", "Asha could", "Asha could you"]
  for (const line of [
    "@Asha could you help",
    "/msg asha COULD you help",
    "@asha could",
    "/alias Asha could",
  ]) {
    const parsed = parseLine(line, names)
    expect(parsed).toMatchObject({ kind: "refused" })
    if (parsed.kind === "refused") expect(parsed.why).toContain('"Asha could"')
  }
  expect(parseLine('@"Asha" could you help', names)).toMatchObject({ command: { to: "Asha" } })
  expect(parseLine("@Asha ?abc234 could you", names)).toMatchObject({ command: { to: "Asha ?abc234" } })
  expect(parseLine("@Asha cannot", names)).toMatchObject({ command: { to: "Asha", text: "cannot" } })
})

test.each([
  "@ravi hi",
  "@@ravi hi",
  "#everyone hi",
  "/etc/hosts",
  "//x",
  "/me waves",
  "/quit",
  "hello",
  "@ home",
  "# title",
])("%j is said as it stands when it is changed", (text) => {
  expect(parseLine(asTyped(safeBlock(text)), ["Ravi"])).toEqual({
    kind: "command",
    command: { kind: "say", text },
  })
})

test.each(["@ravi psst", "/all psst", "/m ravi psst", "/later 2h psst"])(
  "%j that cannot be sent says why, and stands in the line again",
  async (line) => {
    const client = await classroom()
    const sent = client.sent.length
    client.failNextSend = new ClientError("blocked", "this person is blocked")
    client.desk.later.plan = () => Promise.reject(client.failNextSend!)
    const stage = new Stage({ kind: "chat", client }, { columns: 100, rows: 30 }, systemClock)
    await stage.until("#everyone ▸")
    stage.type(`${line}\r`)
    const screen = await stage.until("This person is blocked.")
    expect(screen).toMatch(/Not (?:sent|planned)\./u)
    expect(screen).toContain(`▸ ${line}`)
    expect(client.sent).toHaveLength(sent)
    stage.type("\u0003\u0003\u0003")
    await stage.done
  },
)

test("changing a message that begins with an @ changes it, and sends nobody anything", async () => {
  const screen = await chat()
  await screen.client.send(EVERYONE, "@ravi see the bord")
  screen.refresh().press("up")
  expect(screen.view.composer.text).toBe("@@ravi see the bord")
  expect(screen.frame()).not.toContain("To Ravi")
  screen.taken()
  screen.type("!").press("enter")
  expect(screen.taken()).toMatchObject([
    { kind: "remark", wish: { do: "edit", text: "@ravi see the bord!" } },
  ])
})

test.each([
  ["/attach a.txt", "Not sent: there is no /attach yet. Files are not sent."],
  ["/EXPIRE 1h", "Not sent: there is no /expire yet. /delete takes a message back."],
  ["/leave", "there is no /leave yet. /mute makes #everyone quiet"],
  ["/nonsense x", "Not sent: /nonsense is no command."],
  ["/toString", "Not sent: /toString is no command."],
])("%j is answered and never said", (line, words) => {
  const parsed = parseLine(line, [])
  expect(parsed.kind === "refused" && parsed.why).toContain(words)
})

/** `peers.md` §3.6, word for word: each is a command, or is answered with what comes nearest. */
const SPECIFIED =
  "msg me all reply react edit delete forward attach expire later ack go win unread mentions search saved close who whois nick alias block unblock mute dnd verify fingerprint qr trust keys sees lock wipe room invite join leave topic roles promote demote kick ban announce history quiz poll roll alert handover ask canned export print bundle theme ascii plain mouse notify set keys-help doctor log redraw quit"

test.each(SPECIFIED.split(" "))("/%s is known", (word) => {
  const parsed = parseLine(`/${word}`, [])
  if (parsed.kind === "refused") expect(parsed.why).not.toContain("is no command")
})

test("hostile names and texts of any length are refused or sent whole, and nothing of them reaches the terminal", () => {
  const long = "x".repeat(65_536)
  for (const text of [
    ...HOSTILE_CORPUS,
    long,
    `"${long}`,
    `"${long}"`,
    `${long} ${long}`,
    '"',
    '""',
    '" "',
  ]) {
    for (const start of ["@", "#", "/msg ", "/all ", "/me ", "/mute ", "/attach ", "/nick ", "/kick ", "/"]) {
      const parsed = parseLine(start + text, ["Asha", text.slice(0, 64)])
      if (parsed.kind !== "refused") continue
      expect(parsed.why).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/u)
    }
  }
})

test("what somebody does stands under their own name, and can be no line of ours", async () => {
  const screen = await chat()
  const ravi = screen.client.findPerson("ravi")
  expect(spokenText({ from: ravi, text: "/me waves" })).toBe("* Ravi waves")
  expect(spokenText({ from: ravi, text: "/me\twaves" })).toContain("/me")
  expect(spokenText({ from: ravi, text: "/me " })).toBe("/me ")
  expect(spokenText({ from: ravi, text: "/meow" })).toBe("/meow")
  screen.client.receive(EVERYONE, ravi, "/me x\n— You removed Meera T from the room.\u001b[2J")
  const frame = screen.refresh().frame()
  expect(frame).toMatch(/│ . Ravi x/u)
  expect(frame).toMatch(/│ — You removed Meera T/u)
})

test("rooms are quiet by name, by themselves, and as before afterwards", async () => {
  const client = await classroom()
  const mute = (on: boolean, to?: string, roomId?: string) => muteRoom(client, { on, to, roomId })
  expect(await mute(true)).toContain("Which room?")
  expect(await mute(true, undefined, EVERYONE)).toContain("#everyone is quiet")
  expect(await mute(true, "ravi")).toContain("Ravi ?7f3c2k is quiet")
  expect(client.desk.settings().rooms).toEqual({ r_everyone: "off", r_Ravi: "off" })
  await client.desk.change({ notify: "mentions" })
  expect(await mute(false, "#everyone")).toBe("#everyone notifies you again: mentions.")
  await client.desk.change({ notify: "off" })
  expect(await mute(false, "Ravi")).toBe(
    "Ravi ?7f3c2k is as all rooms are: quiet. /set notify all changes that.",
  )
  expect(client.desk.settings().rooms).toEqual({})
  await expect(mute(true, "nobody")).rejects.toThrow("nobody")
})
