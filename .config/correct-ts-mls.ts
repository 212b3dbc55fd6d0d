/**
 * One correction to ts-mls, made when its source is loaded: its check of a received tree wants every node
 * on a leaf's direct path to list the same unmerged leaves as the node below. RFC 9420 §7.9 wants only that
 * each node between the leaf and the listing node lists that leaf. Without this, one invited person who
 * stays offline closes a room for newcomers. The bundle, the tests and programs run from source all get it here.
 */
const CHECKED_FILE = "ts-mls/dist/src/clientState.js"
const FOUND = "if (!arraysEqual(dpNode.parent.unmergedLeaves, n.parent.unmergedLeaves))"
const WANTED = "if (parentIdx === i) break; if (!dpNode.parent.unmergedLeaves.includes(unmergedLeaf))"

/** Whether a module's path or URL names the file that is corrected. */
export function isCorrected(path: string): boolean {
  return path.replaceAll("\\", "/").replace(/\?.*$/, "").endsWith(CHECKED_FILE)
}

/** @throws Error unless the text to replace is there exactly once: a changed library must stop the build. */
export function correctTsMls(source: string): string {
  const pieces = source.split(FOUND)
  if (pieces.length !== 2) {
    throw new Error(
      `${CHECKED_FILE}: the tree check to correct stands there ${pieces.length - 1} times, not once`,
    )
  }
  return pieces.join(WANTED)
}
