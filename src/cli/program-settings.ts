/** Commands about this program itself: settings, and whether it does what it promises. */
import { type Command, Option } from "commander"
import { run } from "./adapting.ts"
import { getSettings, setSetting, showKeys, showPaths } from "./commands/settings.ts"
import { examineTerminal } from "./commands/term.ts"
import { CliError } from "./errors.ts"
import type { Io } from "./io.ts"

export function addSettings(program: Command, io: Io): void {
  const config = program.command("config").description("settings of this profile")
  config
    .command("get [name]")
    .description("print one setting of the screens, or all")
    .action(
      run(io, (invocation, _options: object, name: string | undefined) => getSettings(invocation, name)),
    )
  config
    .command("set <name> <value>")
    .description("change one, as /set does")
    .action(
      run(io, (invocation, _options: object, name: string, value: string) =>
        setSetting(invocation, name, value),
      ),
    )
  config
    .command("path")
    .description("print where the profile and the file of your own keys are")
    .action(run(io, async (invocation) => showPaths(invocation)))
  config
    .command("keys")
    .description("print every key in the form of that file")
    .action(run(io, async (invocation) => showKeys(invocation)))
}

interface DoctorOptions {
  attack: boolean
  term: boolean
  net: boolean
}

export function addDoctor(program: Command, io: Io): void {
  program
    .command("doctor [invitation...]")
    .description("look whether this program does what it promises")
    .addOption(
      new Option("--attack", "attack it: a lying relay and hostile people, on this computer only").default(
        false,
      ),
    )
    .addOption(new Option("--term", "look at this terminal and at the file of your own keys").default(false))
    .addOption(
      new Option(
        "--net",
        "look for the step that fails on the way to the relay, or to that of an invitation",
      ).default(false),
    )
    .action(
      run(io, async (invocation, { attack, term, net }: DoctorOptions, invitation: string[]) => {
        if (!attack && !term && !net) throw new CliError("usage", "doctor needs --attack, --net or --term")
        if (net) {
          const { checkTheNet } = await import("./commands/doctor-net.ts")
          await checkTheNet(invocation, invitation)
        }
        if (term) examineTerminal(invocation)
        if (!attack) return
        const { attackItself } = await import("./commands/doctor.ts")
        await attackItself(invocation)
      }),
    )
}
