/** What a submitted line does in the line mode. */
import { holdsTwelveWords } from "../client/client.ts"
import { SECRET_WORDS } from "./command-parsing.ts"
import type { Command } from "./commands.ts"
import { DIRECTORY_TITLE, directoryLines } from "./directory-page.ts"
import { DOCTOR_TITLE, doctorLines } from "./doctor-page.ts"
import { LOG_TITLE } from "./session-log.ts"
import { planMessage, scheduled } from "./timing.ts"
import { whois } from "./whois.ts"
import { fingerprintLines } from "./fingerprint.ts"
import { invitationLines } from "./invitation.ts"
import { muteRoom } from "./muting.ts"
import { languageAnswer } from "./language-choice.ts"
import { roomFor } from "./performing.ts"
import type { PlainOptions } from "./plain.ts"
import { sayConnection } from "./plain-events.ts"
import { plainHelp } from "./plain-help.ts"
import { keysInLines } from "./plain-keys.ts"
import { runRemark } from "./plain-remarks.ts"
import {
  lineOfSpans,
  listRooms,
  openRoom,
  receipts,
  refuse,
  roomOf,
  runOwn,
  who,
  type Tools,
} from "./plain-rooms.ts"
import { askAct, sayThere } from "./plain-saying.ts"
import { type LeftFor, NO_PASSPHRASE } from "./program-commands.ts"
import { verifyInLines } from "./plain-verify.ts"
import { invitationOf, linkRoom, roleLines } from "./room-acts.ts"
import { safeLine, say } from "./safe-text.ts"
import { SEES_TITLE, seesLines } from "./sees.ts"

