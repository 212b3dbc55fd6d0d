import { expect, test } from "vitest"
import { Handshakes } from "../../src/platform/handshakes.ts"

function places(count: number) {
  const handshakes = new Handshakes(count)
  const cut: string[] = []
  let last = 0
  const enter = (address: string) => {
    const end = `${address} ${++last}`
    return handshakes.enter(end, address, () => void cut.push(end)) ? end : undefined
  }
  return { handshakes, cut, enter }
}

test("whoever holds the most gives its oldest place to somebody else", () => {
  const { cut, enter } = places(8)
  for (let n = 0; n < 8; n++) enter("10.0.0.66")
  expect(enter("10.0.0.66")).toBeUndefined()
  expect(enter("10.0.0.1")).toBeDefined()
  expect(enter("10.0.0.2")).toBeDefined()
  expect(cut).toEqual(["10.0.0.66 1", "10.0.0.66 2"])
})

test("nobody is cut for somebody who holds as many, and a place that was left is free", () => {
  const { handshakes, cut, enter } = places(4)
  const [first] = ["a", "b", "c", "d"].map(enter)
  expect(enter("e")).toBeUndefined()
  expect(enter("a")).toBeUndefined()
  handshakes.left(first!)
  expect(enter("e")).toBeDefined()
  expect(cut).toEqual([])
})

test("two who share never throw each other out in turns", () => {
  const { cut, enter } = places(6)
  for (let n = 0; n < 6; n++) enter("a")
  for (let n = 0; n < 6; n++) enter("b")
  for (let n = 0; n < 6; n++) enter("a")
  expect(cut).toHaveLength(3)
})
