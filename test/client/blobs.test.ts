import { beforeEach, expect, test } from "vitest"
import { getBlob, putBlob } from "../../src/client/blobs.ts"
import type { Question } from "../../src/client/context.ts"
import { nodePrimitives } from "../../src/platform/primitives.ts"
import { BLOB_CHUNK_BYTES, MAX_BLOB_BYTES, type Of } from "../../src/protocol/messages.ts"
import { FakeLink } from "../support/fake-link.ts"

const BLOB = Uint8Array.from({ length: 2 * BLOB_CHUNK_BYTES + 100 }, (_, i) => i * 7)
const HASH = nodePrimitives.sha("sha256", BLOB)

let link: FakeLink
let outcome: unknown
beforeEach(() => {
  link = new FakeLink()
  outcome = "not yet"
})

const put = () => putBlob(link, HASH, BLOB, (problem) => void (outcome = problem))
const get = (hash = HASH) => getBlob(link, nodePrimitives, hash, (bytes) => void (outcome = bytes))

function stored(received: number): Of<"blobStored"> {
  return { type: "blobStored", rid: 1, received }
}

/** What an honest relay answers. */
function chunk(question: Question): Of<"blobChunk"> {
  if (question.type !== "getBlob") throw new RangeError("not asked")
  const { offset } = question
  return {
    type: "blobChunk",
    rid: 1,
    total: BLOB.length,
    offset,
    chunk: BLOB.slice(offset, offset + BLOB_CHUNK_BYTES),
  }
}

test("a blob goes up in pieces, each after the answer to the last", async () => {
  put()
  const sizes: number[] = []
  for (const received of [BLOB_CHUNK_BYTES, 2 * BLOB_CHUNK_BYTES, BLOB.length]) {
    const question = link.questions[0]!
    sizes.push(question.type === "putBlob" ? question.chunk.length : -1)
    expect(link.questions).toHaveLength(1)
    await link.answer(stored(received))
  }
  expect([sizes, outcome, link.questions]).toEqual([[BLOB_CHUNK_BYTES, BLOB_CHUNK_BYTES, 100], undefined, []])
})

test("what the relay holds already is not sent again", async () => {
  put()
  await link.answer(stored(BLOB.length))
  expect([outcome, link.questions]).toEqual([undefined, []])
})

test("an interrupted upload goes on where the relay says", async () => {
  put()
  await link.answer(stored(BLOB_CHUNK_BYTES + 5))
  expect(link.questions[0]).toMatchObject({ type: "putBlob", offset: BLOB_CHUNK_BYTES + 5 })
})

for (const [what, answers] of [
  ["does not grow", [stored(0)]],
  ["shrinks", [stored(BLOB_CHUNK_BYTES), stored(5)]],
  ["is longer than what was sent", [stored(BLOB.length + 1)]],
  ["is answered with something else", [{ type: "done", rid: 1 } as const]],
] as const) {
  test(`a relay whose copy ${what} is not believed`, async () => {
    put()
    for (const answer of answers) await link.answer(answer)
    expect([link.distrusted.length, outcome, link.questions]).toEqual([1, "not yet", []])
  })
}

test("a refusal is the outcome, up and down", async () => {
  put()
  await link.answer({ type: "refused", rid: 1, code: 6, detail: 0 })
  expect(outcome).toBe("quota")
  get()
  await link.answer({ type: "refused", rid: 1, code: 8, detail: 0 })
  expect(outcome).toBe("missing-blob")
})

test("a blob above the largest is our own bug", () => {
  expect(() => putBlob(link, HASH, new Uint8Array(MAX_BLOB_BYTES + 1), () => {})).toThrow(RangeError)
})

test("a blob comes down in pieces", async () => {
  get()
  for (let i = 0; i < 3; i++) await link.answer(chunk)
  expect(outcome).toEqual(BLOB)
  expect(link.distrusted).toEqual([])
})

for (const [what, lie] of [
  [
    "that is not its hash",
    (honest: Of<"blobChunk">) => ({ ...honest, chunk: honest.chunk.map((byte) => byte ^ 1) }),
  ],
  ["of another offset", (honest: Of<"blobChunk">) => ({ ...honest, offset: honest.offset + 1 })],
  ["of four gigabytes", (honest: Of<"blobChunk">) => ({ ...honest, total: 4_294_967_295 })],
  [
    "that changes its size",
    (honest: Of<"blobChunk">) => ({ ...honest, total: honest.total + honest.offset }),
  ],
  ["with an empty piece", (honest: Of<"blobChunk">) => ({ ...honest, chunk: new Uint8Array(0) })],
  ["with more than its size", (honest: Of<"blobChunk">) => ({ ...honest, total: 10 })],
  ["that is another answer", () => ({ type: "done" as const, rid: 1 })],
] as const) {
  test(`a blob ${what} is not believed, and never handed out`, async () => {
    get()
    while (link.questions.length > 0) await link.answer((question) => lie(chunk(question)))
    expect([link.distrusted.length, outcome]).toEqual([1, "not yet"])
  })
}
