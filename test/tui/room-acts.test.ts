/** What a moderator asks for is said first and done when they say so again; an inviter who is not heard is said too. */
import { expect, test } from "vitest"
import {
  Confirmer,
  invitationOf,
  linkRoom,
  prepareAct,
  roleLines,
  type RoomAct,
  sendOrWarn,
} from "../../src/tui/room-acts.ts"
import { UNICODE_SYMBOLS } from "../../src/tui/theme.ts"
import { classroom } from "../support/fake-client.ts"
import { HOSTILE_CORPUS } from "../support/hostile-text.ts"

const EVERYONE = "r_everyone"

test.each<[RoomAct, string, string]>([
  ["remove", "ravi", "remove Ravi"],
  ["promote", "Meera T", "promote Meera T"],
  ["demote", "Asha", "demote Asha"],
  ["reset", "", "reset"],
])("%s asks first and does it when it is asked for again", async (act, name, asked) => {
  const client = await classroom()
  const confirmer = new Confirmer()
  const first = await confirmer.ask(client, act, name)
  expect(first.tone).toBe("warning")
  expect(first.text).toMatch(/^Not done yet; the same line again does it\. .+/u)
  expect(client.link.asked).toEqual([])
  expect((await confirmer.ask(client, act, name)).tone).toBe("plain")
  expect(client.link.asked).toEqual([asked])
  // A third time is a first time again.
  expect((await confirmer.ask(client, act, name)).tone).toBe("warning")
})

test("what can be taken back as easily is done at once", async () => {
  const client = await classroom()
  const confirmer = new Confirmer()
  await confirmer.ask(client, "unban", "ravi")
  await confirmer.ask(client, "demote", "ravi")
  expect(client.link.asked).toEqual(["let back Ravi", "demote Ravi"])
})

test("another act, or another person, is no answer", async () => {
  const client = await classroom()
  const confirmer = new Confirmer()
  for (const name of ["ravi", "imran", "ravi"])
    expect((await confirmer.ask(client, "remove", name)).tone).toBe("warning")
  expect((await confirmer.ask(client, "promote", "ravi")).tone).toBe("warning")
  expect((await confirmer.ask(client, "remove", "ravi")).tone).toBe("warning")
  expect(client.link.asked).toEqual([])
})

test("whoever is no moderator is told, and nobody unknown is meant", async () => {
  const client = await classroom()
  expect(() => prepareAct(client, "remove", "nobody")).toThrow(
    expect.objectContaining({ code: "unknown-name" }),
  )
  expect(() => prepareAct(client, "remove", "Asha")).toThrow(
    expect.objectContaining({ code: "unknown-name" }),
  )
  client.link.isModerator = false
  for (const act of ["unban", "remove", "reset"] as const)
    await expect(new Confirmer().ask(client, act, "ravi")).rejects.toMatchObject({ code: "not-allowed" })
})

test("moderators and the removed are listed, whatever they are called", async () => {
  const client = await classroom()
  await client.link.remove(EVERYONE, client.findPerson("ravi").id)
  const [moderators, removed] = roleLines(linkRoom(client).link, UNICODE_SYMBOLS)
  expect(moderators).toMatch(/: you$/u)
  expect(removed).toBe("Removed: Ravi ?7f3c2k")
  for (const name of HOSTILE_CORPUS) {
    const person = { id: "u_x", name, tag: "aaaaaa", trust: "unverified" as const }
    const view = { ...linkRoom(client).link, moderators: [person], banned: [person], open: false }
    for (const line of roleLines(view, UNICODE_SYMBOLS))
      expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/u)
  }
})

test("a first word waits until the inviter is heard, or the person sends it again", async () => {
  const client = await classroom()
  client.link.inviter = client.findPerson("meera t")
  const warned = new Set<string>()
  const before = client.sent.length
  await expect(sendOrWarn(client, warned, EVERYONE, "hello")).rejects.toThrow(/Meera T.*send it again/u)
  expect(client.sent).toHaveLength(before)
  await sendOrWarn(client, warned, EVERYONE, "hello")
  await sendOrWarn(client, warned, EVERYONE, "and more")
  expect(client.sent.slice(before).map(({ text }) => text)).toEqual(["hello", "and more"])
})

test("the invitation is one's own; the twelve words go with the first link only", async () => {
  const client = await classroom()
  const hosted = { link: "secure-chat://here/#k=x", words: "HOST:1 twelve words" }
  const own = await client.link.invitation()
  expect(await invitationOf(client, hosted)).toEqual({ link: own, words: hosted.words })
  expect(await invitationOf(client, undefined)).toEqual({ link: own, words: undefined })
  await client.link.reset()
  expect(await invitationOf(client, hosted)).toEqual({ link: own, words: undefined })
  client.link.view = () => undefined
  expect(await invitationOf(client, hosted)).toEqual(hosted)
})
