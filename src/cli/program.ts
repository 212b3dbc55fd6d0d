/** The command line: names, options and help. What a command does is in `commands/`; tests build this with their own `Io`. */
import { Command, Option } from "commander"
import manifest from "../../package.json" with { type: "json" }
import { type AliasOptions, setAlias } from "./commands/alias.ts"
import { backup, type BackupOptions } from "./commands/backup.ts"
import { demonstrate } from "./commands/chat.ts"
import { offline, run, timeout, withOptions, wordsFd } from "./adapting.ts"
import {
  acceptDirectory,
  checkDirectory,
  proveInDirectory,
  showDirectory,
  showEvidence,
  showHeads,
  verifyDirectory,
} from "./commands/directory.ts"
import { join, type JoinOptions } from "./commands/join.ts"
import { checkCursor, checkType, listen, type ListenOptions } from "./commands/listen.ts"
import {
  type ExportOptions,
  exportRoom,
  type HistoryOptions,
  listPeople,
  listRooms,
  type ReadOptions,
  showHistory,
  showId,
} from "./commands/read.ts"
import { deleteMessage, editMessage, reactTo, type RemarkOptions } from "./commands/remark.ts"
import { showReceipts } from "./commands/receipts.ts"
import { rename, type RenameOptions } from "./commands/rename.ts"
import { restore, type RestoreOptions } from "./commands/restore.ts"
import { type ActOptions, actOnRoom, showLink, showModerators } from "./commands/room.ts"
import { salvageProfile, type SalvageOptions } from "./commands/salvage.ts"
import { sees } from "./commands/sees.ts"
import { send, type SendOptions } from "./commands/send.ts"
import { verify, type VerifyOptions } from "./commands/verify.ts"
import { showCode } from "./commands/verify-live.ts"
import { showVersion } from "./commands/version.ts"
import type { RoomAct } from "../tui/room-acts.ts"
import { addChat } from "./program-chat.ts"
import { addKeys, addOwnKeys } from "./program-keys.ts"
import { addRelay } from "./program-relay.ts"
import { addDoctor, addSettings } from "./program-settings.ts"
import { answerQrFile, READ_QR } from "./qr-file.ts"
import type { Io } from "./io.ts"
import { parseCount, parseDuration } from "./numbers.ts"

/** Parses and runs with `parseAsync(args, { from: "user" })`; throws `CommanderError` where commander would exit. */
export function buildProgram(io: Io): Command {
  const program = withOptions(
    new Command("secure-chat")
      .description("End-to-end encrypted messages for one local network.")
      .version(manifest.version, "-V, --version", "print the version"),
  ).showHelpAfterError(false)
  addTalking(program, io)
  addNaming(program, io)
  addReading(program, io)
  addDirectory(program, io)
  addRoom(program, io)
  addKeeping(program, io)
  addSalvage(program, io)
  addSettings(program, io)
  addDoctor(program, io)
  addRelay(program, io)
  program
    .command("demo")
    .description("show what it is for: a relay and three people, each a process of its own")
    .action(run(io, ({ io: own }) => demonstrate(own)))
  program
    .command("version")
    .description("print the version")
    .action(run(io, async (invocation) => showVersion(invocation)))
  program.command(`${READ_QR} <file>`, { hidden: true }).action((file: string) => answerQrFile(file, io))
  return addChat(program, io)
}

function addTalking(program: Command, io: Io): void {
  program
    .command("join <invitation...>")
    .description("join a relay: its link, or HOST:PORT and twelve words, or the file that holds them")
    .option("--name <name>", "how others see you")
    .option("--replace", "the name is yours and its key is lost: the operator gave you twelve words", false)
    .addOption(wordsFd("read the operator's words from this file descriptor"))
    .addOption(timeout("15s"))
    .action(run(io, (invocation, options: JoinOptions, typed: string[]) => join(invocation, typed, options)))
  program
    .command("send <to> [text...]")
    .description("send a message to a person or to #everyone; without text, or with -, from stdin")
    .addOption(
      new Option("--wait <state>", "how far it must get; in a room, with everybody")
        .choices(["relay", "delivered", "read"])
        .default("relay"),
    )
    .addOption(timeout("10s"))
    .option("--require-verified", "only to people you have verified", false)
    .option("--without-inviter", "although whoever invited you has not been heard there", false)
    .option("--reply-to <message-id>", "the message that it answers")
    .action(
      run(io, (invocation, options: SendOptions, to: string, text: string[]) =>
        send(invocation, to, text, options),
      ),
    )
  addRemarks(program, io)
  program
    .command("listen")
    .description("print what happens, from where the last listen ended")
    .option("--max <n>", "end after so many messages (with --type: events)", parseCount)
    .addOption(new Option("--timeout <time>", "end after this time").argParser(parseDuration))
    .option(
      "--type <type>",
      "only events of this type; may be repeated",
      (type, all: string[]) => [...all, checkType(type)],
      [],
    )
    .option("--since <cursor>", "from this cursor on", checkCursor)
    .action(run(io, (invocation, options: ListenOptions) => listen(invocation, options)))
  program
    .command("verify [name]")
    .description("compare keys with a person, or with everybody in a room")
    .option("--number", "print the number you share")
    .option("--expect <number>", "mark as verified if this is the number")
    .option("--words", "compare seven words with the person, who is at the screen too")
    .option("--qr", "show a code for the person to read")
    .option(
      "--read <file>",
      "read the code of the person's screen: a PNG or JPEG file, or - for its text on stdin",
    )
    .option("--room [room]", "everybody in a room in one round; without a name, #everyone")
    .action(
      run(io, (invocation, options: VerifyOptions, name: string | undefined) =>
        verify(invocation, name, options),
      ),
    )
}

