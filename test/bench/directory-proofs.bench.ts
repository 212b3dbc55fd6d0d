/**
 * What it costs to be sure of one person's keys, in directories of 10, 1,000 and 100,000 entries: in the copy of the
 * index that every client has, and with a proof of inclusion as evidence has one. Baseline, in the same run: the whole
 * index brought anew and the root computed from it, as a client without a copy would have to.
 */
import { toHex } from "../../src/bytes.ts"
import { leafHash, MerkleTree, verifyConsistency, verifyInclusion } from "../../src/crypto/merkle.ts"
import { nodePrimitives } from "../../src/platform/primitives.ts"
import { systemRandom } from "../../src/platform/random.ts"

const SIZES = [10, 1_000, 100_000]
const ROW_BYTES = 72
const LOOKED_AT = 400
const NODE_BYTES = 32

const sha = (bytes: Uint8Array) => nodePrimitives.sha("sha256", bytes)

/** Microseconds of one of `count` runs. */
function each(count: number, run: (i: number) => void): number {
  const start = process.hrtime.bigint()
  for (let i = 0; i < count; i++) run(i)
  return Number(process.hrtime.bigint() - start) / 1_000 / count
}

const round = (value: number) => (value < 10 ? value.toFixed(2) : Math.round(value).toLocaleString("en"))

for (const size of SIZES) {
  const leaves = Array.from({ length: size }, () => leafHash(sha, systemRandom.bytes(40)))
  const places = new Map(leaves.map((leaf, index) => [toHex(leaf), index]))
  const tree = new MerkleTree(sha)
  const whole = each(1, () => {
    for (const leaf of leaves) tree.append(leaf)
    tree.root()
  })
  const keys = leaves.map(toHex)
  const root = tree.root()
  const at = (i: number) => (i * 7_919) % size
  const lookUp = each(LOOKED_AT, (i) => void tree.leaf(places.get(keys[at(i)]!)!))
  const paths = Array.from({ length: LOOKED_AT }, (_, i) => tree.inclusion(at(i)))
  const proving = each(LOOKED_AT, (i) => void tree.inclusion(at(i)))
  const checking = each(LOOKED_AT, (i) => {
    if (!verifyInclusion(sha, leaves[at(i)]!, { index: at(i), size }, paths[i]!, root))
      throw new Error("a proof that does not hold")
  })
  const before = { size: Math.ceil(size / 3), root: tree.root(Math.ceil(size / 3)) }
  const extending = tree.consistency(before.size)
  const consistency = each(LOOKED_AT, () => {
    if (!verifyConsistency(sha, before, { size, root }, extending)) throw new Error("no extension")
  })
  const growing = each(LOOKED_AT, () => {
    tree.append(leaves[0]!)
    tree.root()
  })
  const bytes = Math.max(...paths.map((path) => path.length)) * NODE_BYTES
  console.log(
    [
      `${size.toLocaleString("en")} entries:`,
      `look-up in our copy 0 bytes, ${round(lookUp)} µs;`,
      `inclusion ${bytes} bytes, made in ${round(proving)} µs, checked in ${round(checking)} µs;`,
      `consistency ${extending.length * NODE_BYTES} bytes, checked in ${round(consistency)} µs;`,
      `one entry more, with root ${ROW_BYTES} bytes kept, ${round(growing)} µs;`,
      `all anew ${(ROW_BYTES * size).toLocaleString("en")} bytes, ${round(whole)} µs`,
      `(${round((ROW_BYTES * size) / bytes)} times the bytes, ${round(whole / checking)} times the time of a proof)`,
    ].join(" "),
  )
}
