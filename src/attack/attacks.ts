/** All attacks, in the order in which they are told. The threat model's table has the same (`test/docs.test.ts`). */
import { DIRECTORY_ATTACKS } from "./directory.ts"
import { LINK_ATTACKS } from "./links.ts"
import { LOG_ATTACKS } from "./logs.ts"
import { PEOPLE_ATTACKS } from "./people.ts"
import { ROOM_ATTACKS } from "./rooms.ts"
import type { Attack } from "./stage.ts"
import { TOKEN_ATTACKS } from "./tokens.ts"
import { VERIFYING_ATTACKS } from "./verifying.ts"

export const ATTACKS: readonly Attack[] = [
  ...PEOPLE_ATTACKS,
  ...DIRECTORY_ATTACKS,
  ...VERIFYING_ATTACKS,
  ...LOG_ATTACKS,
  ...ROOM_ATTACKS,
  ...LINK_ATTACKS,
  ...TOKEN_ATTACKS,
]
