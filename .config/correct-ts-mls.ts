/**
 * Corrections to ts-mls, made when its source is loaded; the bundle, the tests and programs run from source all get them
 * here.
 *
 * Its check of a received tree wants every node on a leaf's direct path to list the same unmerged leaves as the node
 * below. RFC 9420 §7.9 wants only that each node between the leaf and the listing node lists that leaf. Without this,
 * one invited person who stays offline closes a room for newcomers.
 *
 * A commit that changes the group context's extensions needs a path (RFC 9420 §17.4), hence a secret that is new: without
 * one, whoever had a copy of a member's old state would know the room's next link.
 *
 * Such a commit seals its path under the old context, and readers open it under the new one, as RFC 9420 §12.4.1 wants:
 * nobody could follow a removal that changes the room's parameters.
 */
const CORRECTIONS = [
  {
    file: "ts-mls/dist/src/clientState.js",
    found: "if (!arraysEqual(dpNode.parent.unmergedLeaves, n.parent.unmergedLeaves))",
    wanted: "if (parentIdx === i) break; if (!dpNode.parent.unmergedLeaves.includes(unmergedLeaf))",
  },
  {
    file: "ts-mls/dist/src/clientState.js",
    found: "Object.values(grouped.remove).length > 0;",
    wanted: "Object.values(grouped.remove).length > 0 || grouped.group_context_extensions.length > 0;",
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
  return correctionsOf(path).length > 0
}

/** @throws Error unless each text to replace is there exactly once: a changed library must stop the build. */
export function correctTsMls(source: string, path: string): string {
  const corrections = correctionsOf(path)
  if (corrections.length === 0) throw new Error(`${path}: nothing is to be corrected there`)
  return corrections.reduce((text, { file, found, wanted }) => {
    const pieces = text.split(found)
    if (pieces.length !== 2)
      throw new Error(`${file}: the text to correct stands there ${pieces.length - 1} times, not once`)
    return pieces.join(wanted)
  }, source)
}

function correctionsOf(path: string) {
  const plain = path.replaceAll("\\", "/").replace(/\?.*$/, "")
  return CORRECTIONS.filter(({ file }) => plain.endsWith(file))
}
