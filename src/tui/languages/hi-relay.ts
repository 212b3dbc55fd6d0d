/** Hindi: the relay's own screen, and what a relay says. The words for each thing: `hi.ts`. */
import type { Catalogue } from "../language.ts"

export const relayHi: Catalogue = {
  "runs for {0}": "{0} से चल रहा है",
  "Y or Ctrl+C stop it": "Y या Ctrl+C रोकें",
  "N or Esc go on": "N या Esc चलने दें",
  "Up Down read on": "Up Down आगे पढ़ें",
  "C code": "C कोड",
  "I invitation": "I निमंत्रण",
  "L limits": "L सीमाएँ",
  "? help": "? मदद",
  "Q stop the relay": "Q रिले रोकें",
  "I invite": "I निमंत्रण",
  "Q stop": "Q रोकें",
  " {0} {1} {2} more below {3} End": " {0} {1} नीचे और: {2} {3} End",
  "Who came and went{0}": "कौन आया, कौन गया{0}",
  person: "व्यक्ति",
  connection: "कनेक्शन",
  connections: "कनेक्शन",
  "{0}/s, {1}/s in, {2}/s out": "{0}/s, आया {1}/s, गया {2}/s",
  "Here now": "अभी यहाँ",
  "{0} on {1} (at most {2} so far), of {3} in the list": "{0}, {1} पर (अब तक अधिकतम {2}), सूची में {3}",
  Traffic: "आवाजाही",
  "{0} (last 10 seconds)": "{0} (पिछले 10 सेकंड)",
  Taken: "लिया गया",
  "{0}, {1}, since the start": "शुरू से अब तक {0}, {1}",
  entry: "प्रविष्टि",
  entries: "प्रविष्टियाँ",
  Refused: "नामंज़ूर",
  "{0}; {1} ended by the relay": "{0}; रिले ने बंद किए: {1}",
  request: "अनुरोध",
  requests: "अनुरोध",
  Saving: "सहेजना",
  "the last save took {0} ms, the slowest {1} ms": "पिछली बार {0} ms लगे, सबसे धीमी बार {1} ms",
  Disk: "डिस्क",
  "not looked at yet": "अभी देखा नहीं गया",
  "{0} free": "{0} खाली",
  "{0} stored": "{0} रखा है",
  "NEARLY FULL, nothing new is taken: {0}, {1}": "लगभग भरी, कुछ नया नहीं लिया जाता: {0}, {1}",
  "Nobody so far. The invitation (I) is what people need to come here.":
    "अभी तक कोई नहीं। यहाँ आने के लिए लोगों को निमंत्रण (I) चाहिए।",
  "{0} ({1} times)": "{0} ({1} बार)",
  Limits: "सीमाएँ",
  "Stop the relay?": "रिले रोकें?",
  "This window is too small for the code of the invitation. Make it larger, or give people the words or the link (I).":
    "निमंत्रण के कोड के लिए यह विंडो छोटी है। इसे बड़ा करें, या लोगों को शब्द या लिंक (I) दें।",
  "Connections: {0} at once, {1} from one address, {2} new ones a second from one address. Now: {3}.":
    "कनेक्शन: एक साथ {0}, एक पते से {1}, एक पते से हर सेकंड {2} नए। अभी: {3}।",
  "People in the list: {0}. Now: {1}.": "सूची में लोग: {0}। अभी: {1}।",
  "A conversation: {0} entries, {1}. Letters for somebody who is away: {2}.":
    "एक बातचीत: {0} प्रविष्टियाँ, {1}। जो दूर है उसके लिए चिट्ठियाँ: {2}।",
  "One person in 24 hours: {0} entries, {1}.": "24 घंटों में एक व्यक्ति: {0} प्रविष्टियाँ, {1}।",
  "Everything is kept {0}, and then goes. When the disk is nearly full, nothing new is taken and all else goes on.":
    "सब कुछ {0} रखा जाता है, फिर हटता है। डिस्क लगभग भर जाए तो कुछ नया नहीं लिया जाता, बाकी सब चलता रहता है।",
  "This relay is OPEN: everybody on the network may join, and read #everyone from then on.":
    "यह रिले खुला है: नेटवर्क का हर कोई शामिल हो सकता है, और तब से #everyone पढ़ सकता है।",
  "Whoever has the invitation may join; nobody else.": "जिसके पास निमंत्रण है वह शामिल हो सकता है; और कोई नहीं।",
  "Nobody is connected.": "कोई जुड़ा नहीं है।",
  "{0} connected.": "{0} जुड़े हैं।",
  "{0} Until it runs again nobody here can send or read anything new. What was accepted is saved, and people connect again by themselves.":
    "{0} जब तक यह फिर न चले, यहाँ कोई कुछ नया न भेज सकता है न पढ़ सकता है। जो लिया जा चुका है वह सहेजा हुआ है, और लोग अपने आप फिर जुड़ते हैं।",
  "Stop it? Y or Ctrl+C: yes. N or Esc: no.": "रोकें? Y या Ctrl+C: हाँ। N या Esc: नहीं।",
  Tab: "Tab",
  "The next of these pages; Shift+Tab the one before.": "इन पन्नों में अगला; Shift+Tab पिछला।",
  I: "I",
  "The invitation: twelve words, a link and a code for a camera.":
    "निमंत्रण: बारह शब्द, एक लिंक और कैमरे के लिए एक कोड।",
  C: "C",
  "The code of the invitation alone, as large as it fits.": "केवल निमंत्रण का कोड, जितना बड़ा आ सके।",
  L: "L",
  "What this relay takes at most.": "यह रिले अधिक से अधिक कितना लेता है।",
  "Up Down": "Up Down",
  "Who came and went earlier; End goes back to the newest.": "पहले कौन आया, कौन गया; End नवीनतम पर लौटता है।",
  Q: "Q",
  "Stop the relay, after a question.": "पूछकर रिले रोकें।",
  "Ctrl+L": "Ctrl+L",
  "Draw the screen again.": "स्क्रीन फिर से बनाएँ।",
  "Ctrl+Z": "Ctrl+Z",
  "Pause: the relay stands still with its screen, and nobody gets anything until it goes on.":
    "विराम: रिले अपनी स्क्रीन के साथ रुक जाता है, और जब तक वह आगे न चले, किसी को कुछ नहीं मिलता।",
  "The relay carries sealed envelopes. Nothing on this screen says what people write or to whom; it cannot.":
    "रिले मुहरबंद लिफ़ाफ़े ले जाता है। इस स्क्रीन पर कुछ नहीं बताता कि लोग क्या या किसे लिखते हैं; बता ही नहीं सकता।",
  "somebody at {0} had not logged in yet, and was disconnected: others needed the place":
    "{0} पर किसी ने अभी लॉग इन नहीं किया था, और कनेक्शन काटा गया: दूसरों को जगह चाहिए थी",
  "somebody at {0} said nothing that this relay understands, and was disconnected":
    "{0} से ऐसा कुछ नहीं आया जो यह रिले समझे, और कनेक्शन बंद किया गया",
  "a connection from {0} went silent, and was ended": "{0} का एक कनेक्शन चुप हो गया, और बंद किया गया",
  "a connection from {0} asks and does not read, and was ended":
    "{0} का एक कनेक्शन माँगता है पर पढ़ता नहीं, और बंद किया गया",
  "the device at {0} connected a second time: the older connection was ended":
    "{0} का डिवाइस दूसरी बार जुड़ा: पुराना कनेक्शन बंद किया गया",
  "the device at {0} is not on its person's list any more, and was disconnected":
    "{0} का डिवाइस अब अपने व्यक्ति की सूची में नहीं है, और उसका कनेक्शन बंद किया गया",
  "the device at {0} was disconnected as you wanted": "{0} के डिवाइस का कनेक्शन आपके कहने पर बंद किया गया",
  "what {0} was reading is gone: it was told to begin anew":
    "{0} जो पढ़ रहा था वह जा चुका है: उसे नए सिरे से शुरू करने को कहा गया",
  "{0} GB": "{0} GB",
  "less than a minute": "एक मिनट से कम",
  minute: "मिनट",
  minutes: "मिनट",
  "{0} h {1} min": "{0} घंटे {1} मिनट",
  day: "दिन",
  days: "दिन",
  "{0} {1} h": "{0} {1} घंटे",
  "{0} at {1} has stopped.": "{1} पर {0} अब बंद है।",
}
