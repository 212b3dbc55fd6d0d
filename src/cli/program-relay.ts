/** The command line of the relay: names, options and help. */
import { Argument, type Command, Option } from "commander"
import { ADMISSION_MODES, type AdmissionMode } from "../relay/door.ts"
import { run } from "./adapting.ts"
import {
  admissionCommand,
  allowCommand,
  type AllowOptions,
  backupCommand,
  bansCommand,
  clientsCommand,
  type ClientsOptions,
  invitationsCommand,
  inviteCommand,
  type InviteOptions,
  metricsCommand,
  personCommand,
  queueCommand,
  revokeCommand,
  setLimitCommand,
  showLimitsCommand,
  statusCommand,
} from "./commands/relay-control.ts"
import { logCommand, type LogOptions, restoreCommand } from "./commands/relay-files.ts"
import { type RelayStartOptions, startRelayCommand, stopRelayCommand } from "./commands/relay.ts"
import type { Io } from "./io.ts"
import { parseCount, parseDuration, parsePort } from "./numbers.ts"
import { addApproval } from "./program-keys.ts"

const DEFAULT_LOG_LINES = 50

export function addRelay(program: Command, io: Io): void {
  const relay = program.command("relay").description("run the box that everybody connects to")
  relay
    .command("start")
    .description("start a relay, and print its invitation")
    .option("--config <file>", "settings; without it, relay.json in the relay's folder")
    .option("--host <address>", "address to listen on; without it, all of this machine's")
    .option("--port <port>", "port to listen on; 0 lets the system choose", parsePort)
    .option("--name <text>", "what the relay calls itself")
    .option("--open", "let everybody on the network join")
    .option("--advertise <host>", "address to put into the invitation")
    .option("--no-discovery", "do not announce the relay on the network")
    .option(
      "--metrics <address>",
      "serve metrics and health at ADDRESS:PORT; without an address, on this machine only",
    )
    .addOption(new Option("--background").hideHelp().default(false))
    .action(run(io, (invocation, options: RelayStartOptions) => startRelayCommand(invocation, options)))
  relay
    .command("stop")
    .description("stop the relay of this folder")
    .action(run(io, (invocation) => stopRelayCommand(invocation)))
  addWatching(relay, io)
  addDoor(relay, io)
  addApproval(relay, io)
  addLimits(relay, io)
  relay
    .command("backup <file>")
    .description("copy the relay's store into a new file while it runs")
    .action(run(io, (invocation, _: object, file: string) => backupCommand(invocation, file)))
  relay
    .command("restore <file>")
    .description("put such a copy in the place of the store of a stopped relay")
    .action(run(io, (invocation, _: object, file: string) => restoreCommand(invocation, file)))
}

/** Some of it operators may ask too who reach the relay by a socket that they share. */
function onSocket(command: Command): Command {
  return command.option(
    "--socket <file>",
    "the operators' socket that the relay's settings name, instead of its folder",
  )
}

function addWatching(relay: Command, io: Io): void {
  onSocket(relay.command("status"))
    .description("print how the relay is, and its limits")
    .action(run(io, (invocation) => statusCommand(invocation)))
  onSocket(relay.command("clients"))
    .description("print who is connected")
    .option("--watch", "and then who comes and goes", false)
    .action(run(io, (invocation, options: ClientsOptions) => clientsCommand(invocation, options)))
  relay
    .command("log")
    .description("print the end of the relay's log")
    .option("--lines <n>", "how many lines", parseCount, DEFAULT_LOG_LINES)
    .option("--follow", "and then what comes", false)
    .action(run(io, (invocation, options: LogOptions) => logCommand(invocation, options)))
  onSocket(relay.command("metrics"))
    .description("print the relay's counts in Prometheus' format")
    .action(run(io, (invocation) => metricsCommand(invocation)))
}

function addDoor(relay: Command, io: Io): void {
  const people = [
    ["kick", "disconnect a person, who may come back"],
    ["ban", "shut a person out, with every key of theirs"],
    ["unban", "let them in again"],
    ["admit", "let a person in who waits"],
    ["refuse", "turn away a person who waits"],
  ] as const
  for (const [name, description] of people) {
    const act = name === "refuse" ? "turn-away" : name
    onSocket(relay.command(`${name} <who>`))
      .description(description)
      .action(run(io, (invocation, _: object, who: string) => personCommand(invocation, act, who)))
  }
  onSocket(relay.command("bans"))
    .description("print who is shut out")
    .action(run(io, (invocation) => bansCommand(invocation)))
  onSocket(relay.command("queue"))
    .description("print who waits to be let in")
    .action(run(io, (invocation) => queueCommand(invocation)))
  onSocket(relay.command("admission"))
    .description("who may come in: whoever has an invitation, whom you let in, or names on a list")
    .addArgument(new Argument("[mode]").choices(ADMISSION_MODES))
    .action(
      run(io, (invocation, _: object, mode: AdmissionMode | undefined) => admissionCommand(invocation, mode)),
    )
  onSocket(relay.command("allow [name]"))
    .description("put a name on the list; without a name, print it")
    .option("--remove", "take it off", false)
    .action(
      run(io, (invocation, options: AllowOptions, name: string | undefined) =>
        allowCommand(invocation, name, options),
      ),
    )
  relay
    .command("invite")
    .description("print a new invitation, which can be revoked alone")
    .option("--uses <n>", "for so many people", parseCount)
    .option("--expires <time>", "until then, such as 12h or 1d", parseDuration)
    .option("--main", "the relay's own instead; makes it good again if it was revoked", false)
    .action(run(io, (invocation, options: InviteOptions) => inviteCommand(invocation, options)))
  onSocket(relay.command("invitations"))
    .description("print which invitations are good")
    .action(run(io, (invocation) => invitationsCommand(invocation)))
  onSocket(relay.command("revoke <invitation>"))
    .description("let nobody in with it any more: its id, its link, or main for the relay's own")
    .action(run(io, (invocation, _: object, typed: string) => revokeCommand(invocation, typed)))
}

function addLimits(relay: Command, io: Io): void {
  const limits = relay.command("limits").description("what everybody, and each, may use up")
  onSocket(limits.command("show"))
    .description("print all limits; those that were changed have a mark")
    .action(run(io, (invocation) => showLimitsCommand(invocation)))
  limits
    .command("set <name> <value>")
    .description("change one, from now on: a number, 64MiB, 30d, or default")
    .action(
      run(io, (invocation, _: object, name: string, value: string) =>
        setLimitCommand(invocation, name, value),
      ),
    )
}
