/** Hindi: commands about the program itself, and what they answer. The words for each thing: `hi.ts`. */
import type { Catalogue } from "../language.ts"

export const programHi: Catalogue = {
  "/lock": "/lock",
  "forget the keys; ask the passphrase again": "कुंजियाँ भुला दें; पासफ़्रेज़ फिर से माँगें",
  "/plain": "/plain",
  "go on in lines, without a screen": "बिना स्क्रीन के, पंक्तियों में आगे चलें",
  "Not locked: this profile has no passphrase, so whoever sits here could open it again at once. /quit ends the program; a passphrase is chosen when a profile is made.":
    "ताला नहीं लगा: इस प्रोफ़ाइल का कोई पासफ़्रेज़ नहीं है, इसलिए जो भी यहाँ बैठे वह इसे तुरंत फिर खोल सकता है। /quit प्रोग्राम बंद करता है; पासफ़्रेज़ प्रोफ़ाइल बनाते समय चुना जाता है।",
  "This is the line mode.": "आप पंक्तियों वाले रूप में ही हैं।",
  "Locked: the program has ended. Start it again to go on.":
    "ताला लग गया: प्रोग्राम बंद हो गया है। आगे चलने के लिए इसे फिर से चलाएँ।",
  "Locked. What came before stands in no memory of this program any more.":
    "ताला लग गया। पहले का कुछ भी अब इस प्रोग्राम की मेमोरी में नहीं है।",
  "That is not the passphrase.": "यह पासफ़्रेज़ सही नहीं है।",
}