/** Names: one's own, for everybody, and those that only this profile knows. */
function addNaming(program: Command, io: Io): void {
  program
    .command("rename <name>")
    .description("take another name; whoever verified you has verified you still")
    .addOption(timeout("15s"))
    .action(run(io, (invocation, options: RenameOptions, name: string) => rename(invocation, name, options)))
  program
    .command("alias <name> [alias]")
    .description("show a person under a name of your own; nobody else learns it")
    .option("--remove", "show them by their own name again", false)
    .action(
      run(io, (invocation, options: AliasOptions, name: string, alias: string | undefined) =>
        setAlias(invocation, name, alias, options),
      ),
    )
}

function addReading(program: Command, io: Io): void {
  const group = (name: string, description: string) => program.command(name).description(description)
  const own = group("id", "who you are")
  own
    .command("show")
    .description("print your name, id, key and relay")
    .action(run(io, (invocation) => showId(invocation)))
  own
    .command("qr <name>")
    .description("show a code with which that person verifies you (verify NAME --qr)")
    .action(run(io, (invocation, _options: object, name: string) => showCode(invocation, name)))
  group("people", "who is here")
    .command("list")
    .description("print everybody in the relay's directory")
    .addOption(offline())
    .action(run(io, (invocation, options: ReadOptions) => listPeople(invocation, options)))
  addOwnKeys(own, io)
  addKeys(program, io)
  group("rooms", "where you talk")
    .command("list")
    .description("print your rooms")
    .addOption(offline())
    .action(run(io, (invocation, options: ReadOptions) => listRooms(invocation, options)))
  program
    .command("history <to>")
    .description("print the newest messages with a person, or of #everyone")
    .option("--limit <n>", "how many lines", parseCount, 50)
    .addOption(offline())
    .action(
      run(io, (invocation, options: HistoryOptions, to: string) => showHistory(invocation, to, options)),
    )
  program
    .command("receipts <to> [message-id]")
    .description("print who has a message of yours; without an id, your newest one there")
    .addOption(offline())
    .action(
      run(io, (invocation, options: ReadOptions, to: string, id: string | undefined) =>
        showReceipts(invocation, to, id, options),
      ),
    )
  program
    .command("sees")
    .description("print what the relay holds about you now, next to what it must hold")
    .action(run(io, (invocation) => sees(invocation)))
  program
    .command("export <to>")
    .description("write a whole conversation as text or JSON, unencrypted")
    .addOption(new Option("--format <format>", "of the file").choices(["txt", "json"]).default("txt"))
    .option("--out <path>", "a new file; without it, stdout")
    .addOption(offline())
    .action(run(io, (invocation, options: ExportOptions, to: string) => exportRoom(invocation, to, options)))
}

function addRemarks(program: Command, io: Io): void {
  program
    .command("edit <to> <message-id> [text...]")
    .description("give a message of yours new words; without text, or with -, from stdin")
    .addOption(timeout("10s"))
    .action(
      run(io, (invocation, options: RemarkOptions, to: string, id: string, text: string[]) =>
        editMessage(invocation, to, id, text, options),
      ),
    )
  program
    .command("delete <to> <message-id>")
    .description("take back a message of yours; whoever has read it may have kept it")
    .addOption(timeout("10s"))
    .action(
      run(io, (invocation, options: RemarkOptions, to: string, id: string) =>
        deleteMessage(invocation, to, id, options),
      ),
    )
  program
    .command("react <to> <message-id> <reaction>")
    .description("put an emoji or a :word: to a message")
    .option("--off", "take it away", false)
    .addOption(timeout("10s"))
    .action(
      run(
        io,
        (invocation, options: RemarkOptions & { off: boolean }, to: string, id: string, reaction: string) =>
          reactTo(invocation, to, id, reaction, options),
      ),
    )
}

