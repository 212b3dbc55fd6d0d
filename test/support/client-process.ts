/** The other end of `client-program.ts`: a person who is started, killed, frozen, and asked what is on the screen. */
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { join } from "node:path"
import { createInterface } from "node:readline"
import type { MessageState } from "../../src/client/events.ts"
import { bundled } from "./bundle.ts"
import { COMPILED } from "./compiled.ts"

export type Command =
  | { do: "talk"; to: readonly string[]; label: string; every: number }
  | { do: "quiet"; ask: number }
  | { do: "leave" }
  | { do: "send"; ask: number; to: string; text: string }
  | { do: "state"; ask: number }
  | { do: "look"; ask: number; to: string }
  | { do: "kept"; ask: number }

export type Said =
  | { started: true }
  | { promised: string; text: string; id: string }
  | { shown: string; text: string }
  | { trouble: string; detail: string }
  | { answer: number; value: unknown }

export interface Looked {
  texts: { text: string; state: MessageState | undefined }[]
  /** Codes of the lines that nobody wrote. */
  notices: string[]
}
/** Texts of the journal's `message.received`, in order. */
export type Kept = string[]

export interface PersonState {
  connection: string
  waiting: number
  rooms: { room: string; state: string; problem: string | undefined; members: number }[]
  people: string[]
}

export interface PersonSetup {
  name: string
  /** Holds the profile, in a folder of the person's name. */
  folder: string
  /** Holds the notes, by the person's name; `folder` unless something happens to that. */
  notesIn?: string
  invitation: string
  /** What the program is started with, such as `nsenter --net=PATH`; it must become the program. */
  under?: () => readonly string[]
}

interface Life {
  child: ChildProcess
  gone: Promise<{ code: number | null; signal: NodeJS.Signals | null }>
}

export class ClientProcess {
  readonly name: string
  readonly profile: string
  readonly notes: string
  /** What `send` promised, by room or person, in all lives. */
  readonly promised = new Map<string, string[]>()
  /** What events showed, in all lives. */
  readonly shown: string[] = []
  readonly troubles: string[] = []
  /** What may be missing on this person's own screen: they wrote it, and an old copy of their folder was put back. */
  readonly forgotten = new Set<string>()
  lives = 0
  readonly #setup: PersonSetup
  readonly #answers = new Map<number, (value: unknown) => void>()
  readonly #looks = new Set<() => void>()
  #life: Life | undefined
  #asked = 0
  #talks = 0

  constructor(setup: PersonSetup) {
    this.#setup = setup
    this.name = setup.name
    this.profile = join(setup.folder, setup.name)
    this.notes = join(setup.notesIn ?? setup.folder, `${setup.name}.notes`)
  }

  get isUp(): boolean {
    return this.#life !== undefined
  }

  get pid(): number | undefined {
    return this.#life?.child.pid
  }

  /** Resolves when the client has begun to connect. @throws when the program ends before. */
  async start(): Promise<void> {
    const { under = () => [], name, invitation } = this.#setup
    const program = await bundled("client-program")
    const [command, ...args] = [
      ...under(),
      process.execPath,
      program,
      this.profile,
      this.notes,
      name,
      invitation,
    ]
    const child = spawn(command, args, {
      env: { ...process.env, ...COMPILED },
      stdio: ["pipe", "pipe", "pipe"],
    })
    this.lives++
    child.stdin.on("error", () => {})
    child.stderr.setEncoding("utf8").on("data", (text: string) => this.troubles.push(text))
    const started = Promise.withResolvers<void>()
    createInterface({ input: child.stdout }).on("line", (line) => {
      const said = JSON.parse(line) as Said
      if ("started" in said) started.resolve()
      this.#take(said)
    })
    const gone = once(child, "close").then(([code, signal]) => {
      this.#life = undefined
      started.reject(new Error(`${name} ended with ${String(code ?? signal)}: ${this.troubles.join("\n")}`))
      return { code: code as number | null, signal: signal as NodeJS.Signals | null }
    })
    this.#life = { child, gone }
    await started.promise
  }

