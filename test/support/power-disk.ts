/**
 * A disk whose power can be cut: ext4 in a file, mounted through a loop device. `cut` makes the file system forget what
 * was not synced (EXT4_IOC_SHUTDOWN without a flush of the journal), and mounts it again, which replays the journal
 * as after a power cut. Needs root.
 */
import { execFileSync } from "node:child_process"
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { join } from "node:path"
import { IN_MEMORY, missing, withSbin } from "./reality.ts"

/** _IOR('X', 125, u32), and the flag that leaves the journal as it is. */
const SHUTDOWN =
  'open(F, "<", $ARGV[0]) or die "$!"; my $v = pack("L", 2); ioctl(F, 0x8004587D, $v) or die "$!"'
const SIZE = "96M"
const STOPPED_WITHIN_MS = 5_000

/** Why there is no such disk here; undefined where there can be one. */
export function noPowerDisk(): string | undefined {
  const reason = missing({
    root: true,
    tools: ["mkfs.ext4", "mount", "umount", "losetup", "perl", "truncate"],
  })
  if (reason !== undefined) return reason
  try {
    const disk = new PowerDisk()
    try {
      disk.cut(undefined)
    } finally {
      disk.remove()
    }
    return undefined
  } catch (error) {
    return `this system makes no such disk: ${String(error).split("\n")[0]}`
  }
}

export class PowerDisk {
  /** Where the file system is. */
  readonly path: string
  readonly #folder: string
  readonly #image: string
  #device = ""

  constructor() {
    this.#folder = mkdtempSync(join(IN_MEMORY, "power-disk-"))
    this.#image = join(this.#folder, "image")
    this.path = join(this.#folder, "disk")
    mkdirSync(this.path)
    try {
      run("truncate", "-s", SIZE, this.#image)
      run("mkfs.ext4", "-q", "-F", this.#image)
      this.#mount()
    } catch (error) {
      this.remove()
      throw error
    }
  }

  /**
   * Cuts the power, and starts again.
   * @param pid the process that writes here. It is stopped before: a sync that is under way while the file system
   * goes down may return as if it had worked. It is dead afterwards.
   */
  cut(pid: number | undefined): void {
    if (pid !== undefined) freeze(pid)
    run("perl", "-e", SHUTDOWN, this.path)
    if (pid !== undefined) {
      process.kill(pid, "SIGKILL")
      awaitState(pid, isGone)
    }
    this.#unmount()
    this.#mount()
  }

  /** However far it got. The device goes when the last process has let go of it. */
  remove(): void {
    if (isMounted(this.path)) this.#unmount("--lazy")
    this.#letGo()
    rmSync(this.#folder, { recursive: true, force: true })
  }

  /** A device that was never used before: nothing that somebody still holds of the old one is found again. */
  #mount(): void {
    this.#device = run("losetup", "--find", "--show", this.#image).trim()
    run("mount", this.#device, this.path)
  }

  #unmount(...how: string[]): void {
    run("umount", ...how, this.path)
    this.#letGo()
  }

  #letGo(): void {
    if (this.#device !== "") run("losetup", "--detach", this.#device)
    this.#device = ""
  }
}

function freeze(pid: number): void {
  process.kill(pid, "SIGSTOP")
  // Under a tracer a stopped thread is `t`, and so is, for a moment, one that is in a system call: look three times.
  for (let look = 0; look < 3; look++) {
    awaitState(pid, (states) => states.every((state) => /[Tt]/.test(state) || isGone([state])))
    sleep(1)
  }
}

/** Blocks, since everything else should stand still as well. */
function awaitState(pid: number, isSo: (states: string[]) => boolean): void {
  const began = performance.now()
  while (!isSo(statesOf(pid))) {
    if (performance.now() - began > STOPPED_WITHIN_MS) throw new Error(`process ${pid} does not stop`)
    sleep(1)
  }
}

function sleep(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}

/** A dead process that nobody has waited for yet holds no file any more. */
function isGone(states: string[]): boolean {
  return states.every((state) => state === "Z" || state === "X")
}

/** One letter for each thread. */
function statesOf(pid: number): string[] {
  const tasks = `/proc/${pid}/task`
  if (!existsSync(tasks)) return []
  return readdirSync(tasks).flatMap((task) => {
    try {
      // The name before the state may hold anything but ends with the last bracket.
      const stat = readFileSync(join(tasks, task, "stat"), "utf8")
      return [stat.slice(stat.lastIndexOf(")") + 2)[0]!]
    } catch {
      return []
    }
  })
}

function isMounted(path: string): boolean {
  return readFileSync("/proc/mounts", "utf8").includes(` ${path} `)
}

function run(command: string, ...args: string[]): string {
  return execFileSync(command, args, { stdio: ["ignore", "pipe", "pipe"], env: withSbin(), encoding: "utf8" })
}
