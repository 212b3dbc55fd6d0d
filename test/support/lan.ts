/**
 * A local network of its own: hosts are network namespaces, joined by a bridge in another one, so nothing of this
 * machine's network is touched. Cables are pulled and put back, and packets are dropped by chance. Needs root.
 */
import { execFileSync } from "node:child_process"
import { missing, withSbin } from "./reality.ts"

const SUBNET = "10.77.0"
/** Interface names have 15 characters at most. */
const BRIDGE = "br0"

/** Why there can be no such network here; undefined where there can be one. */
export function noLan(): string | undefined {
  const reason = missing({ root: true, tools: ["ip", "nft", "nsenter"] })
  if (reason !== undefined) return reason
  try {
    const lan = new Lan(["probe"])
    try {
      lan.lose("probe", 50)
    } finally {
      lan.remove()
    }
    return undefined
  } catch (error) {
    return `this system makes no such network: ${String(error).split("\n")[0]}`
  }
}

let made = 0

export class Lan {
  readonly #prefix = `lan${process.pid}-${made++}`
  readonly #hosts: readonly string[]
  /** Packets that were dropped by chance, up to the last change of it. */
  lost = 0

  constructor(hosts: readonly string[]) {
    this.#hosts = hosts
    try {
      const middle = this.#space("middle")
      ip("netns", "add", middle)
      ip("-n", middle, "link", "add", BRIDGE, "type", "bridge")
      ip("-n", middle, "link", "set", BRIDGE, "up")
      for (const [at, host] of hosts.entries()) this.#connect(host, at)
    } catch (error) {
      this.remove()
      throw error
    }
  }

  addressOf(host: string): string {
    return `${SUBNET}.${this.#hosts.indexOf(host) + 1}`
  }

  /**
   * To start a program with, so that it runs on that host. It becomes the program. (`ip netns exec` would give it
   * mounts of its own, which keep a disk busy that another test takes away.)
   */
  at(host: string): string[] {
    return ["nsenter", `--net=/run/netns/${this.#space(host)}`, "--"]
  }

  /** Pulls the cable of a host. Nobody is told: connections just stand still. */
  pull(host: string): void {
    ip("-n", this.#space("middle"), "link", "set", this.#portOf(host), "down")
  }

  plug(host: string): void {
    ip("-n", this.#space("middle"), "link", "set", this.#portOf(host), "up")
  }

  /** From now on so many of a hundred packets vanish, in each direction; 0 ends it. */
  lose(host: string, percent: number): void {
    this.#countLost(host)
    const drop = `numgen random mod 100 < ${percent} counter drop`
    const rules = `flush ruleset
      table inet loss {
        chain in { type filter hook input priority 0; ${percent > 0 ? drop : ""}; }
        chain out { type filter hook output priority 0; ${percent > 0 ? drop : ""}; }
      }`
    const [command, ...args] = [...this.at(host), "nft", "-f", "-"]
    execFileSync(command, args, { input: rules, stdio: ["pipe", "ignore", "pipe"], env: withSbin() })
  }

  /** However far it got. Processes that still run on it must have been ended before. */
  remove(): void {
    for (const name of ["middle", ...this.#hosts]) {
      try {
        ip("netns", "delete", this.#space(name))
      } catch {
        // It was not made.
      }
    }
  }

  #countLost(host: string): void {
    const [command, ...args] = [...this.at(host), "nft", "list", "ruleset"]
    const rules = execFileSync(command, args, { encoding: "utf8", env: withSbin() })
    for (const [, packets] of rules.matchAll(/counter packets (\d+)/g)) this.lost += Number(packets)
  }

  #connect(host: string, at: number): void {
    const space = this.#space(host)
    ip("netns", "add", space)
    const middle = this.#space("middle")
    ip(
      "-n",
      middle,
      "link",
      "add",
      this.#portOf(host),
      "type",
      "veth",
      "peer",
      "name",
      "eth0",
      "netns",
      space,
    )
    ip("-n", middle, "link", "set", this.#portOf(host), "master", BRIDGE, "up")
    ip("-n", space, "address", "add", `${SUBNET}.${at + 1}/24`, "dev", "eth0")
    ip("-n", space, "link", "set", "eth0", "up")
    ip("-n", space, "link", "set", "lo", "up")
  }

  #portOf(host: string): string {
    return `port${this.#hosts.indexOf(host)}`
  }

  #space(name: string): string {
    return `${this.#prefix}-${name}`
  }
}

function ip(...args: string[]): void {
  execFileSync("ip", args, { stdio: ["ignore", "ignore", "pipe"], env: withSbin() })
}
