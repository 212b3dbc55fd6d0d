/** Hindi: states of the connection, of rooms and of messages; days and months. The words for each thing: `hi.ts`. */
import type { Catalogue } from "../language.ts"

export const wordsHi: Catalogue = {
  "waiting to be sent": "भेजा जाना बाकी",
  "at the relay": "रिले पर",
  delivered: "पहुँचा",
  read: "पढ़ा गया",
  "not delivered": "नहीं पहुँचा",
  "delivered to everybody": "सबको पहुँचा",
  "read by everybody": "सबने पढ़ा",
  "{0} {1} read": "{0} {1} ने पढ़ा",
  "{0} r{1}": "{0} r{1}",
  "not delivered to {0} of {1}": "{1} में से {0} को नहीं पहुँचा",
  "read by {0} of {1}": "{1} में से {0} ने पढ़ा",
  "delivered to {0} of {1}": "{1} में से {0} को पहुँचा",
  "{0}, read by {1}": "{0}, {1} ने पढ़ा",
  "Not delivered, and not tried any more. Write it again, or say it another way.":
    "नहीं पहुँचा, और अब कोशिश नहीं की जाती। फिर से लिखें, या किसी और तरीक़े से बताएँ।",
  "{0} of {1} did not confirm it in 30 days. /receipts says who; tell them another way.":
    "{1} में से {0} ने 30 दिनों में इसकी पुष्टि नहीं की। /receipts बताता है किसने; उन्हें किसी और तरीक़े से बताएँ।",
  "{0} not yet": "{0} अभी नहीं",
  "{0} has it": "{0} मिला",
  "{0} read": "{0} पढ़ा",
  "{0} failed": "{0} विफल",
  "does not have it yet": "को अभी नहीं मिला",
  "has it": "को मिल गया",
  "has read it": "ने पढ़ लिया",
  "did not confirm it in 30 days": "ने 30 दिनों में पुष्टि नहीं की",
  "ALARM: the relay has shown two different lists of people. Somebody may be standing between you and others.":
    "चेतावनी: रिले ने लोगों की दो अलग-अलग सूचियाँ दिखाई हैं। हो सकता है कि आपके और दूसरों के बीच कोई हो।",
  "ALARM: the relay shows an older list of people than it has shown before.":
    "चेतावनी: रिले लोगों की जो सूची दिखा रहा है वह पहले दिखाई सूची से पुरानी है।",
  "ALARM: the list of people that the relay hands out is not the one it has signed.":
    "चेतावनी: रिले लोगों की जो सूची दे रहा है वह वह नहीं है जिस पर उसने हस्ताक्षर किए हैं।",
  "ALARM: the relay keeps back from you what it has shown to somebody else.":
    "चेतावनी: रिले आपसे वह छिपा रहा है जो उसने किसी और को दिखाया है।",
  "ALARM: the relay began a new list of people that does not continue the one you have read.":
    "चेतावनी: रिले ने लोगों की नई सूची शुरू की है जो आपकी पढ़ी हुई सूची को आगे नहीं बढ़ाती।",
  "ALARM: the relay signs its list of people with two different keys.":
    "चेतावनी: रिले लोगों की सूची पर दो अलग कुंजियों से हस्ताक्षर करता है।",
  "{0} Nothing is sent until you decide.": "{0} जब तक आप तय नहीं करते, कुछ नहीं भेजा जाता।",
  "the relay itself": "खुद रिले",
  "Theirs has {0} places.": "उनकी सूची में {0} जगहें हैं।",
  "Yours has {0} places, the other one {1}.": "आपकी सूची में {0} जगहें हैं, दूसरी में {1}।",
  "Told by {0}. {1}": "{0} ने बताया। {1}",
  "{0} Which place differs is not known.": "{0} कौन-सी जगह अलग है, यह पता नहीं।",
  "The relay keeps back from you what the list of {0} has from place {1} on.":
    "{0} की सूची में जगह {1} से आगे जो है, उसे रिले आपसे छिपाता है।",
  "The relay keeps back from you what the list of {0} has from place {1} on: there it has {2}.":
    "{0} की सूची में जगह {1} से आगे जो है, उसे रिले आपसे छिपाता है: वहाँ {2} है।",
  "you, ?{0}": "आप, ?{0}",
  "The lists differ at place {0}, in something that is nobody's.":
    "सूचियाँ जगह {0} पर अलग हैं, किसी ऐसी बात में जो किसी की नहीं है।",
  "At place {0} the list of {1} has {2}; yours has nobody there.":
    "जगह {0} पर {1} की सूची में {2} है; आपकी सूची में वहाँ कोई नहीं है।",
  "At place {0} your list has {1}; the list of {2} has something else there.":
    "जगह {0} पर आपकी सूची में {1} है; {2} की सूची में वहाँ कुछ और है।",
  "At place {0} your list has {1}; the list of {2} has {3} there.":
    "जगह {0} पर आपकी सूची में {1} है; {2} की सूची में वहाँ {3} है।",
  "That place is yours: tell {0} and everybody else in person, for whoever reads the other list may be writing to somebody else.":
    "वह जगह आपकी है: {0} और बाकी सबको सामने मिलकर बताएँ, क्योंकि दूसरी सूची पढ़ने वाला शायद किसी और को लिख रहा है।",
  "Tell {0} in person, and whoever runs the relay.": "{0} को सामने मिलकर बताएँ, और रिले चलाने वाले को भी।",
  "One of the two keys may be a stranger's: write nothing to {0} before you have compared keys in person, and tell {1}.":
    "दोनों में से एक कुंजी किसी अजनबी की हो सकती है: सामने मिलकर कुंजियाँ मिलाने से पहले {0} को कुछ न लिखें, और {1} को बताएँ।",
  'The relay was caught showing different lists of people, so nothing is sent or fetched. Tell the others, in person, and ask whoever runs it. "secure-chat directory evidence" prints the proof; "secure-chat directory accept" goes on anyway.':
    'रिले लोगों की अलग-अलग सूचियाँ दिखाते पकड़ा गया, इसलिए न कुछ भेजा जाता है, न लाया जाता है। दूसरों को सामने मिलकर बताएँ, और रिले चलाने वाले से पूछें। "secure-chat directory evidence" सबूत दिखाता है; "secure-chat directory accept" फिर भी आगे बढ़ता है।',
  "You have written nothing here yet.": "आपने यहाँ अब तक कुछ नहीं लिखा है।",
  "You have not written {0} here.": "आपने यहाँ {0} नहीं लिखे हैं।",
  message: "संदेश",
  messages: "संदेश",
  "{0} you: {1}": "{0} आप: {1}",
  "It waits on this computer and is sent as soon as the relay can be reached.":
    "यह इस कंप्यूटर पर रुका है और रिले मिलते ही भेजा जाएगा।",
  "{0} of {1} did not confirm it in 30 days, and it is not tried any more: tell them another way.":
    "{1} में से {0} ने 30 दिनों में इसकी पुष्टि नहीं की, और अब कोशिश नहीं की जाती: उन्हें किसी और तरीक़े से बताएँ।",
  "Whoever does not have it yet gets it when they come back, for up to 30 days.":
    "जिनके पास यह अभी नहीं है उन्हें लौटने पर मिलेगा, 30 दिनों तक।",
  "It was not delivered, and is not tried any more: write it again.":
    "यह नहीं पहुँचा, और अब कोशिश नहीं की जाती: फिर से लिखें।",
  "Another copy of your profile sent it: who has it is not known here.":
    "आपकी प्रोफ़ाइल की किसी दूसरी प्रति ने इसे भेजा: यहाँ पता नहीं कि यह किसे मिला।",
  " This computer knows of nobody who was here when it was sent.":
    " इस कंप्यूटर को पता नहीं कि भेजते समय यहाँ कोई था।",
  "It is {0}.{1}": "यह {0} है।{1}",
  Sunday: "रविवार",
  Monday: "सोमवार",
  Tuesday: "मंगलवार",
  Wednesday: "बुधवार",
  Thursday: "गुरुवार",
  Friday: "शुक्रवार",
  Saturday: "शनिवार",
  January: "जनवरी",
  February: "फ़रवरी",
  March: "मार्च",
  April: "अप्रैल",
  May: "मई",
  June: "जून",
  July: "जुलाई",
  August: "अगस्त",
  September: "सितंबर",
  October: "अक्टूबर",
  November: "नवंबर",
  December: "दिसंबर",
  "The disk of this computer is full. Nothing can be saved, so nothing comes in and nothing is sent until there is room again; then it goes on by itself.":
    "इस कंप्यूटर की डिस्क भर गई है। कुछ सहेजा नहीं जा सकता, इसलिए जब तक जगह नहीं होती न कुछ आता है, न भेजा जाता है; फिर सब अपने-आप चलने लगता है।",
  "a day that no clock knows": "ऐसा दिन जिसे कोई घड़ी नहीं जानती",
  verified: "सत्यापित",
  "key CHANGED": "कुंजी बदली",
  "KEYS DIFFER": "कुंजियाँ अलग हैं",
  "old key, replaced": "पुरानी कुंजी, बदली जा चुकी",
  "no relay": "कोई रिले नहीं",
  connecting: "जुड़ रहे हैं",
  connected: "जुड़े हैं",
  "{0}, trying again": "{0}, फिर कोशिश जारी",
  "STOPPED: {0}": "रोका गया: {0}",
  "relay not reached": "रिले नहीं मिला",
  "connection lost": "कनेक्शन टूटा",
  "wrong relay": "ग़लत रिले",
  "invitation refused": "निमंत्रण अस्वीकृत",
  "device removed": "डिवाइस हटाया गया",
  "name taken": "नाम लिया हुआ है",
  "name has another key": "नाम की दूसरी कुंजी है",
  "code refused": "कोड अस्वीकृत",
  "open elsewhere": "कहीं और खुला है",
  "other version": "दूसरा संस्करण",
  "relay contradicts itself": "रिले की बातें मेल नहीं खातीं",
  "relay caught lying": "रिले झूठ बोलते पकड़ा गया",
  "relay busy": "रिले व्यस्त",
  "disk full": "डिस्क भरी है",
  "The computer at {0} is not the relay you joined: its key differs. Nothing was sent. Perhaps another machine has this address now; ask whoever runs the relay.":
    "{0} वाला कंप्यूटर वह रिले नहीं है जिससे आप जुड़े थे: उसकी कुंजी अलग है। कुछ नहीं भेजा गया। शायद अब यह पता किसी दूसरी मशीन का है; रिले चलाने वाले से पूछें।",
  "The relay does not accept this invitation. Ask for a new one and join again.":
    "रिले यह निमंत्रण नहीं मानता। नया माँगें और फिर जुड़ें।",
  "This device is no longer yours at the relay: your profile was restored on another one, or this one's certificate has run out. Nothing is sent from here; what is stored here can still be read.":
    "यह डिवाइस रिले पर अब आपका नहीं है: आपकी प्रोफ़ाइल किसी दूसरे पर वापस लाई गई, या इसके प्रमाणपत्र की अवधि ख़त्म हो गई। यहाँ से कुछ नहीं भेजा जाता; जो यहाँ रखा है वह पढ़ा जा सकता है।",
  "Somebody else on this relay has your name, or one that looks like it. Choose another name and join again. If it is yours and its key is lost, ask the operator for a code.":
    "इस रिले पर किसी और का नाम यही है, या इसी जैसा दिखता है। दूसरा नाम चुनें और फिर जुड़ें। अगर नाम आपका है और उसकी कुंजी खो गई है, तो रिले चलाने वाले से कोड माँगें।",
  "You have another key at the relay now, newer than the one that is stored here. If this was put back from an older backup, use a newer one, or the computer that has the new key; without either, ask whoever runs the relay for a code. If you never took a new key, tell them at once: somebody has taken your name.":
    "रिले पर अब आपकी दूसरी कुंजी है, यहाँ रखी कुंजी से नई। अगर यह किसी पुराने बैकअप से लौटाई गई है, तो नया बैकअप लें, या वह कंप्यूटर जिस पर नई कुंजी है; दोनों न हों, तो रिले चलाने वाले से कोड माँगें। अगर आपने कभी नई कुंजी नहीं ली, तो उन्हें तुरंत बताएँ: किसी ने आपका नाम ले लिया है।",
  "This account was closed. What is stored here can still be read; nothing comes in and nothing is sent.":
    "यह खाता बंद किया गया। जो यहाँ रखा है वह पढ़ा जा सकता है; न कुछ आता है, न भेजा जाता है।",
  "The relay does not take this code: it is not the right one, was used, or is too old. Ask the operator for a new one.":
    "रिले यह कोड नहीं मानता: यह सही नहीं है, काम में आ चुका है, या बहुत पुराना है। रिले चलाने वाले से नया माँगें।",
  "You are connected from another window. Close one of the two, then start this one again.":
    "आप दूसरी विंडो से जुड़े हैं। दोनों में से एक बंद करें, फिर इसे दोबारा शुरू करें।",
  "The relay speaks another version. Use the same secure-chat as the relay.":
    "रिले का संस्करण अलग है। वही secure-chat उपयोग करें जो रिले पर है।",
  "The relay contradicts what it said before. Nothing is sent until you have asked whoever runs it.":
    "रिले अब कुछ और कह रहा है और पहले कुछ और कहा था। जब तक आप उसे चलाने वाले से नहीं पूछते, कुछ नहीं भेजा जाता।",
  "The relay has no room for another connection. Start again in a while.":
    "रिले के पास एक और कनेक्शन की जगह नहीं है। थोड़ी देर में फिर शुरू करें।",
  "The relay at {0} is not there. See that it runs and that you are on its network, then start again.":
    "{0} पर रिले नहीं है। देखें कि वह चल रहा है और आप उसी के नेटवर्क पर हैं, फिर दोबारा शुरू करें।",
  "What you write waits here and is tried again.": "आप जो लिखते हैं वह यहाँ रुकता है और फिर भेजने की कोशिश होती है।",
  "The disk of the relay is full. {0}": "रिले की डिस्क भर गई है। {0}",
  "The relay takes no more here for now: a limit is reached. {0}":
    "रिले यहाँ अभी और नहीं लेता: सीमा पूरी हो गई है। {0}",
  "The relay asks us to wait: {0}": "रिले हमसे रुकने को कहता है: {0}",
  "Nobody can come in by this link now. It may have been replaced; if this stays so, ask somebody in the room for a new invitation, and join with that.":
    "इस लिंक से अभी कोई अंदर नहीं आ सकता। शायद वह बदल दिया गया है; अगर ऐसा ही रहे, तो कमरे में किसी से नया निमंत्रण माँगें, और उससे जुड़ें।",
  "This room does not let you in: you were removed from it. Ask a moderator, in person.":
    "यह कमरा आपको अंदर नहीं आने देता: आपको इससे हटाया गया है। किसी संचालक से सामने मिलकर पूछें।",
  "Coming in… what you write is sent as soon as you are in.":
    "शामिल हो रहे हैं… आप जो लिखते हैं वह अंदर आते ही भेजा जाता है।",
  "Waiting for an answer; what you write is kept and sent.":
    "जवाब का इंतज़ार है; आप जो लिखते हैं वह रखा और भेजा जाता है।",
  "You have blocked {0}: nothing of them is shown, and nothing is sent. /unblock {1} ends it.":
    "आपने {0} को ब्लॉक किया है: उनका कुछ नहीं दिखाया जाता, और कुछ नहीं भेजा जाता। /unblock {1} ब्लॉक हटाता है।",
  "{0} has closed the account. Nothing can be sent there any more.":
    "{0} ने खाता बंद कर दिया है। वहाँ अब कुछ नहीं भेजा जा सकता।",
  "STOPPED: this room moved on without you. It heals when somebody in it is online.":
    "रोका गया: यह कमरा आपके बिना आगे बढ़ गया। जब इसका कोई सदस्य ऑनलाइन होगा, यह ठीक हो जाएगा।",
  "STOPPED: the key of {0} did not fit. Ask them in person; /verify compares keys.":
    "रोका गया: {0} की कुंजी मेल नहीं खाई। उनसे सामने मिलकर पूछें; /verify कुंजियाँ मिलाता है।",
  "STOPPED: the computer of {0} tells different people different things. Nothing is sent here; ask {1} in person.":
    "रोका गया: {0} का कंप्यूटर अलग-अलग लोगों को अलग-अलग बातें बताता है। यहाँ कुछ नहीं भेजा जाता; {1} से सामने मिलकर पूछें।",
  "STOPPED: this disk is full or failing. Make room, then start again.":
    "रोका गया: यह डिस्क भरी है या ख़राब हो रही है। जगह बनाएँ, फिर दोबारा शुरू करें।",
  "You were removed from this room. What was said stays here to read; nothing more comes in or goes out.":
    "आपको इस कमरे से हटाया गया। जो कहा गया वह यहाँ पढ़ा जा सकता है; और कुछ न आता है, न जाता है।",
  "Waiting to be let in.": "अंदर आने देने का इंतज़ार है।",
  "end-to-end, {0} CHANGED": "एंड-टू-एंड, {0} की कुंजी बदली",
  "end-to-end, keys of {0} DIFFER": "एंड-टू-एंड, {0} की कुंजियाँ अलग हैं",
  "end-to-end, old keys of {0} still here": "एंड-टू-एंड, {0} की पुरानी कुंजियाँ अब भी यहाँ",
  "end-to-end, {0} blocked": "एंड-टू-एंड, {0} ब्लॉक",
  "end-to-end": "एंड-टू-एंड",
  "end-to-end, verified": "एंड-टू-एंड, सत्यापित",
  "end-to-end, not verified": "एंड-टू-एंड, सत्यापित नहीं",
  "end-to-end, {0} not verified": "एंड-टू-एंड, {0} सत्यापित नहीं",
  "Not saved. {0}": "नहीं सहेजा गया। {0}",
  "That did not work: {0}": "यह नहीं हो सका: {0}",
  "only you so far": "अब तक केवल आप",
  "{0} here": "{0} यहाँ",
  "{0} here, {1} listed": "{0} यहाँ, {1} सूची में",
  "Nobody but you is in this room so far.": "अब तक इस कमरे में आपके सिवा कोई नहीं है।",
  "{0} people are here, you among them. All have written or signed something since you came in.":
    "आप सहित {0} लोग यहाँ हैं। आपके आने के बाद सबने कुछ लिखा या हस्ताक्षर किया है।",
  "{0} people are here, you among them: they wrote or signed something since you came in. {1} only listed; whether they are really there has not been seen yet.":
    "आप सहित {0} लोग यहाँ हैं: उन्होंने आपके आने के बाद कुछ लिखा या हस्ताक्षर किया है। {1} केवल सूची में; वे सचमुच यहाँ हैं, यह अभी नहीं देखा गया।",
  "more is": "और",
  "more are": "और",
  "person is": "व्यक्ति",
  "people are": "लोग",
  "Only you are here for certain. {0} only listed; whether they are really there has not been seen yet.":
    "पक्के तौर पर यहाँ केवल आप हैं। {0} केवल सूची में; वे सचमुच यहाँ हैं, यह अभी नहीं देखा गया।",
  "{0} here and will be sent the next time you start.": "{0}; अगली बार शुरू करने पर यह अपने-आप हो जाएगा।",
  "message waits": "संदेश भेजना बाकी है",
  "messages wait": "संदेश भेजने बाकी हैं",
  " on the relay at {0}": " {0} वाले रिले पर",
  "You were {0}{1}. Nothing of the chat stays on this screen.":
    "आप{1} {0} थे। बातचीत का कुछ भी इस स्क्रीन पर नहीं रहता।",
  "Everything you wrote has reached the relay.": "आपने जो कुछ लिखा वह रिले तक पहुँच गया है।",
  "Whoever runs the relay decides about newcomers, and was asked to let you in.":
    "नए लोगों के बारे में रिले चलाने वाले तय करते हैं; उनसे आपको आने देने के लिए कहा गया है।",
  "Whoever runs the relay has shut you out. What is stored here can still be read; nothing comes in and nothing is sent. Ask them.":
    "रिले चलाने वाले ने आपको बाहर कर दिया है। जो यहाँ रखा है वह पढ़ा जा सकता है; न कुछ आता है, न भेजा जाता है। उनसे पूछें।",
  "shut out": "बाहर किया गया",
  "the operator is asked to let you in": "रिले चलाने वाले से आने की अनुमति माँगी है",
  "{0} of {1} has it": "{1} में से {0} को मिला",
  "{0} of {1} have it": "{1} में से {0} को मिला",
  "{0}, {1} of them has read it.": "{0}, उनमें से {1} ने पढ़ लिया।",
  "{0}, {1} of them have read it.": "{0}, उनमें से {1} ने पढ़ लिया।",
}
