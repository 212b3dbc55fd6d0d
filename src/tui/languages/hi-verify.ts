/** Hindi: verification. The words for each thing: `hi.ts`. */
import type { Catalogue } from "../language.ts"

export const verifyHi: Catalogue = {
  "Take a picture of the code on the screen of {0} and bring it onto this computer, or copy its text. Drag the file here or type its name (PNG or JPEG), or paste the text. A code that came as a message proves nothing.":
    "{0} की स्क्रीन पर दिख रहे कोड की तस्वीर लें और उसे इस कंप्यूटर पर लाएँ, या उसका पाठ कॉपी करें। फ़ाइल को यहाँ खींचें या उसका नाम टाइप करें (PNG या JPEG), या पाठ चिपकाएँ। संदेश में आया कोड कुछ भी साबित नहीं करता।",
  "How do you want to compare?": "आप कैसे मिलाना चाहते हैं?",
  "Verify {0}": "{0} को सत्यापित करें",
  "Enter or 1 to 5": "Enter या 1 से 5",
  "Up Down choose": "Up Down चुनें",
  "PgDn: {0} more rows": "PgDn: {0} और पंक्तियाँ",
  "[Esc] Later": "[Esc] बाद में",
  "Make this window larger: the words and": "यह विंडो बड़ी करें: शब्द और",
  "the question must stand on it together.": "सवाल इस पर एक साथ दिखने चाहिए।",
  "The code as text, for {0} to type or to copy:": "कोड का पाठ, जिसे {0} टाइप या कॉपी करें:",
  "This window is too small for the code ({0} cells and room for words). Make it larger, or let {1} have this text by a way of your own, not as a message here:":
    "यह विंडो कोड के लिए बहुत छोटी है ({0} खाने और शब्दों की जगह चाहिए)। इसे बड़ा करें, या यह पाठ {1} को किसी और तरीक़े से दें, यहाँ संदेश में नहीं:",
  "94 by 47": "94 × 47",
  "47 by 24": "47 × 24",
  them: "सामने वाले",
  "Read the code of {0}": "{0} का कोड पढ़ें",
  "Reading it now   [Esc] Back": "पढ़ा जा रहा है   [Esc] वापस",
  "[Enter] Read it   [Esc] Back": "[Enter] पढ़ें   [Esc] वापस",
  "Enter: back": "Enter: वापस",
  "Do they match?": "क्या ये मिलते हैं?",
  "{0} sees the same digits?": "{0} को भी यही अंक दिखते हैं?",
  "Ask {0} to open this page for you, {1}. Read the digits to each other, side by side or on the phone, where you know the voice. Never through this chat.":
    "{0} से कहें कि वे आपके नाम ({1}) से यही पन्ना खोलें। एक-दूसरे को अंक पढ़कर सुनाएँ, पास बैठकर या फ़ोन पर, जहाँ आप आवाज़ पहचानते हैं। इस बातचीत में लिखकर कभी नहीं।",
  "The key of {0} is not the one it was. Most often that is a new computer; it can also be somebody who pretends to be {1}. Nothing is sent until you decide.":
    "{0} की कुंजी पहले वाली नहीं है। अक्सर इसका कारण नया कंप्यूटर होता है; यह भी हो सकता है कि कोई {1} होने का दिखावा कर रहा हो। जब तक आप तय नहीं करते, कुछ नहीं भेजा जाता।",
  "You said that the digits differ, so nothing is sent to {0}. If they match now, say so; /block {1} hides {2}.":
    "आपने कहा था कि अंक अलग हैं, इसलिए {0} को कुछ नहीं भेजा जाता। अगर अब वे मिलते हैं, तो बताएँ; /block {1} {2} को छिपाता है।",
  "You have compared these digits before, and they were the same.": "ये अंक आप पहले मिला चुके हैं, और वे एक जैसे थे।",
  "VERIFIED. What {0} writes carries the mark from now on, on every line.":
    "सत्यापित। {0} जो लिखते हैं उसकी हर पंक्ति पर अब से यह निशान रहेगा।",
  "{0} has to say so on their own screen too; it does not happen by itself.":
    "{0} को यह अपनी स्क्रीन पर भी बताना होगा; यह अपने-आप नहीं होता।",
  "STOPPED. The digits differ, so nothing more is sent to {0}.":
    "रोका गया। अंक अलग हैं, इसलिए {0} को अब कुछ नहीं भेजा जाता।",
  "Somebody may stand between the two of you, or the name belongs to another person. Talk to {0} in person, then open this page again.":
    "हो सकता है कि आप दोनों के बीच कोई हो, या यह नाम किसी और का हो। {0} से सामने मिलकर बात करें, फिर यह पन्ना दोबारा खोलें।",
  "/verify ": "/verify ",
  "Whom? Write /verify NAME; /verify room checks everybody at once.":
    "किसे? /verify नाम लिखें; /verify room सबको एक साथ जाँचता है।",
  "Type the name of a picture of the screen of {0} (PNG or JPEG), or paste the text of the code. Or type later.":
    "{0} की स्क्रीन की तस्वीर का नाम टाइप करें (PNG या JPEG), या कोड का पाठ चिपकाएँ। या later (बाद में) टाइप करें।",
  "{0} is {1}. Read these digits to each other, in person or on the phone:":
    "{0}: {1}। ये अंक एक-दूसरे को पढ़कर सुनाएँ, सामने या फ़ोन पर:",
  "Do they match? Type yes, no or later.": "क्या ये मिलते हैं? yes (हाँ), no (नहीं) या later (बाद में) टाइप करें।",
  "Later, then. {0} stays {1}.": "ठीक है, बाद में। {0} पहले जैसे: {1}।",
  "The digits changed while you compared. Start again with /verify.":
    "मिलाते समय अंक बदल गए। /verify से फिर शुरू करें।",
  "More than one verification waits for that word, and nothing was done. Write with whom: /verify NAME {0}.":
    "एक से ज़्यादा सत्यापन इस शब्द का इंतज़ार कर रहे हैं, और कुछ नहीं किया गया। लिखें कि किसके साथ: /verify नाम {0}।",
  "VERIFIED: {0}.": "सत्यापित: {0}।",
  "STOPPED: nothing more is sent to {0}. Talk to them in person.":
    "रोका गया: {0} को अब कुछ नहीं भेजा जाता। उनसे सामने मिलकर बात करें।",
  "{0} Keys of {1} DIFFER. Nothing more is sent to them.": "{0} {1} की कुंजियाँ अलग हैं। उन्हें अब कुछ नहीं भेजा जाता।",
  "{0} {1} have come in to {2}.": "{0} {2} में {1} लोग आ चुके हैं।",
  "the round": "इस दौर",
  "Give up": "छोड़ दें",
  "give up": "छोड़ें",
  Done: "हो गया",
  done: "पूरा",
  "I am here": "मैं यहाँ हूँ",
  "Yes, now": "हाँ, अभी",
  yes: "हाँ",
  No: "नहीं",
  no: "नहीं",
  "Close the list": "सूची बंद करें",
  close: "बंद करें",
  "They match": "मिलते हैं",
  match: "मिलते",
  "They differ, stop": "अलग हैं, रोकें",
  differ: "अलग",
  "The screen of {0} says VERIFIED": '{0} की स्क्रीन पर "सत्यापित" (VERIFIED) लिखा है',
  "it does": "लिखा है",
  "It does not": "नहीं लिखा है",
  "{0} PEOPLE with the same words? Your name once?": "{0} लोग, सबके शब्द एक से? आपका नाम एक बार?",
  "The same words there?": "वहाँ भी यही शब्द?",
  "{0} {1} of {2}: {3}": "{0} {2} में से {1}: {3}",
  "people, one screen each": "लोग, हर एक की एक स्क्रीन",
  "or {0}": "या {0}",
  "Not in yet: {0}.": "अभी नहीं आए: {0}।",
  "The other side has said that they match.": "सामने वाले ने कहा है कि वे मिलते हैं।",
  "(you)": "(आप)",
  "{0} PEOPLE are on the list:": "{0} लोग सूची में हैं:",
  ", you": ", आप",
  "Type {0}.": "टाइप करें: {0}।",
  ", or ": ", या ",
  somebody: "सामने वाले",
  "Verify everybody in {0}": "{0} में सबको सत्यापित करें",
  "a code": "सामने वाले",
  "Verify {0} with a code": "{0} को कोड से सत्यापित करें",
  "Verify {0} with seven words": "{0} को सात शब्दों से सत्यापित करें",
  "the room": "इस कमरे",
  "{0} asks": "{0} पूछते हैं",
  "{0} agrees": "{0} हाँ कहते हैं",
  "both compare": "दोनों मिलाते हैं",
  "all come in": "सब आते हैं",
  "all compare": "सब मिलाते हैं",
  "{0} shows a code": "{0} कोड दिखाते हैं",
  "{0} reads it": "{0} पढ़ते हैं",
  "{0} confirms": "{0} पुष्टि करते हैं",
  "Your turn.": "आपकी बारी।",
  "Waiting for {0}.": "{0} का इंतज़ार है।",
  "the others": "बाकी लोगों",
  "Everybody's turn.": "सबकी बारी।",
  "Your turn, and that of {0}.": "आपकी बारी, और {0} की।",
  "Waiting for {0}, who leads.": "{0} का इंतज़ार है, जो अगुवाई कर रहे हैं।",
  "The programs exchange their parts; nobody has to do anything.":
    "प्रोग्राम अपने हिस्से आपस में बदल रहे हैं; किसी को कुछ नहीं करना है।",
  "Waiting for the program of {0}.": "{0} के प्रोग्राम का इंतज़ार है।",
  "Done.": "पूरा हुआ।",
  "It ends by itself at {0}.": "{0} बजे अपने-आप समाप्त होगा।",
  "{0} has been asked to compare seven words with you. Talk to {1} meanwhile, side by side or on the phone: you will read the words to each other.":
    "{0} से पूछा गया है कि वे आपके साथ सात शब्द मिलाएँ। इस बीच {1} से बात करें, पास बैठकर या फ़ोन पर: आप एक-दूसरे को शब्द पढ़कर सुनाएँगे।",
  "{0} asks everybody in {1} to verify each other in one round. Come in if you sit with them now, or hear them: the words are read aloud.":
    "{0} चाहते हैं कि {1} में सब लोग एक ही दौर में एक-दूसरे को सत्यापित करें। अगर आप अभी उनके साथ बैठे हैं, या उन्हें सुन सकते हैं, तो शामिल हों: शब्द ज़ोर से पढ़े जाते हैं।",
  "{0} asks you to compare seven words. Agree when the two of you can talk now, side by side or on the phone, where you know the voice.":
    "{0} आपके साथ सात शब्द मिलाना चाहते हैं। तभी हाँ कहें जब आप दोनों अभी बात कर सकें, पास बैठकर या फ़ोन पर, जहाँ आप आवाज़ पहचानते हैं।",
  "Everybody presses F5 and then Y on their own screen now. When all who are with you have come in, close the list.":
    "अब सब लोग अपनी-अपनी स्क्रीन पर F5 और फिर Y दबाएँ। जब आपके साथ के सभी आ जाएँ, तब सूची बंद करें।",
  "You have come in. {0} closes the list when everybody is there; then the words come.":
    "आप आ गए हैं। सबके आने पर {0} सूची बंद करेंगे; फिर शब्द आएँगे।",
  "The words are being made.": "शब्द बनाए जा रहे हैं।",
  'Let {0} read this code off your screen: as a photograph of it, or as text. {1} opens "Verify", then "Read a code". A code that is sent as a message proves nothing.':
    '{0} को यह कोड आपकी स्क्रीन से पढ़ने दें: तस्वीर से, या पाठ के रूप में। {1} "सत्यापित करें" (Verify) और फिर "कोड पढ़ें" (Read a code) खोलें। संदेश में भेजा गया कोड कुछ भी साबित नहीं करता।',
  "{0} has read your code. Look at their screen, or ask: does it say VERIFIED, and your name? Only then is {1} verified here.":
    '{0} ने आपका कोड पढ़ लिया है। उनकी स्क्रीन देखें, या पूछें: क्या उस पर "सत्यापित" (VERIFIED) और आपका नाम लिखा है? तभी {1} यहाँ सत्यापित होंगे।',
  "Read the words to each other, one the first and the other the next, side by side or on the phone. Never through this chat. {0} must have the same ones.":
    "एक-दूसरे को शब्द पढ़कर सुनाएँ, पहला एक और अगला दूसरा, पास बैठकर या फ़ोन पर। इस बातचीत में लिखकर कभी नहीं। {0} के पास भी यही शब्द होने चाहिए।",
  '"Are there {0} screens here? Does everyone find their own name on the list, once?"':
    '"क्या यहाँ {0} स्क्रीन हैं? क्या हर किसी को सूची में अपना नाम मिलता है, एक ही बार?"',
  "Read the words aloud. Then ask: {0}": "शब्द ज़ोर से पढ़ें। फिर पूछें: {0}",
  "{0} reads the words aloud and asks: {1} Yours are the same, and all of it is so?":
    "{0} शब्द ज़ोर से पढ़ते हैं और पूछते हैं: {1} आपके शब्द भी यही हैं, और यह सब ठीक है?",
  "You said that they differ": "आपने कहा कि ये अलग हैं",
  "{0} said that they differ": "{0} ने कहा कि ये अलग हैं",
  "STOPPED. The tick is not on the other screen": "रोका गया। दूसरी स्क्रीन पर सही का निशान नहीं है",
  "STOPPED. {0}": "रोका गया। {0}",
  "{0}, so nothing more is sent to {1}.": "{0}, इसलिए {1} को अब कुछ नहीं भेजा जाता।",
  "Somebody may stand between the two of you, or one of you slipped. Talk to {0} in person, then begin again: /verify {1}.":
    "हो सकता है कि आप दोनों के बीच कोई हो, या आप में से किसी से चूक हुई हो। {0} से सामने मिलकर बात करें, फिर दोबारा शुरू करें: /verify {1}।",
  "Nobody was marked as verified by this.": "इससे कोई भी सत्यापित नहीं हुआ।",
  "Not on the list, and not verified by this: {0}.": "सूची में नहीं, और इससे सत्यापित नहीं: {0}।",
  "VERIFIED. The {0} others on this list carry the mark from now on, on every line.":
    "सत्यापित। इस सूची के बाकी {0} लोगों की हर पंक्ति पर अब से यह निशान रहेगा।",
  "{0} If somebody says afterwards that theirs differ, the marks of this round are taken back.":
    "{0} अगर कोई बाद में कहे कि उसके शब्द अलग हैं, तो इस दौर के निशान वापस ले लिए जाएँगे।",
  "Show this screen to {0}, who confirms that they see it: then you are verified there too.":
    "यह स्क्रीन {0} को दिखाएँ; वे पुष्टि करेंगे कि उन्होंने इसे देखा: तब वहाँ आप भी सत्यापित होंगे।",
  "{0} has verified you by the code, and you have verified {1}.":
    "{0} ने आपको कोड से सत्यापित किया है, और आपने {1} को।",
  "VERIFIED: {0}. What {1} writes carries the mark from now on, on every line.":
    "सत्यापित: {0}। {1} जो लिखते हैं उसकी हर पंक्ति पर अब से यह निशान रहेगा।",
  "{0} has not answered yet; that is for their own screen, and changes nothing here.":
    "{0} ने अभी जवाब नहीं दिया; वह उनकी अपनी स्क्रीन की बात है, और यहाँ कुछ नहीं बदलता।",
  "{0} has said so too.": "{0} ने भी यही कहा है।",
  Somebody: "किसी",
  "STOPPED. {0} found something that differs, so this round has verified nobody; marks that it made are taken back.":
    "रोका गया। {0} को कुछ अलग मिला, इसलिए इस दौर ने किसी को सत्यापित नहीं किया; इसके दिए निशान वापस ले लिए जाते हैं।",
  "Find the pair: whoever's screen is odd and {0} read the list below to each other, name and letters, line by line. The line that differs names the pair between whom somebody stands. Those two talk in person; the others begin again without them.":
    "जोड़ी खोजें: जिनकी स्क्रीन अलग है वे और {0} नीचे की सूची एक-दूसरे को पढ़कर सुनाएँ, नाम और अक्षर, एक-एक पंक्ति। जो पंक्ति अलग है वही वह जोड़ी बताती है जिसके बीच कोई है। वे दोनों सामने मिलकर बात करें; बाकी लोग उनके बिना फिर शुरू करें।",
  "All {0} have said that they are the same.": "सभी {0} ने कहा है कि ये एक जैसे हैं।",
  "{0} of {1} have said that they are the same.": "{1} में से {0} ने कहा है कि ये एक जैसे हैं।",
  "It ended without a result.": "यह बिना नतीजे के समाप्त हुआ।",
  "You ended it.": "आपने इसे समाप्त किया।",
  "{0} ended it, or did not want to.": "{0} ने इसे समाप्त किया, या वे नहीं चाहते थे।",
  "{0} did not answer within five minutes. Perhaps they are not at their computer; ask again when they are.":
    "{0} ने पाँच मिनट में जवाब नहीं दिया। शायद वे अपने कंप्यूटर पर नहीं हैं; उनके आने पर फिर पूछें।",
  "You did not answer within five minutes, so it ended by itself.":
    "आपने पाँच मिनट में जवाब नहीं दिया, इसलिए यह अपने-आप समाप्त हुआ।",
  "There was no connection to the relay, so {0} was never asked.":
    "रिले से कनेक्शन नहीं था, इसलिए {0} से पूछा ही नहीं गया।",
  "This program was closed meanwhile. Begin again.": "यह प्रोग्राम इस बीच बंद हुआ। फिर शुरू करें।",
  "The program of {0} was closed meanwhile. Begin again.": "{0} का प्रोग्राम इस बीच बंद हुआ। फिर शुरू करें।",
  "{0} has another verification open. Ask again when it is finished.":
    "{0} का एक और सत्यापन खुला है। उसके पूरा होने पर फिर पूछें।",
  "{0} was asked a moment ago. Wait half a minute, then ask again.":
    "{0} से अभी-अभी पूछा गया था। आधा मिनट रुकें, फिर पूछें।",
  "The program of {0} does not know of this any more. Begin again.":
    "{0} के प्रोग्राम को इसका अब पता नहीं है। फिर शुरू करें।",
  "What came from the program of {0} does not fit together. That is no slip of a person: a program is broken, or somebody changed what it sent. Ask {1} in person.":
    "{0} के प्रोग्राम से जो आया वह आपस में मेल नहीं खाता। यह किसी व्यक्ति की चूक नहीं है: कोई प्रोग्राम ख़राब है, या किसी ने उसका भेजा हुआ बदला। {1} से सामने मिलकर पूछें।",
  "The key of {0} changed meanwhile, so this proves nothing. Begin again with the new one, and ask {1} why.":
    "{0} की कुंजी इस बीच बदल गई, इसलिए इससे कुछ साबित नहीं होता। नई कुंजी के साथ फिर शुरू करें, और {1} से पूछें कि ऐसा क्यों हुआ।",
  "This chat is stopped, or {0} is blocked: it cannot be done now.":
    "यह बातचीत रुकी है, या {0} ब्लॉक हैं: यह अभी नहीं हो सकता।",
  "The program of {0} did not show its part within a minute. Perhaps it lost the connection. Begin again.":
    "{0} के प्रोग्राम ने एक मिनट में अपना हिस्सा नहीं दिखाया। शायद उसका कनेक्शन टूट गया। फिर शुरू करें।",
  "The program of {0} did not show its part three times in a row. Begin again without {1}, and ask why.":
    "{0} के प्रोग्राम ने लगातार तीन बार अपना हिस्सा नहीं दिखाया। {1} के बिना फिर शुरू करें, और पूछें कि ऐसा क्यों हुआ।",
  "The program of {0}, who leads, told different people different lists. Ask {1} in person; somebody else should lead.":
    "अगुवाई कर रहे {0} के प्रोग्राम ने अलग-अलग लोगों को अलग-अलग सूचियाँ बताईं। {1} से सामने मिलकर पूछें; अगुवाई कोई और करे।",
  "The list of {0} names somebody with what that person never said. Somebody else should lead.":
    "{0} की सूची में किसी के नाम पर वह है जो उस व्यक्ति ने कभी नहीं कहा। अगुवाई कोई और करे।",
  "You are not on the list of {0}: you came in too late, or were left out. Begin again together.":
    "आप {0} की सूची में नहीं हैं: आप बहुत देर से आए, या छूट गए। साथ मिलकर फिर शुरू करें।",
  "Nobody else came in.": "और कोई नहीं आया।",
  "{0} said that something differs.": "{0} ने कहा कि कुछ अलग है।",
  "This is no code of secure-chat, or it is damaged. Read it again, whole and sharp.":
    "यह secure-chat का कोड नहीं है, या ख़राब है। इसे फिर पढ़ें, पूरा और साफ़।",
  'This code does not fit your keys: it was shown to somebody else, or {0} sees another key under your name. Ask {1} to open "Show a code" for you, and compare the 60 digits if it goes wrong again.':
    'यह कोड आपकी कुंजियों से मेल नहीं खाता: यह किसी और को दिखाया गया था, या {0} को आपके नाम से दूसरी कुंजी दिखती है। {1} से कहें कि वे आपके लिए "कोड दिखाएँ" (Show a code) खोलें, और अगर फिर गड़बड़ हो तो 60 अंक मिलाएँ।',
  "This is not the code of {0}, but of somebody else. Read it off the screen of {1}; if you did, compare the 60 digits.":
    "यह {0} का कोड नहीं है, किसी और का है। {1} की स्क्रीन से पढ़ें; अगर वहीं से पढ़ा था, तो 60 अंक मिलाएँ।",
  "Nobody whom this computer knows has the key of this code. If {0} stands before you, the relay may have given you another key for them: compare the 60 digits.":
    "यह कंप्यूटर जिन्हें जानता है उनमें से किसी के पास इस कोड की कुंजी नहीं है। अगर {0} आपके सामने हैं, तो हो सकता है कि रिले ने आपको उनकी कोई दूसरी कुंजी दी हो: 60 अंक मिलाएँ।",
  "This code came as a message, so it proves nothing: whoever can change messages can change a code. Read it off the other screen.":
    "यह कोड संदेश में आया, इसलिए कुछ साबित नहीं करता: जो संदेश बदल सकता है वह कोड भी बदल सकता है। इसे दूसरी स्क्रीन से पढ़ें।",
  "This code has been read before. Ask {0} to show a new one.":
    "यह कोड पहले पढ़ा जा चुका है। {0} से नया दिखाने को कहें।",
  "It ended.": "यह समाप्त हुआ।",
  "{0} asks everybody in {1} to verify each other now.":
    "{0} चाहते हैं कि {1} में सब लोग अभी एक-दूसरे को सत्यापित करें।",
  "{0} asks you to compare seven words now.": "{0} अभी आपके साथ सात शब्द मिलाना चाहते हैं।",
  "Verifying everybody in {0}": "{0} में सबका सत्यापन",
  "Verification with {0}": "{0} के साथ सत्यापन",
  "{0} is open. {1}": "{0} खुला है। {1}",
  "{0} and {1} more": "{0} और {1} और",
  nobody: "कोई नहीं",
  "{0} and {1}": "{0} और {1}",
  "Seven words": "सात शब्द",
  "both at the screen now: side by side, or on the phone": "दोनों अभी स्क्रीन पर: पास बैठकर, या फ़ोन पर",
  "60 digits": "60 अंक",
  "the same on both screens at any time; more to read": "दोनों स्क्रीन पर हमेशा एक जैसे; पढ़ने को ज़्यादा",
  "Show a code": "कोड दिखाएँ",
  "{0} reads it off your screen": "{0} इसे आपकी स्क्रीन से पढ़ते हैं",
  "Read a code": "कोड पढ़ें",
  "from a picture of {0}'s screen, or as text": "{0} की स्क्रीन की तस्वीर से, या पाठ से",
  "Whole room": "पूरा कमरा",
  "everybody who is here, in one round": "जो यहाँ हैं वे सब, एक ही दौर में",
  "has come in": "आ चुके हैं",
  "have come in": "आ चुके हैं",
}
