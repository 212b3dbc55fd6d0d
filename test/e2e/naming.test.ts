/** Names, keys, trust and the directory with the real program: what each command says, and what others see of it. */
import { readFileSync, writeFileSync } from "node:fs"
import { expect, test } from "vitest"
import { builtProgram, type Finished, succeeded } from "../support/program.ts"

const { run, start, path, relay: startRelay } = builtProgram()
const SLOW_MS = 180_000

/** Results of a command, as far as they are looked into. */
interface Result {
  type: string
  person?: {
    id: string
    name: string
    registeredName?: string
    tag: string
    trust: string
    mustDecide?: boolean
    verified?: { how: string }
  }
  key?: { state: string; began: string; verified: { how: string } | null }
  before?: string
  proof?: string
  head?: { log: number; size: number; root: string }
  fits?: boolean
  notice?: { code: string; before?: string; name?: string }
}

const results = (finished: Finished) => succeeded(finished).json() as unknown as Result[]
const as = (name: string, ...args: string[]) => run([...args, "--data", name, "--json"])

async function join(invitation: string, ...names: readonly string[]): Promise<void> {
  for (const name of names) succeeded(await run(["join", invitation, "--name", name, "--data", name]))
}

test(
  "a person is renamed, given an alias, trusted, blocked; everybody sees their part of it",
  { timeout: SLOW_MS },
  async () => {
    const relay = await startRelay("relay")
    await join(relay.invitation, "alice", "bob")
    succeeded(await as("alice", "send", "bob", "hello"))
    succeeded(await as("bob", "history", "alice"))

    expect(results(await as("alice", "rename", "Alice  K"))).toMatchObject([
      { type: "identity.renamed", before: "alice", person: { name: "Alice K", trust: "self" } },
    ])
    expect(succeeded(await run(["id", "show", "--data", "alice"])).out).toContain("Alice K")
    const told = succeeded(await run(["history", "alice k", "--data", "bob"]))
    expect(told.out).toMatch(/alice is now called Alice K \?[a-z2-7]{6}/u)
    const taken = await run(["rename", "A1ice", "--data", "bob"])
    expect(taken).toMatchObject({ code: 8, out: "" })
    expect(taken.err).toContain("had the name")
    expect(await run(["rename", "#everyone", "--data", "bob"])).toMatchObject({ code: 1, out: "" })
    const heard = results(
      await as("bob", "listen", "--type", "person.renamed", "--max", "1", "--timeout", "30s"),
    )
    expect(heard).toMatchObject([{ type: "person.renamed", before: "alice", person: { name: "Alice K" } }])

    expect(results(await as("bob", "alias", "Alice K", "Teacher"))).toMatchObject([
      { type: "alias", person: { name: "Teacher", registeredName: "Alice K" } },
    ])
    expect(await run(["alias", "teacher", "b0b", "--data", "bob"])).toMatchObject({ code: 1 })
    expect(results(await as("bob", "people", "list", "--offline"))).toMatchObject([
      { person: { name: "Teacher", registeredName: "Alice K" } },
    ])
    expect(results(await as("bob", "trust", "teacher"))).toMatchObject([
      { type: "trust", person: { trust: "unverified", mustDecide: false } },
    ])
    expect(results(await as("bob", "block", "teacher"))).toMatchObject([{ person: { trust: "blocked" } }])
    expect(await run(["send", "teacher", "no", "--data", "bob"])).toMatchObject({ code: 4, out: "" })
    expect(results(await as("bob", "unblock", "teacher"))).toMatchObject([
      { person: { trust: "unverified" } },
    ])
    expect(results(await as("bob", "alias", "teacher", "--remove"))).toMatchObject([
      { person: { name: "Alice K" } },
    ])
    await relay.stop()
  },
)

