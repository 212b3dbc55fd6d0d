/** Hindi: messages about messages: answers, changes, reactions. The words for each thing: `hi.ts`. */
import type { Catalogue } from "../language.ts"

export const remarksHi: Catalogue = {
  "{0} {1} changed a message ({2}): {3}": "{0} {1} ने एक संदेश बदला ({2}): {3}",
  "{0} {1} deleted a message ({2})": "{0} {1} ने एक संदेश हटाया ({2})",
  '{0} {1} took back what they had put to "{2}" ({3})': '{0} {1} ने "{2}" पर लगाई प्रतिक्रिया हटा ली ({3})',
  '{0} {1}: {2} to "{3}" ({4})': '{0} {1}: "{3}" पर {2} ({4})',
  deleted: "हटाया गया",
}