  talk(to: readonly string[], every: number): void {
    this.#tell({ do: "talk", to, label: `${this.name}.${this.lives}.${this.#talks++}`, every })
  }

  quiet(): Promise<unknown> {
    return this.#ask((ask) => ({ do: "quiet", ask }))
  }

  async send(to: string, text: string): Promise<void> {
    await this.#ask((ask) => ({ do: "send", ask, to, text }))
  }

  async state(): Promise<PersonState> {
    return (await this.#ask((ask) => ({ do: "state", ask }))) as PersonState
  }

  async look(to: string): Promise<Looked> {
    return (await this.#ask((ask) => ({ do: "look", ask, to }))) as Looked
  }

  async kept(): Promise<Kept> {
    return (await this.#ask((ask) => ({ do: "kept", ask }))) as Kept
  }

  /** Resolves when `isSo`, which is asked whenever the person says something. */
  until(isSo: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (!isSo()) return
        this.#looks.delete(look)
        resolve()
      }
      this.#looks.add(look)
      look()
    })
  }

  /** @throws unless it was alive until then. */
  async kill(): Promise<void> {
    const life = this.#living()
    life.child.kill("SIGKILL")
    const { signal } = await life.gone
    if (signal !== "SIGKILL") throw new Error(`${this.name} had ended before: ${this.troubles.join("\n")}`)
  }

  freeze(): void {
    this.#living().child.kill("SIGSTOP")
  }

  thaw(): void {
    this.#living().child.kill("SIGCONT")
  }

  /** Says goodbye. @returns the exit code. */
  async stop(): Promise<number | null> {
    const life = this.#life
    if (life === undefined) return 0
    this.#tell({ do: "leave" })
    return (await life.gone).code
  }

  /** Their folder is now as it was when `then` was noted: what has happened since is news to them, or gone. */
  rolledBackTo(then: ReadonlyMap<string, readonly string[]>): void {
    for (const [to, texts] of this.promised) {
      for (const text of texts.slice(then.get(to)?.length ?? 0)) this.forgotten.add(text)
    }
    this.shown.length = 0
  }

  /** The power failed: what was told of others' messages may be told again, though it stands on the screen once. */
  lostPower(): void {
    this.shown.length = 0
  }

  /** However it ends: for the end of a test. */
  async end(): Promise<void> {
    this.#life?.child.kill("SIGKILL")
    await this.#life?.gone
  }

  /** How the present life ends by itself. */
  ended(): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
    return this.#living().gone
  }

  #living(): Life {
    if (this.#life === undefined) throw new Error(`${this.name} is not running: ${this.troubles.join("\n")}`)
    return this.#life
  }

  #tell(command: Command): void {
    this.#living().child.stdin!.write(`${JSON.stringify(command)}\n`)
  }

  #ask(command: (ask: number) => Command): Promise<unknown> {
    const ask = ++this.#asked
    const { gone } = this.#living()
    return new Promise((resolve, reject) => {
      this.#answers.set(ask, resolve)
      void gone.then(() =>
        reject(new Error(`${this.name} ended before it answered: ${this.troubles.join("\n")}`)),
      )
      this.#tell(command(ask))
    })
  }

  #take(said: Said): void {
    if ("promised" in said) {
      const texts = this.promised.get(said.promised) ?? []
      this.promised.set(said.promised, [...texts, said.text])
    } else if ("shown" in said) this.shown.push(said.text)
    else if ("trouble" in said) this.troubles.push(`${said.trouble}: ${said.detail}`)
    else if ("answer" in said) {
      this.#answers.get(said.answer)?.(said.value)
      this.#answers.delete(said.answer)
    }
    for (const look of this.#looks) look()
  }
}
