/** Hindi: the page of the relay's list of people. The words for each thing: `hi.ts`. */
import type { Catalogue } from "../language.ts"

export const directoryHi: Catalogue = {
  "/directory": "/directory",
  "is the list of people the same for all?": "क्या लोगों की सूची सबके लिए एक ही है?",
  "The relay's list of people": "रिले की लोगों की सूची",
  "Nothing is sent or fetched. Tell the others, in person; secure-chat directory accept goes on all the same.":
    "न कुछ भेजा जाता है, न लाया जाता है। दूसरों को सामने मिलकर बताएँ; secure-chat directory accept से फिर भी आगे बढ़ सकते हैं।",
  '"secure-chat directory evidence" prints all of it.': '"secure-chat directory evidence" से सब कुछ छपता है।',
  "Finding out what your list and that of {0} differ in…":
    "पता किया जा रहा है कि आपकी और {0} की सूची कहाँ अलग है…",
  "You have gone on with this relay since.": "उसके बाद आप इसी रिले के साथ आगे बढ़े हैं।",
  "It has not been read yet.": "यह अभी पढ़ी नहीं गई है।",
  "Read at {0}, {1}: {2}": "{0} बजे, {1} को पढ़ी गई: {2}",
  "Before that: {0}": "उससे पहले: {0}",
  "All of it was computed again just now, and fits what the relay has signed.":
    "अभी सब कुछ फिर से गिना गया, और वह रिले के हस्ताक्षर से मेल खाता है।",
  "Nobody has told what they were shown yet: that comes with messages.":
    "अब तक किसी ने नहीं बताया कि उन्हें क्या दिखाया गया: यह संदेशों के साथ आता है।",
  "What others say that they were shown:": "दूसरे बताते हैं कि उन्हें यह दिखाया गया:",
  "{0} places, {1}, ": "{0} जगहें, {1}, ",
  fits: "मेल खाता है",
  "not explained yet": "अभी समझाया नहीं गया",
  "What the alarm rests on, for whoever runs the relay and everybody else:":
    "चेतावनी इस पर टिकी है, रिले चलाने वाले और बाकी सबके लिए:",
  "{0} places of log {1}, root {2}": "{0} जगहें, लॉग {1}, मूल {2}",
}