function addDirectory(program: Command, io: Io): void {
  const directory = program
    .command("directory")
    .description("the relay's list of people, and whether it is the same for everybody")
    .addOption(offline())
    .action(run(io, (invocation, options: ReadOptions) => showDirectory(invocation, options)))
  directory
    .command("verify")
    .description("compute everything again and say what is wrong")
    .addOption(offline())
    .action(run(io, (invocation, options: ReadOptions) => verifyDirectory(invocation, options)))
  directory
    .command("prove <name>")
    .description("print a proof that the relay has this person's keys in its list")
    .addOption(offline())
    .action(
      run(io, (invocation, options: ReadOptions, name: string) =>
        proveInDirectory(invocation, name, options),
      ),
    )
  directory
    .command("check <file>")
    .description("check such a proof; needs neither relay nor profile")
    .action(run(io, async (invocation, _options: object, file: string) => checkDirectory(invocation, file)))
  directory
    .command("heads")
    .description("print who has seen which state of the list")
    .action(run(io, (invocation) => showHeads(invocation)))
  directory
    .command("evidence")
    .description("print what the last alarm rests on")
    .action(run(io, (invocation) => showEvidence(invocation)))
  directory
    .command("accept")
    .description("go on with this relay in spite of an alarm; the keys you know stay")
    .action(run(io, (invocation) => acceptDirectory(invocation)))
}

function addRoom(program: Command, io: Io): void {
  const yes = () => new Option("--yes", "do not ask first").default(false)
  const room = program.command("room").description("who may be in #everyone, and who decides")
  const acts: readonly [RoomAct, name: string, description: string][] = [
    ["remove", "remove", "take a person out of the room for good, and replace its link"],
    ["remove", "ban", "the same, for a person who is not in the room too"],
    ["unban", "unban", "let a removed person come in again, by a new invitation"],
    ["promote", "promote", "make a person a moderator"],
    ["demote", "demote", "make a moderator a member like others"],
  ]
  for (const [act, name, description] of acts) {
    room
      .command(`${name} <person>`)
      .description(description)
      .addOption(yes())
      .addOption(timeout("15s"))
      .action(
        run(io, (invocation, options: ActOptions, person: string) =>
          actOnRoom(invocation, act, person, options),
        ),
      )
  }
  room
    .command("moderators")
    .description("print who decides, and who was removed")
    .addOption(new Option("--offline", "ask no relay first").default(false))
    .action(run(io, (invocation, options: ReadOptions) => showModerators(invocation, options)))
  const link = program.command("link").description("the invitation to the room")
  link
    .command("show")
    .description("print an invitation from you")
    .addOption(new Option("--offline", "ask no relay first").default(false))
    .action(run(io, (invocation, options: ReadOptions) => showLink(invocation, options)))
  link
    .command("reset")
    .description("replace the link: invitations of before lead nobody in any more")
    .addOption(yes())
    .addOption(timeout("15s"))
    .action(run(io, (invocation, options: ActOptions) => actOnRoom(invocation, "reset", "", options)))
  program
    .command("invite")
    .description("the same as link show")
    .addOption(new Option("--offline", "ask no relay first").default(false))
    .action(run(io, (invocation, options: ReadOptions) => showLink(invocation, options)))
}

function addKeeping(program: Command, io: Io): void {
  program
    .command("backup <file>")
    .description("copy your keys, people and messages into a new file, sealed with twelve words")
    .addOption(wordsFd("write the words to this file descriptor instead of the terminal"))
    .action(run(io, (invocation, options: BackupOptions, file: string) => backup(invocation, file, options)))
  program
    .command("restore <file>")
    .description("go on from a backup, in a new folder (--data); the device it was made on is out")
    .addOption(wordsFd("read the words from this file descriptor instead of the terminal"))
    .addOption(timeout("15s"))
    .action(
      run(io, (invocation, options: RestoreOptions, file: string) => restore(invocation, file, options)),
    )
}

function addSalvage(program: Command, io: Io): void {
  program
    .command("salvage")
    .description("make a new profile of what can be read of a damaged one; the old file is kept")
    .option("--show", "only print the history that can be read", false)
    .action(run(io, (invocation, options: SalvageOptions) => salvageProfile(invocation, options)))
}
