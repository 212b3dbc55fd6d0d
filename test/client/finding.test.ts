import { expect, test } from "vitest"
import { RelayFinder } from "../../src/client/finding.ts"
import type { RelayRecord } from "../../src/client/profile.ts"
import type { Discovery, FoundRelay } from "../../src/platform/discovery.ts"
import type { Address } from "../../src/platform/network.ts"

const relay: RelayRecord = {
  host: "home",
  port: 1,
  pin: new Uint8Array(32).fill(0xab),
  words: undefined,
  admission: undefined,
  roomSecret: undefined,
}
const OURS = "ab".repeat(32)

function make() {
  const places: Address[] = []
  let announce: (relay: FoundRelay) => void = () => {}
  let looking = 0
  const discovery: Discovery = {
    announce: () => () => {},
    look(onFound) {
      looking++
      announce = onFound
      return () => {
        looking--
        announce = () => {}
      }
    },
  }
  const finder = new RelayFinder(discovery, (place) => void places.push(place))
  const say = (host: string, port = 1, pinHex = OURS) => announce({ name: "x", host, port, pinHex })
  return { finder, places, say, looking: () => looking }
}

test("only another place with our relay's key is told", () => {
  const { finder, places, say } = make()
  finder.look(relay)
  say("home", 1)
  say("elsewhere", 1, "cd".repeat(32))
  say("elsewhere", 1)
  say("home", 2)
  expect(places).toEqual([
    { host: "elsewhere", port: 1 },
    { host: "home", port: 2 },
  ])
})

test("a guess is dialled until it fails; then it is home again", () => {
  const { finder } = make()
  expect(finder.at(relay)).toBe(relay)
  expect(finder.guess({ host: "elsewhere", port: 9 })).toBe(true)
  expect([finder.at(relay), finder.isGuessing]).toEqual([{ ...relay, host: "elsewhere", port: 9 }, true])
  finder.failed()
  expect([finder.at(relay), finder.isGuessing]).toEqual([relay, false])
})

test("a guess that answers is where the relay is now, said once", () => {
  const { finder } = make()
  finder.guess({ host: "elsewhere", port: 9 })
  expect([finder.proven(), finder.proven(), finder.isGuessing]).toEqual([
    { host: "elsewhere", port: 9 },
    undefined,
    false,
  ])
})

test("a place is tried three times, until the relay has answered somewhere", () => {
  const { finder, places, say } = make()
  const liar = { host: "liar", port: 1 }
  const tries = () => Array.from({ length: 5 }, () => finder.guess(liar))
  expect(tries()).toEqual([true, true, true, false, false])
  finder.look(relay)
  say("liar")
  expect(places).toEqual([])
  finder.failed()
  finder.proven()
  expect(tries()).toEqual([true, true, true, false, false])
})

test("no more than sixty-four places are tried", () => {
  const { finder } = make()
  const tried = Array.from({ length: 200 }, (_, i) => finder.guess({ host: `h${i}`, port: 1 }))
  expect(tried.filter(Boolean)).toHaveLength(64)
  expect(finder.guess({ host: "h0", port: 1 })).toBe(true)
})

test("nothing is looked for without a key, or without discovery", () => {
  const { finder, looking } = make()
  finder.look({ ...relay, pin: undefined })
  expect(looking()).toBe(0)
  expect(() => new RelayFinder(undefined, () => {}).look(relay)).not.toThrow()
})

test("looking ends", () => {
  const { finder, places, say, looking } = make()
  finder.look(relay)
  finder.stop()
  finder.stop()
  say("elsewhere")
  expect([looking(), places]).toEqual([0, []])
})
