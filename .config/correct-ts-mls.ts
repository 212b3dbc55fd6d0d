/**
 * Corrections to ts-mls, made when its source is loaded; the bundle, the tests and programs run from source all get them
 * here.
 *
 * Its check of a received tree wants every node on a leaf's direct path to list the same unmerged leaves as the node
 * below. RFC 9420 §7.9 wants only that each node between the leaf and the listing node lists that leaf. Without this,
 * one invited person who stays offline closes a room for newcomers.
 *
 * A commit that changes the group context's extensions and has a path seals the path under the old context, and readers
 * open it under the new one, as RFC 9420 §12.4.1 wants: nobody could follow a removal that changes the room's parameters.
 */
const CORRECTIONS = [
  {
    file: "ts-mls/dist/src/clientState.js",
    found: "if (!arraysEqual(dpNode.parent.unmergedLeaves, n.parent.unmergedLeaves))",
    wanted: "if (parentIdx === i) break; if (!dpNode.parent.unmergedLeaves.includes(unmergedLeaf))",
  },
  {
    file: "ts-mls/dist/src/createCommit.js",
    found: "state.groupContext, state.signaturePrivateKey, cipherSuite, excludeNodes)",
    wanted:
      "res.additionalResult.kind === 'memberCommit' && res.additionalResult.extensions.length > 0 ? " +
      "{ ...state.groupContext, extensions: res.additionalResult.extensions } : state.groupContext, " +
      "state.signaturePrivateKey, cipherSuite, excludeNodes)",
  },
]

/** Whether a module's path or URL names a file that is corrected. */
export function isCorrected(path: string): boolean {
  return correctionOf(path) !== undefined
}

/** @throws Error unless the text to replace is there exactly once: a changed library must stop the build. */
export function correctTsMls(source: string, path: string): string {
  const correction = correctionOf(path)
  if (correction === undefined) throw new Error(`${path}: nothing is to be corrected there`)
  const pieces = source.split(correction.found)
  if (pieces.length !== 2) {
    throw new Error(
      `${correction.file}: the text to correct stands there ${pieces.length - 1} times, not once`,
    )
  }
  return pieces.join(correction.wanted)
}

function correctionOf(path: string) {
  const plain = path.replaceAll("\\", "/").replace(/\?.*$/, "")
  return CORRECTIONS.find(({ file }) => plain.endsWith(file))
}
