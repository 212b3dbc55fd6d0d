/** Hindi: what is about a person's own screen: the editor, the mouse. The words for each thing: `hi.ts`. */
import type { Catalogue } from "../language.ts"

export const ownHi: Catalogue = {
  "/bare": "/bare",
  "the chat alone; again: back": "केवल बातचीत; फिर से: पहले जैसा",
  "Nothing stands beside the lines here.": "यहाँ पंक्तियों के बगल में कुछ नहीं है।",
  "choose a person": "व्यक्ति चुनें",
  "people beside the chat, or not": "लोग बातचीत के बगल में, या नहीं",
  "rooms beside the chat, or not": "कमरे बातचीत के बगल में, या नहीं",
  "/editor": "/editor",
  "mouse on or off; also /mouse": "माउस चालू या बंद; /mouse से भी",
  "write in your own editor": "अपने एडिटर में लिखें",
  "Nothing was sent.": "कुछ भेजा नहीं गया।",
  "There is no editor here.": "यहाँ कोई एडिटर नहीं है।",
  "What you save is sent when you leave the editor; an empty text is not.":
    "एडिटर से निकलने पर वह भेजा जाता है जो आपने सहेजा; खाली पाठ नहीं।",
  "{0} {1} {2} sends {3} {4} edits {5} Esc drops]": "{0} {1} {2} भेजता है {3} {4} बदलने के लिए {5} Esc हटाता है]",
}