export async function runCommand(
  command: Command,
  tools: Tools,
  options: PlainOptions,
): Promise<LeftFor | undefined> {
  const { client, state, print } = tools
  switch (command.kind) {
    case "say":
      if (state.roomId === undefined) {
        refuse(tools, say`Not sent: no room is open. /go NAME opens one.`)
      } else await sayThere(tools, state.roomId, command.text)
      return undefined
    case "msg":
      await sayThere(tools, await roomFor(client, command.to), command.text)
      return undefined
    case "help":
      print(...plainHelp())
      return undefined
    case "cancel":
      state.questions.cancel()
      return undefined
    case "reconnect":
      // Whatever comes of it is news now.
      state.connection = undefined
      if (client.connection().state !== "waiting") sayConnection(tools)
      else {
        print(say`Trying to reach the relay.`)
        client.start()
      }
      return undefined
    case "go":
      if (command.to === undefined) listRooms(tools)
      else await openRoom(await roomFor(client, command.to), tools)
      return undefined
    case "win": {
      const room = client.rooms()[command.number - 1]
      if (room === undefined) refuse(tools, say`There is no room ${command.number}.`)
      else await openRoom(room.id, tools)
      return undefined
    }
    case "unread": {
      const room = client.rooms().find(({ unread, id }) => unread > 0 && id !== state.roomId)
      if (room === undefined) print(say`Nothing new anywhere.`)
      else await openRoom(room.id, tools)
      return undefined
    }
    case "close":
      if (state.roomBefore !== undefined) await openRoom(state.roomBefore, tools)
      else refuse(tools, say`No room was open before.`)
      return undefined
    case "who":
      who(tools)
      return undefined
    case "receipts":
      receipts(command.back, tools)
      return undefined
    case "alias":
      await client.setAlias(client.findPerson(command.name).id, command.alias)
      return undefined
    case "rename":
      await client.keys.rename(command.name)
      return undefined
    case "verify": {
      const verifyTools = { ...tools, readCode: options.readCode, told: state.told }
      const question = await verifyInLines(command, state.roomId, verifyTools)
      if (question !== undefined) state.questions.ask(question)
      return undefined
    }
    case "keys":
    case "trust":
    case "decide":
    case "later":
    case "block":
    case "unblock":
      await keysInLines(command, { ...tools, readCode: options.readCode, told: state.told })
      return undefined
    case "plan":
      if (state.roomId === undefined) refuse(tools, say`Not planned: no room is open.`)
      else print(await planMessage(client, { ...command, roomId: state.roomId }, options.clock.now()))
      return undefined
    case "scheduled": {
      const answer = await scheduled(client, command.number)
      print(...("said" in answer ? [answer.said] : [answer.title, ...answer.lines.map(lineOfSpans)]))
      return undefined
    }
    case "whois": {
      const { title, lines } = whois(client, { name: command.name, peer: roomOf(tools)?.peer }, tools.symbols)
      print(title, ...lines.map(lineOfSpans))
      return undefined
    }
    case "keys-help":
      print(say`The line mode has no keys but Enter. secure-chat config keys prints those of the screen.`)
      return undefined
    case "doctor": {
      const asked = { canLock: options.canLock === true, now: options.clock.now() }
      print(DOCTOR_TITLE, ...doctorLines(client, asked).map(lineOfSpans))
      return undefined
    }
    case "log":
      print(LOG_TITLE, ...state.log.lines().map(lineOfSpans))
      return undefined
    case "fingerprint":
      print(...fingerprintLines(client, command.name).map(lineOfSpans))
      return undefined
    case "invite":
    case "link":
      print(...invitationLines(await invitationOf(client, options.invitation())).map(lineOfSpans))
      return undefined
    case "moderators":
      print(...roleLines(linkRoom(client).link, tools.symbols))
      return undefined
    case "act":
      await askAct(command.act, command.name, tools)
      return undefined
    case "directory":
      print(DIRECTORY_TITLE, ...directoryLines(client, tools.symbols).map(lineOfSpans))
      return undefined
    case "sees":
      print(SEES_TITLE, ...seesLines(await client.sees()).map(lineOfSpans))
      return undefined
    case "export":
      if (state.roomId === undefined) refuse(tools, say`No room is open.`)
      else
        print(
          say`Saved in ${safeLine(await options.exportRoom(state.roomId, command.path))}. The file is not encrypted.`,
        )
      return undefined
    case "reply":
    case "edit":
    case "delete":
    case "react":
    case "copy":
    case "forward":
    case "open":
      await runRemark(command, tools, options.openLink)
      return undefined
    case "older":
    case "search":
    case "jump":
    case "set":
      await runOwn(command, tools, options.clock)
      return undefined
    case "mute":
      if (command.to === undefined && state.roomId === undefined) refuse(tools, say`No room is open.`)
      else print(await muteRoom(client, { ...command, roomId: state.roomId }))
      return undefined
    case "bare":
      print(say`Nothing stands beside the lines here.`)
      return undefined
    case "editor":
      await sendEdited(tools, options)
      return undefined
    case "language":
      print(languageAnswer(command.language, (language) => options.keepLanguage(language)))
      return undefined
    case "redraw":
      if (state.roomId !== undefined) await openRoom(state.roomId, tools)
      return undefined
    case "plain":
      print(say`This is the line mode.`)
      return undefined
    case "lock":
      if (options.canLock === true) return "lock"
      refuse(tools, NO_PASSPHRASE)
      return undefined
    case "quit":
      return "end"
  }
}

/** There is no line to come back to: what was saved is sent, and never run as a command. */
async function sendEdited(tools: Tools, { edit }: PlainOptions): Promise<void> {
  const { state, print } = tools
  if (edit === undefined) return refuse(tools, say`There is no editor here.`)
  if (state.roomId === undefined) return refuse(tools, say`No room is open.`)
  print(say`What you save is sent when you leave the editor; an empty text is not.`)
  const text = await edit("")
  if (text.trim() === "") return print(say`Nothing was sent.`)
  if (holdsTwelveWords(text)) return refuse(tools, SECRET_WORDS)
  await sayThere(tools, state.roomId, text)
}
