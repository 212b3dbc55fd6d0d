/** Hindi: the line mode. The words for each thing: `hi.ts`. */
import type { Catalogue } from "../language.ts"

export const plainHi: Catalogue = {
  "/say TEXT": "/say संदेश",
  "a message, whatever it begins with": "कोई भी संदेश, चाहे जैसे शुरू हो",
  "/older": "/older",
  "lines further up in this room": "इस कमरे में ऊपर की पंक्तियाँ",
  "{0} are new here; these are the newest. /older says those before.":
    "यहाँ {0} नए हैं; ये सबसे नए हैं। /older पहले वाले सुनाता है।",
  "No room is open now, so that nothing goes where it was not meant. /close goes back, /go NAME opens another.":
    "अब कोई कमरा खुला नहीं है, ताकि कुछ ऐसी जगह न जाए जहाँ के लिए वह नहीं था। /close वापस ले जाता है, /go नाम दूसरा खोलता है।",
  "NOT SENT when it was to be: {0} with a time. /scheduled has them.":
    "तय समय पर नहीं भेजा गया: {0}। /scheduled उन्हें दिखाता है।",
  "Nothing was asked, so this is no answer, and it was not sent. /say TEXT says it all the same.":
    "कुछ पूछा नहीं गया था, इसलिए यह जवाब नहीं है, और भेजा नहीं गया। /say संदेश इसे फिर भी भेजता है।",
  "Locked, and ended: a pipe cannot type the passphrase again.":
    "ताला लगा, और प्रोग्राम समाप्त: पाइप पासफ़्रेज़ फिर से टाइप नहीं कर सकता।",
  "{0} Type send or no.": "{0} send (भेजें) या no (नहीं) टाइप करें।",
  "No room was open before.": "इससे पहले कोई कमरा खुला नहीं था।",
  "The program was stopped; lines behind that were not done: {0}":
    "प्रोग्राम रोक दिया गया; उसके बाद की जिन पंक्तियों का काम नहीं हुआ: {0}",
  "[{0}] {1}, {2}:": "[{0}] {1}, {2}:",
  lines: "पंक्तियाँ",
  "Nothing older is here.": "इससे पुराना यहाँ कुछ नहीं है।",
  "/cancel": "/cancel",
  "close what is asked; nothing is done": "जो पूछा गया है उसे बंद करें; कुछ नहीं होता",
  "/reconnect": "/reconnect",
  "try to reach the relay now": "रिले से अभी जुड़ने की कोशिश करें",
  "Connecting to the relay at {0}; what you write is kept until it answers.":
    "{0} पर रिले से जुड़ रहे हैं; उसके जवाब देने तक आपका लिखा रखा रहता है।",
  "{0}, trying again; what you write is kept. /reconnect tries at once.":
    "{0}, फिर कोशिश हो रही है; आपका लिखा रखा रहता है। /reconnect तुरंत कोशिश करता है।",
  "Trying to reach the relay.": "रिले से जुड़ने की कोशिश हो रही है।",
  "Looking for the relay at {0}; this may take a moment. Ctrl+C leaves.":
    "{0} पर रिले खोजा जा रहा है; इसमें थोड़ा समय लग सकता है। Ctrl+C बाहर ले जाता है।",
  "Several lines came at once, as a paste does, so none was sent. Enter sends what stands here.":
    "कई पंक्तियाँ एक साथ आईं, जैसे चिपकाने पर आती हैं, इसलिए कोई नहीं भेजी गई। Enter यहाँ लिखा भेजता है।",
  "Not sent: these look like the twelve words of a backup or of an invitation, and whoever reads them can use them. /say before them says them all the same.":
    "नहीं भेजा: ये किसी बैकअप या निमंत्रण के बारह शब्द लगते हैं, और जो इन्हें पढ़े वह इनका उपयोग कर सकता है। इनसे पहले /say लिखने से ये फिर भी भेजे जाते हैं।",
  "First a name, then a relay. /quit leaves, /back asks for the name again.":
    "पहले नाम, फिर रिले। /quit से बाहर जाते हैं, /back से नाम फिर पूछा जाता है।",
  "Not done: here there are only /back, which asks for the name again, and /quit.":
    "नहीं किया: यहाँ केवल /back है, जिससे नाम फिर पूछा जाता है, और /quit।",
  "Everybody comes in now: with F5 and then Y at a screen, with /verify yes in lines. When all who are with you have come in, close the list.":
    "अब सब लोग अंदर आएँ: स्क्रीन पर F5 और फिर Y से, पंक्तियों में /verify yes से। जब आपके साथ के सभी आ जाएँ, तब सूची बंद करें।",
  "A picture of the code follows, {0} lines to be passed over by whoever listens; then its text.":
    "आगे कोड का चित्र है, {0} पंक्तियाँ, जिन्हें सुनने वाले छोड़ दें; फिर उसका पाठ।",
  "Going back…": "वापस जा रहे हैं…",
  "Please wait   Esc: back   Ctrl+C: leave": "कृपया रुकें   Esc: वापस   Ctrl+C: बाहर",
  "say a message again, whole": "कोई संदेश पूरा फिर सुनाएँ",
  "open the link of message N in your browser; /open N 2: its second link":
    "संदेश N का लिंक अपने ब्राउज़र में खोलें; /open N 2: उसका दूसरा लिंक",
  "take back what you wrote": "अपना लिखा वापस लें",
  "nothing here, for nothing stands beside the lines": "यहाँ कुछ नहीं, क्योंकि पंक्तियों के बगल में कुछ नहीं है",
  "say the last lines of this room again": "इस कमरे की आख़िरी पंक्तियाँ फिर सुनाएँ",
  "In /reply, /edit, /delete, /react, /copy, /forward and /open, N is the number in brackets before a message. Without one, the newest that it can be done with is meant.":
    "/reply, /edit, /delete, /react, /copy, /forward और /open में N वह नंबर है जो संदेश से पहले कोष्ठक में है। उसके बिना वह सबसे नया संदेश समझा जाता है जिसके साथ यह हो सकता है।",
  "Every line is sent when it ends, each line of a paste too: nobody can tell them apart here. /editor writes a message of several lines.":
    "हर पंक्ति ख़त्म होते ही भेजी जाती है, चिपकाई हुई हर पंक्ति भी: यहाँ उन्हें अलग नहीं पहचाना जा सकता। /editor में कई पंक्तियों का संदेश लिखें।",
  "When something is asked, the answers stand behind it. Until it is answered or closed with /cancel, nothing that you type is sent, unless it begins with /say, @NAME or #everyone. Commands work all the time.":
    "जब कुछ पूछा जाता है, जवाब उसी के पीछे लिखे होते हैं। जब तक जवाब न दें या /cancel से बंद न करें, आपका लिखा कुछ नहीं भेजा जाता, जब तक वह /say, @नाम या #everyone से शुरू न हो। कमांड हर समय चलती हैं।",
  "Type verify, later or block.": "verify (सत्यापित), later (बाद में) या block (ब्लॉक) टाइप करें।",
  "The question is over: there is nothing to decide about {0} any more.":
    "सवाल ख़त्म हुआ: {0} के बारे में अब कुछ तय नहीं करना है।",
  "in answer to {0}: {1}": "{0} के जवाब में: {1}",
  "reactions:": "प्रतिक्रियाएँ:",
  "more:": "आगे:",
  "The question before is closed; nothing was done.": "पिछला सवाल बंद हुआ; कुछ नहीं किया गया।",
  "The question is closed; nothing was done.": "सवाल बंद हुआ; कुछ नहीं किया गया।",
  "No question is open.": "कोई सवाल खुला नहीं है।",
  "Nothing was sent, for a question is open.": "कुछ नहीं भेजा गया, क्योंकि एक सवाल खुला है।",
  "{0} /cancel closes the question; /say TEXT says something all the same.":
    "{0} /cancel सवाल बंद करता है; /say संदेश फिर भी कुछ कहता है।",
  "That question is over: nothing was done, and nothing was sent.":
    "वह सवाल ख़त्म हो चुका है: कुछ नहीं किया गया, और कुछ नहीं भेजा गया।",
  "{0} Type yes or no.": "{0} yes (हाँ) या no (नहीं) टाइप करें।",
  "/open {0}": "/open {0}",
  "/open {0} {1}": "/open {0} {1}",
  'Delete "{0}", here and wherever it is read with an honest program? Somebody may have kept it all the same.':
    '"{0}" हटाएँ, यहाँ और हर उस जगह जहाँ इसे ईमानदार प्रोग्राम से पढ़ा जाता है? फिर भी किसी ने इसे रख लिया हो सकता है।',
  "Not deleted.": "नहीं हटाया।",
  "Open it in your browser? Whoever runs it, and the network, learn that you open it.":
    "इसे अपने ब्राउज़र में खोलें? इसे चलाने वाले और नेटवर्क जान जाएँगे कि आप इसे खोलते हैं।",
  "Not opened.": "नहीं खोला।",
  "The question is over: that message was deleted.": "सवाल ख़त्म हुआ: वह संदेश हटा दिया गया।",
  "The question is over: that message was changed.": "सवाल ख़त्म हुआ: वह संदेश बदल दिया गया।",
  "{0} {1}, {2} new": "{0} {1}, {2} नए",
  "/unread opens the next of them.": "/unread इनमें से अगला खोलता है।",
  "Not sent. {0} Wait until they are here, or ask them in person. Send it all the same?":
    "नहीं भेजा। {0} उनके आने तक रुकें, या उनसे सामने मिलकर पूछें। फिर भी भेजें?",
  "Not sent.": "नहीं भेजा।",
  "The question is over: that name means somebody else now.": "सवाल ख़त्म हुआ: अब उस नाम से किसी और का मतलब है।",
  "The question is over. {0}": "सवाल ख़त्म हुआ। {0}",
  "{0} Do it?": "{0} यह करें?",
  "Not done.": "नहीं किया।",
  "Verify {0}, who is {1}.": "{0} को सत्यापित करें, जो अभी हैं: {1}।",
  "How? Type words, digits, show, read, room or later.":
    "कैसे? words, digits, show, read, room या later टाइप करें।",
  "The question is over: {0} is not in the relay's list any more.": "सवाल ख़त्म हुआ: {0} अब रिले की सूची में नहीं हैं।",
  "language: {0}": "language: {0}",
  "  from the next start on (en, hi)": "  अगली बार शुरू करने पर (en, hi)",
}
