/**
 * A network without any other: two relays and two people on hosts of their own, whose way out leads nowhere and is
 * watched. Everything that the product does, announcing, joining, talking, asking why it fails, is done there, and no
 * packet may want to leave, not even to ask for a name. And somebody announces a relay of theirs under another's key.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process"
import { fileURLToPath } from "node:url"
import { afterAll, expect, test } from "vitest"
import { Lan, noLan } from "../support/lan.ts"
import { builtProgram, type Line, type Running, succeeded } from "../support/program.ts"
import { IN_MEMORY, leftOut, withSbin } from "../support/reality.ts"

const why = noLan()
if (why !== undefined) leftOut("no internet", why)

const HOSTS = ["relay", "other", "alice", "bob"]
const program = builtProgram(IN_MEMORY)
const children: ChildProcess[] = []
let lan: Lan | undefined
afterAll(() => {
  for (const child of children) child.kill("SIGKILL")
  lan?.remove()
})

/** Gives a host a way out, so that a packet that wants to leave is seen, and counts those that do. */
function watch(net: Lan, host: string): void {
  const at = (command: string, ...args: string[]) => {
    const [enter, ...all] = [...net.at(host), command, ...args]
    return execFileSync(enter!, all, { encoding: "utf8", env: withSbin() })
  }
  at("ip", "route", "add", "default", "via", "10.77.0.254", "dev", "eth0")
  const rules = `table inet leaving { chain out { type filter hook output priority 0;
    ip daddr { 10.77.0.0/24, 127.0.0.0/8, 224.0.0.0/4, 255.255.255.255 } accept;
    ip6 daddr { ::1, fe80::/10, ff00::/8 } accept;
    counter drop; }; }`
  const [enter, ...all] = [...net.at(host), "nft", "-f", "-"]
  execFileSync(enter, all, { input: rules, env: withSbin() })
}

function left(net: Lan, host: string): number {
  const [enter, ...all] = [...net.at(host), "nft", "list", "table", "inet", "leaving"]
  const text = execFileSync(enter, all, { encoding: "utf8", env: withSbin() })
  return Number(/counter packets (\d+)/.exec(text)?.[1])
}

interface Ready extends Line {
  invitation: string
  fingerprint: string
  port: number
}

test.skipIf(why)(
  "everything works without a way out, and nothing looks for one",
  { timeout: 240_000 },
  async () => {
    lan = new Lan(HOSTS)
    const net = lan
    for (const host of HOSTS) watch(net, host)
    const on = (host: string, ...args: string[]) => program.start(args, undefined, net.at(host)).finished
    const relay = async (host: string, ...args: string[]): Promise<Running & { ready: Ready }> => {
      const address = ["--host", net.addressOf(host), "--name", `relay on ${host}`]
      const all = ["relay", "start", "--data", host, "--json", ...address, ...args]
      const running = program.start(all, undefined, net.at(host))
      return { ...running, ready: (await running.line(({ type }) => type === "relay.ready")) as Ready }
    }
    const one = await relay("relay", "--metrics", "0")
    const two = await relay("other")
    for (const name of ["alice", "bob"])
      succeeded(await on(name, "join", one.ready.invitation, "--name", name, "--data", name))
    const listening = program.start(["listen", "--data", "bob", "--json"], undefined, net.at("bob"))
    await listening.line(({ type }) => type === "sync.done")
    succeeded(
      await on(
        "alice",
        "send",
        "bob",
        "over here",
        "--data",
        "alice",
        "--wait",
        "delivered",
        "--timeout",
        "30s",
      ),
    )
    succeeded(await on("alice", "send", "#everyone", "and all", "--data", "alice"))
    const said = ({ message }: Line) => message?.text === "over here"
    await listening.line(said)
    succeeded(await on("alice", "doctor", "--net", "--data", "alice"))
    succeeded(await on("relay", "relay", "status", "--data", "relay"))
    succeeded(await on("relay", "relay", "backup", "copy.db", "--data", "relay"))

    // The relay is gone, and somebody announces theirs under its key.
    one.child.kill("SIGTERM")
    await one.finished
    const source = fileURLToPath(new URL("../../src/platform/", import.meta.url))
    const script = `import { createDiscovery } from ${JSON.stringify(`${source}discovery.ts`)}
    createDiscovery({ write() {} }).announce({ name: "relay on relay", port: ${two.ready.port}, pinHex: "${one.ready.fingerprint}" })
    console.log("announced"); setInterval(() => {}, 1000)`
    const [enter, ...args] = [...net.at("other"), process.execPath, "--input-type=module", "-e", script]
    const liar = spawn(enter, args, { stdio: ["ignore", "pipe", "inherit"] })
    children.push(liar)
    await new Promise((resolve) => liar.stdout.once("data", resolve))
    const heard = await on("alice", "doctor", "--net", one.ready.invitation)
    expect([heard.code, heard.out]).toEqual([
      3,
      expect.stringContaining(`announced at ${net.addressOf("other")}`),
    ])
    const lost = await on("alice", "send", "bob", "nobody hears this", "--data", "alice", "--timeout", "12s")
    expect(lost.code).not.toBe(0)
    const seen = JSON.parse((await on("other", "relay", "status", "--data", "other", "--json")).out) as {
      snapshot: { people: number; connections: { opened: number }; bytes: { in: number } }
    }
    // It was dialled, since an announcement is worth a try, and was told nothing.
    expect(seen.snapshot).toMatchObject({ people: 0, bytes: { in: 0 } })
    const again = await relay("relay", "--port", String(one.ready.port))
    succeeded(
      await on(
        "alice",
        "send",
        "bob",
        "here again",
        "--data",
        "alice",
        "--wait",
        "delivered",
        "--timeout",
        "60s",
      ),
    )
    listening.child.kill("SIGTERM")
    for (const running of [again, two]) running.child.kill("SIGTERM")
    await Promise.all([listening.finished, again.finished, two.finished])

    expect(HOSTS.map((host) => [host, left(net, host)])).toEqual(HOSTS.map((host) => [host, 0]))
    // Whoever wants out is seen.
    const [go, ...out] = [
      ...net.at("alice"),
      process.execPath,
      "-e",
      "require('net').connect(80,'192.0.2.1').on('error',()=>{});setTimeout(process.exit,500)",
    ]
    execFileSync(go, out)
    expect(left(net, "alice")).toBeGreaterThan(0)
  },
)