test(
  "a backup made after a rotation brings back keys, marks and aliases; whoever had verified has verified still",
  { timeout: SLOW_MS },
  async () => {
    const relay = await startRelay("relay-2")
    await join(relay.invitation, "asha", "ravi")
    succeeded(await as("asha", "send", "ravi", "before the rotation", "--wait", "relay"))
    succeeded(await as("ravi", "history", "asha"))
    const number = succeeded(await run(["verify", "asha", "--number", "--data", "ravi"])).out.trim()
    for (const [name, other] of [
      ["ravi", "asha"],
      ["asha", "ravi"],
    ] as const)
      succeeded(await run(["verify", other, "--expect", number, "--data", name]))

    expect(results(await as("asha", "id", "rotate"))).toMatchObject([
      { type: "identity.rotated", key: { state: "current", began: "rotated" } },
    ])
    succeeded(await as("asha", "alias", "ravi", "Brother"))
    expect(results(await as("ravi", "trust", "asha"))).toMatchObject([
      { person: { trust: "verified", verified: { how: "number" } } },
    ])
    expect(results(await as("ravi", "keys", "asha")).map(({ key }) => key?.state)).toEqual([
      "current",
      "handed-over",
    ])

    const made = succeeded(await run(["backup", "asha.backup", "--words-fd", "1", "--data", "asha"]))
    const [words] = made.out.trim().split("\n")
    const restored = await start(
      ["restore", "asha.backup", "--data", "asha2", "--words-fd", "3", "--json"],
      [Buffer.from(`${words}\n`)],
    ).finished
    expect(results(restored)).toMatchObject([{ type: "restored" }])
    expect(results(await as("asha2", "people", "list"))).toMatchObject([
      { person: { name: "Brother", registeredName: "ravi", trust: "verified", verified: { how: "number" } } },
    ])
    expect(results(await as("asha2", "keys")).map(({ key }) => key?.state)).toEqual([
      "current",
      "handed-over",
    ])
    // The same key as before the disk was lost: nobody is asked anything.
    succeeded(await as("asha2", "send", "brother", "after the restore", "--wait", "relay"))
    expect(succeeded(await run(["history", "asha", "--data", "ravi"])).out).toContain("after the restore")
    expect(results(await as("ravi", "trust", "asha"))).toMatchObject([{ person: { trust: "verified" } }])
    expect(await run(["send", "ravi", "from the lost one", "--data", "asha"])).toMatchObject({ code: 8 })
    await relay.stop()
  },
)

test(
  "the directory: how it stands, that it fits, a proof that anybody can check, and what others were shown",
  { timeout: SLOW_MS },
  async () => {
    const relay = await startRelay("relay-3")
    await join(relay.invitation, "mina", "noor")
    succeeded(await as("mina", "send", "noor", "hello"))
    succeeded(await as("noor", "send", "mina", "hello back"))
    succeeded(await as("mina", "history", "noor"))

    const [mine] = results(await as("mina", "directory"))
    const [theirs] = results(await as("noor", "directory"))
    // The opening, and two people.
    expect(mine?.head?.size).toBe(3)
    expect(theirs?.head).toEqual(mine?.head)
    expect(succeeded(await run(["directory", "verify", "--data", "mina"])).out).toContain("All of it fits")
    expect(results(await as("mina", "directory", "heads"))).toMatchObject([
      { type: "directory.head", person: { name: "noor" }, fits: true },
    ])

    const proof = succeeded(await run(["directory", "prove", "noor", "--data", "mina"])).out
    writeFileSync(path("proof"), proof)
    await relay.stop()
    // Neither profile nor relay is needed.
    const checked = succeeded(await run(["directory", "check", "proof", "--data", "nobody"]))
    expect(checked.out).toContain("has signed that noor (u_")
    const key = readFileSync(path("proof"), "latin1").indexOf("\n") + 5
    writeFileSync(
      path("forged"),
      `${proof.slice(0, key)}${proof[key] === "A" ? "B" : "A"}${proof.slice(key + 1)}`,
    )
    expect(await run(["directory", "check", "forged"])).toMatchObject({ code: 4, out: "" })

    const quiet = await run(["directory", "evidence", "--data", "mina"])
    expect(quiet).toMatchObject({ code: 0, out: "" })
    expect(quiet.err).toContain("There was no alarm.")
    expect((await run(["directory", "accept", "--data", "mina"])).err).toContain("no alarm to accept")
    expect(results(await as("mina", "directory", "--offline"))[0]?.head).toEqual(mine?.head)
  },
)
