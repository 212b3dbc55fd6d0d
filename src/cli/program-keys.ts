/** The command line about keys: other people's, one's own, and those that were lost. */
import type { Command } from "commander"
import { offline, run, timeout } from "./adapting.ts"
import { type ApproveOptions, approveCommand } from "./commands/approve.ts"
import {
  block,
  closeAccount,
  type CloseOptions,
  type OwnKeyOptions,
  rotateKey,
  showKeys,
  trust,
  type TrustOptions,
} from "./commands/keys.ts"
import type { ReadOptions } from "./commands/read.ts"
import type { Io } from "./io.ts"

export function addKeys(program: Command, io: Io): void {
  program
    .command("keys [name]")
    .description("print every key that a person has had; without a name, yours")
    .addOption(offline())
    .action(
      run(io, (invocation, options: ReadOptions, name: string | undefined) =>
        showKeys(invocation, options, name),
      ),
    )
  program
    .command("trust [name]")
    .description("print whom you trust how")
    .option("--later", "send to a person whose key was replaced; the mark stays until you compare", false)
    .addOption(offline())
    .action(
      run(io, (invocation, options: TrustOptions, name: string | undefined) =>
        trust(invocation, options, name),
      ),
    )
  for (const isBlocked of [true, false]) {
    program
      .command(isBlocked ? "block <name>" : "unblock <name>")
      .description(isBlocked ? "show nothing more of a person, and send them nothing" : "end that")
      .action(run(io, (invocation, _: object, name: string) => block(invocation, name, isBlocked)))
  }
}

/** @param own the commands of `id`. */
export function addOwnKeys(own: Command, io: Io): void {
  own
    .command("rotate")
    .description("make a new key, signed by the one you have; verified stays verified")
    .addOption(timeout("15s"))
    .action(run(io, (invocation, options: OwnKeyOptions) => rotateKey(invocation, options)))
  own
    .command("close")
    .description("give up your account and its name, for good")
    .option("--yes", "it cannot be undone", false)
    .addOption(timeout("15s"))
    .action(run(io, (invocation, options: CloseOptions) => closeAccount(invocation, options)))
}

/** @param relay the commands of `relay`. */
export function addApproval(relay: Command, io: Io): void {
  relay
    .command("approve [name]")
    .description("let a person whose key is lost have their name again; without a name, who may")
    .option("--withdraw", "no code for this name is good any more", false)
    .action(
      run(io, (invocation, options: ApproveOptions, name: string | undefined) =>
        approveCommand(invocation, options, name),
      ),
    )
}
