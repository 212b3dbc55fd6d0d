/** The built program in another language: the option, what /language keeps for the next start, and what stays English. */
import { expect, test } from "vitest"
import { builtProgram } from "../support/program.ts"

const { run, relay } = builtProgram()
const hindi = ["--language", "hi"]

test("a start in lines asks in Hindi", async () => {
  expect(await run([...hindi, "--plain", "--data", "new"], "x!\nAsha\n")).toMatchObject({
    code: 1,
    out: expect.stringMatching(
      /^पहले नाम, फिर रिले।[^]*आपका नाम, जैसा दूसरों को दिखेगा:\n[^]*अपना निमंत्रण चिपकाएँ/u,
    ) as unknown,
  })
})

test("an error and its hint are Hindi, what a script reads is not", async () => {
  const nobody = await run([...hindi, "people", "list", "--data", "nothing"])
  expect(nobody).toMatchObject({ code: 1, out: "" })
  expect(nobody.err).toMatch(/^secure-chat: .*nothing में अभी कोई प्रोफ़ाइल नहीं है\n/u)
  const wrong = await run([...hindi, "listen", "--max", "0"])
  expect(wrong.err).toBe(
    'secure-chat: "0" कोई गिनती नहीं है; 1 या उससे बड़ी पूरी संख्या लिखें\nsecure-chat --help कमांड बताता है\n',
  )
  const json = await run([...hindi, "--json", "version"])
  expect(json.json()[0]).toMatchObject({ v: 1 })
  expect(await run([...hindi, "--help"])).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^Usage: secure-chat /u) as unknown,
  })
})

test("what /language keeps holds from the next start on", async () => {
  const { invitation } = await relay("relay")
  expect(await run(["join", invitation, "--name", "asha", "--data", "asha"])).toMatchObject({ code: 0 })
  const first = await run(["--plain", "--data", "asha"], "/language hi\n")
  expect(first.out).toContain("हिन्दी from the next start on")
  const second = await run(["--plain", "--data", "asha"], "/language\n")
  expect(second.out).toContain("यह हिन्दी है।")
})
