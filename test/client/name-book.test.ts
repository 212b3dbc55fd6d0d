import fc from "fast-check"
import { expect, test } from "vitest"
import { NameBook } from "../../src/client/name-book.ts"
import { skeletons } from "../../src/protocol/name-skeleton.ts"

const NAMES = ["bob", "Bob", "b0b", "carol", "caroI", "Ray", "ray", "alice", "A1ice"]

test("whatever is written in and struck out, the book knows who is there, and no more", () => {
  const change = fc.record({
    account: fc.constantFrom("a1", "b2", "c3", "d4"),
    own: fc.option(fc.constantFrom(...NAMES), { nil: undefined }),
    alias: fc.option(fc.constantFrom(...NAMES), { nil: undefined }),
  })
  fc.assert(
    fc.property(fc.array(change, { maxLength: 30 }), (changes) => {
      const book = new NameBook()
      const model = new Map<string, readonly string[]>()
      for (const { account, own, alias } of changes) {
        book.set(account, own === undefined ? undefined : { own, alias })
        if (own === undefined) model.delete(account)
        else model.set(account, alias === undefined ? [own] : [own, alias])
      }
      const looks = (account: string) => (model.get(account) ?? []).flatMap(skeletons)
      for (const account of ["a1", "b2", "c3", "d4"]) {
        const alike = [...model.keys()].filter(
          (other) => other !== account && looks(other).some((look) => looks(account).includes(look)),
        )
        expect([...book.twins(account)].sort()).toEqual(alike.sort())
      }
      for (const name of NAMES) {
        const found = book.resolve(name, () => "")
        const bearers = [...model].filter(([, names]) =>
          names.some((each) => each.toLowerCase() === name.toLowerCase()),
        )
        if (bearers.length === 0) expect(found.kind).toBe("none")
        // Never somebody who does not bear the name.
        else if (found.kind === "one") expect(bearers.map(([account]) => account)).toContain(found.account)
      }
    }),
  )
})

test("a tag is asked for only where a name is not enough, and of few", () => {
  const book = new NameBook()
  let asked = 0
  const tagOf = () => (asked++, "aaaaaa")
  for (let n = 0; n < 1_000; n++) book.set(`${n}`, { own: "bob", alias: undefined })
  expect(book.resolve("bob", tagOf)).toMatchObject({ kind: "many" })
  expect(asked).toBe(0)
  expect(book.resolve("bob?bbbbbb", tagOf)).toEqual({ kind: "none" })
  expect(asked).toBeLessThan(20)
})
