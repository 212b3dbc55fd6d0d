/** Hindi: messages of errors and their hints, which start small and end open, as the English ones. The words for each thing: `hi.ts`. */
import type { Catalogue } from "../language.ts"
import { relayErrorsHi } from "./hi-errors-relay.ts"

export const errorsHi: Catalogue = {
  ...relayErrorsHi,
  "{0} cannot be read; remove it, and approve again": "{0} पढ़ी नहीं जा सकती; उसे हटाएँ और फिर अनुमति दें",
  "{0} exists already": "{0} पहले से है",
  "give either an alias, or --remove": "या तो उपनाम दें, या --remove",
  "there is no relay in {0}": "{0} में कोई रिले नहीं है",
  "{0} proves nothing": "{0} कुछ साबित नहीं करती",
  "this computer had no time for {0} of {1} attacks": "{1} में से {0} हमलों के लिए इस कंप्यूटर के पास समय नहीं था",
  "{0} of {1} attacks were not caught": "{1} में से {0} हमले पकड़े नहीं गए",
  "say about whom: trust NAME --later": "बताएँ किसके बारे में: trust NAME --later",
  "there is nothing to decide about {0}": "{0} के बारे में कुछ तय नहीं करना है",
  "this cannot be undone, and nobody gets your name again: add --yes":
    "यह वापस नहीं हो सकता, और आपका नाम फिर किसी को नहीं मिलता: --yes जोड़ें",
  '"{0}" is no type of event': '"{0}" किसी घटना का प्रकार नहीं है',
  '"{0}" is no cursor; take one from an event': '"{0}" कोई कर्सर नहीं है; किसी घटना से लें',
  "no relay runs in {0}": "{0} में कोई रिले नहीं चल रहा",
  "{0} names no process": "{0} में किसी प्रोसेस का नाम नहीं है",
  "the relay (process {0}) has not stopped yet": "रिले (प्रोसेस {0}) अभी रुका नहीं है",
  "a relay runs in {0} already": "{0} में एक रिले पहले से चल रहा है",
  "{0} is not empty": "{0} खाली नहीं है",
  "nobody is there to be asked; --yes does it without asking": "पूछने के लिए कोई नहीं है; --yes बिना पूछे करता है",
  "nothing was done": "कुछ नहीं किया गया",
  "what the relay says it holds is not what it must hold; see above":
    "रिले जो बताता है कि उसके पास है, वह वह नहीं है जो होना चाहिए; ऊपर देखें",
  "the message was not delivered, and is not tried any more": "संदेश नहीं पहुँचा, और अब कोशिश नहीं की जाती",
  "send what? give the text, or - to read it from stdin": "क्या भेजें? पाठ दें, या stdin से पढ़ने के लिए -",
  "the text on stdin is not UTF-8": "stdin का पाठ UTF-8 नहीं है",
  "not sent: you have not verified {0}": "नहीं भेजा: आपने {0} को सत्यापित नहीं किया है",
  "there is no such setting; there are {0}": "ऐसी कोई सेटिंग नहीं है; ये हैं: {0}",
  "{0} is not used": "{0} का उपयोग नहीं होता",
  "give one of --number, --expect, --words, --qr, --read and --room":
    "इनमें से एक दें: --number, --expect, --words, --qr, --read, --room",
  "a whole room has no name beside it": "पूरे कमरे के साथ नाम नहीं दिया जाता",
  "verify whom? give a name, or --room": "किसे सत्यापित करें? नाम दें, या --room",
  "that is not the safety number you share with {0}; nothing was marked":
    "यह {0} के साथ आपके सुरक्षा अंक नहीं हैं; कोई निशान नहीं लगाया गया",
  "a safety number has {0} digits, this has {1} characters; nothing was marked":
    "सुरक्षा अंक {0} होते हैं, इसमें {1} अक्षर हैं; कोई निशान नहीं लगाया गया",
  "the demonstration failed: {0}": "प्रदर्शन विफल हुआ: {0}",
  "{0}:{1} is only an address: whoever answers there could not be recognised":
    "{0}:{1} केवल पता है: वहाँ जो जवाब दे उसे पहचाना नहीं जा सकेगा",
  "who are you? give --name NAME": "आप कौन हैं? --name NAME दें",
  '"{0}" is no duration; write 500ms, 10s, 2m, 1h or 1d':
    '"{0}" कोई अवधि नहीं है; 500ms, 10s, 2m, 1h या 1d लिखें',
  '"{0}" is no address for an invitation: write a name or an address without a port':
    '"{0}" निमंत्रण के लिए पता नहीं है: पोर्ट के बिना नाम या पता लिखें',
  '"{0}" is no count; write a whole number from 1 up': '"{0}" कोई गिनती नहीं है; 1 या उससे बड़ी पूरी संख्या लिखें',
  '"{0}" is no file descriptor; write a number, such as 3':
    '"{0}" कोई फ़ाइल डिस्क्रिप्टर नहीं है; कोई संख्या लिखें, जैसे 3',
  '"{0}" is no port; ports are 0 to 65535': '"{0}" कोई पोर्ट नहीं है; पोर्ट 0 से 65535 तक होते हैं',
  "the relay could not be started": "रिले शुरू नहीं हो सका",
  "the relay did not start": "रिले शुरू नहीं हुआ",
  "this profile is locked with a passphrase": "इस प्रोफ़ाइल पर पासफ़्रेज़ का ताला है",
  "nothing can be read from file descriptor {0}": "फ़ाइल डिस्क्रिप्टर {0} से कुछ पढ़ा नहीं जा सकता",
  "the passphrase is not UTF-8": "पासफ़्रेज़ UTF-8 नहीं है",
  "file descriptor {0} holds no passphrase": "फ़ाइल डिस्क्रिप्टर {0} में कोई पासफ़्रेज़ नहीं है",
  "a passphrase has at most {0} characters": "पासफ़्रेज़ में अधिक से अधिक {0} अक्षर होते हैं",
  "left before a passphrase was given": "पासफ़्रेज़ दिए बिना छोड़ दिया गया",
  "you went back before the relay answered": "रिले के जवाब देने से पहले आप वापस चले गए",
  "another secure-chat has the profile in {0} open": "{0} की प्रोफ़ाइल किसी दूसरे secure-chat में खुली है",
  "the passphrase is wrong": "पासफ़्रेज़ ग़लत है",
  "this picture could not be read: the reader did not come to an end with it":
    "यह तस्वीर पढ़ी नहीं जा सकी: पढ़ने वाला प्रोग्राम इसे पूरा नहीं कर सका",
  "no QR code was found in this picture: it must show the whole code with its white edge, sharp and not too small":
    "इस तस्वीर में कोई QR कोड नहीं मिला: इसमें सफ़ेद किनारे के साथ पूरा कोड दिखना चाहिए, साफ़ और बहुत छोटा नहीं",
  "this file is neither a PNG nor a JPEG picture": "यह फ़ाइल न PNG तस्वीर है, न JPEG",
  "this PNG is interlaced; save it as a plain PNG or as a JPEG":
    "यह PNG इंटरलेस्ड है; इसे साधारण PNG या JPEG के रूप में सहेजें",
  "this picture is damaged: it cannot be read to its end": "यह तस्वीर ख़राब है: इसे अंत तक नहीं पढ़ा जा सकता",
  "this picture is too large{0}: at most 16 MB and 4096 × 4096 points":
    "यह तस्वीर बहुत बड़ी है{0}: अधिक से अधिक 16 MB और 4096 × 4096 बिंदु",
  "{0} is gone; put it back from a copy of the folder": "{0} नहीं रही; फ़ोल्डर की प्रति से उसे वापस रखें",
  "this relay was set up with an invitation; an open relay needs a folder of its own (--data DIR)":
    "यह रिले निमंत्रण के साथ बनाया गया था; खुले रिले को अपना अलग फ़ोल्डर चाहिए (--data DIR)",
  "a relay's name has 1 to {0} bytes": "रिले के नाम में 1 से {0} बाइट होते हैं",
  "{0} cannot be read; put it back from a copy of the folder":
    "{0} पढ़ी नहीं जा सकती; फ़ोल्डर की प्रति से उसे वापस रखें",
  "{0} holds no twelve words; put it back from a copy of the folder":
    "{0} में बारह शब्द नहीं हैं; फ़ोल्डर की प्रति से उसे वापस रखें",
  "what answers at {0} is not the relay of the invitation": "{0} पर जो जवाब देता है वह निमंत्रण वाला रिले नहीं है",
  "the relay at {0} does not accept this invitation": "{0} वाला रिले यह निमंत्रण नहीं मानता",
  "the relay at {0} no longer lists this device as yours": "{0} वाले रिले की सूची में यह डिवाइस अब आपका नहीं है",
  "somebody on this relay has that name already, or one that looks like it":
    "इस रिले पर यह नाम, या इस जैसा दिखने वाला, पहले से किसी का है",
  "you have another key at this relay, newer than this profile's; if it is an older backup, restore a newer one, or ask the operator for a code":
    "इस रिले पर आपकी दूसरी कुंजी है, इस प्रोफ़ाइल की कुंजी से नई; अगर यह किसी पुराने बैकअप की है, तो नया बैकअप लौटाएँ, या रिले चलाने वाले से कोड माँगें",
  "this account was closed": "यह खाता बंद किया गया",
  "the relay does not take this code: wrong, used, or too old":
    "रिले यह कोड नहीं मानता: ग़लत है, काम में आ चुका है, या बहुत पुराना है",
  "this profile has connected from another place": "यह प्रोफ़ाइल किसी और जगह से जुड़ गई है",
  "the relay at {0} was caught showing different lists of people":
    "{0} वाला रिले लोगों की अलग-अलग सूचियाँ दिखाते पकड़ा गया",
  "whoever runs the relay at {0} has shut you out": "{0} वाला रिले चलाने वाले ने आपको बाहर कर दिया है",
  "the relay at {0} speaks another version of secure-chat": "{0} वाले रिले पर secure-chat का दूसरा संस्करण है",
  "the relay at {0} refuses ({1})": "{0} वाला रिले मना करता है ({1})",
  "whoever runs the relay at {0} was asked to let you in":
    "{0} वाला रिले चलाने वाले से आपको आने देने के लिए कहा गया है",
  "there is no connection to a relay": "किसी रिले से कनेक्शन नहीं है",
  "no relay answers at {0}": "{0} पर कोई रिले जवाब नहीं देता",
  "there is no terminal for the twelve words": "बारह शब्दों के लिए कोई टर्मिनल नहीं है",
  "nothing can be written to file descriptor {0}": "फ़ाइल डिस्क्रिप्टर {0} में कुछ लिखा नहीं जा सकता",
  "no words were given": "कोई शब्द नहीं दिए गए",
  "there is nothing to back up: this folder holds no profile yet":
    "बैकअप के लिए कुछ नहीं है: इस फ़ोल्डर में अभी कोई प्रोफ़ाइल नहीं है",
  "this profile is damaged: not all of it can be read": "यह प्रोफ़ाइल ख़राब है: पूरी नहीं पढ़ी जा सकती",
  "this profile has joined no relay yet": "यह प्रोफ़ाइल अभी किसी रिले से नहीं जुड़ी है",
  "there is no message of yours in {0}": "{0} में आपका कोई संदेश नहीं है",
  "there is no profile in {0} yet": "{0} में अभी कोई प्रोफ़ाइल नहीं है",
  '{0} has a database but not its key (the file "key" or "vault")':
    '{0} में डेटाबेस है पर उसकी कुंजी नहीं ("key" या "vault" फ़ाइल)',
  "{0} is gone": "{0} नहीं रही",
  "{0} is empty": "{0} खाली है",
  'the file "key" of this profile is damaged': 'इस प्रोफ़ाइल की "key" फ़ाइल ख़राब है',
  "the disk is full: nothing is fetched or sent until there is room":
    "डिस्क भर गई है: जगह होने तक न कुछ आता है, न भेजा जाता है",
  "nobody here has that id": "यहाँ यह id किसी की नहीं है",
  "this person is not in the relay's directory": "यह व्यक्ति रिले की सूची में नहीं है",
  "the relay's directory, as it was last read, does not hold them": "पिछली बार पढ़ी गई रिले की सूची में वे नहीं हैं",
  "this person's key was replaced meanwhile; compare the new one":
    "इस व्यक्ति की कुंजी इस बीच बदल दी गई; नई को मिलाएँ",
  "a new name is on its way; try again in a moment": "नया नाम भेजा जा रहा है; थोड़ी देर में फिर कोशिश करें",
  "a verification is open, and names are part of it; finish or cancel it first":
    "एक सत्यापन खुला है, और नाम उसका हिस्सा हैं; पहले उसे पूरा करें या रद्द करें",
  "an account is closed while the relay is connected": "खाता तभी बंद होता है जब रिले जुड़ा हो",
  "the link is being replaced just now; ask again in a moment": "लिंक अभी बदला जा रहा है; थोड़ी देर में फिर माँगें",
  "you are not in a room that people join by a link": "आप ऐसे कमरे में नहीं हैं जिसमें लोग लिंक से जुड़ते हैं",
  "the relay's key is not known before the first connection": "पहले कनेक्शन से पहले रिले की कुंजी पता नहीं होती",
  'nobody here is called "{0}"': 'यहाँ "{0}" नाम का कोई नहीं है',
  '"{0}" could mean any of these, and nothing was done: {1}{2}. Write the name with its tag, as it stands here':
    '"{0}" का मतलब इनमें से कोई भी हो सकता है, और कुछ नहीं किया गया: {1}{2}। नाम को उसके टैग के साथ लिखें, जैसा यहाँ है',
  '"{0}" looks like the name of {1}': '"{0}" {1} के नाम जैसा दिखता है',
  "there is nothing in this message": "इस संदेश में कुछ नहीं है",
  "the message has {0} bytes; at most {1} fit. Send it in parts":
    "संदेश {0} बाइट का है; अधिक से अधिक {1} आ सकते हैं। इसे हिस्सों में भेजें",
  "this person is blocked": "यह व्यक्ति ब्लॉक है",
  "this person has closed their account": "इस व्यक्ति ने अपना खाता बंद कर दिया है",
  "you were removed from this room; nothing can be sent there":
    "आपको इस कमरे से हटाया गया; वहाँ कुछ नहीं भेजा जा सकता",
  "{0}, whose invitation brought you here, has not been heard in this room yet, so it may not be the one you were invited to":
    "{0}, जिनके निमंत्रण से आप यहाँ आए, अभी इस कमरे में सुनाई नहीं दिए हैं; हो सकता है यह वह कमरा न हो जिसमें आपको बुलाया गया था",
  "{0}; wait until they are here, ask them in person, or send it again to send it all the same":
    "{0}; उनके आने तक रुकें, उनसे सामने मिलकर पूछें, या फिर भी भेजने के लिए दोबारा भेजें",
  "{0}; the message waits here, and the next command that reaches the relay sends it":
    "{0}; संदेश यहाँ रुका है, और रिले तक पहुँचने वाली अगली कमांड उसे भेजती है",
  "this profile was written by a newer version of secure-chat; update the program":
    "यह प्रोफ़ाइल secure-chat के नए संस्करण ने लिखी है; प्रोग्राम को अपडेट करें",
  "this folder holds a profile already": "इस फ़ोल्डर में पहले से एक प्रोफ़ाइल है",
  "this profile has a name already, and keeps it": "इस प्रोफ़ाइल का नाम पहले से है, और वही रहता है",
  "the name is registered and stays": "नाम दर्ज हो चुका है और वही रहता है",
  "this profile belongs to another relay; use another folder (--data DIR)":
    "यह प्रोफ़ाइल दूसरे रिले की है; दूसरा फ़ोल्डर लें (--data DIR)",
  "this profile has no relay yet": "इस प्रोफ़ाइल का अभी कोई रिले नहीं है",
  "those are not the twelve words of an invitation; check the spelling":
    "ये निमंत्रण के बारह शब्द नहीं हैं; वर्तनी जाँचें",
  "there is no message of yours with this id in this room": "इस कमरे में इस id का आपका कोई संदेश नहीं है",
  "a record in the database makes no sense": "डेटाबेस की एक प्रविष्टि का कोई अर्थ नहीं बनता",
  "a name is changed while the relay is connected": "नाम तभी बदलता है जब रिले जुड़ा हो",
  "the relay has not answered about the name before yet": "रिले ने पिछले नाम के बारे में अभी जवाब नहीं दिया है",
  "the relay leaves open whether an earlier name was registered; try again later":
    "रिले यह साफ़ नहीं करता कि पहले वाला नाम दर्ज हुआ या नहीं; बाद में फिर कोशिश करें",
  "the relay does not show the new name; if it comes, you are told":
    "रिले नया नाम नहीं दिखा रहा; आते ही आपको बताया जाएगा",
  'somebody on this relay has or had the name "{0}", or one that looks like it':
    'इस रिले पर "{0}" नाम, या इस जैसा दिखने वाला, किसी का है या था',
  "the relay gives nobody so many names; one that you had before is still yours":
    "रिले किसी को इतने नाम नहीं देता; जो नाम आपका पहले था वह अब भी आपका है",
  "the relay does not take another name now": "रिले अभी दूसरा नाम नहीं लेता",
  "there is no such room": "ऐसा कोई कमरा नहीं है",
  'there is no room called "{0}"; #everyone is the one there is':
    '"{0}" नाम का कोई कमरा नहीं है; केवल #everyone है',
  "a new key is made while the relay is connected": "नई कुंजी तभी बनती है जब रिले जुड़ा हो",
  "a conversation is still being read or joined; try again in a moment":
    "कोई बातचीत अभी पढ़ी या खोली जा रही है; थोड़ी देर में फिर कोशिश करें",
  "the keys of this profile's account cannot be read any more":
    "इस प्रोफ़ाइल के खाते की कुंजियाँ अब पढ़ी नहीं जा सकतीं",
  "the folder of the database does not exist": "डेटाबेस का फ़ोल्डर नहीं है",
  "the database is damaged or belongs to another key": "डेटाबेस ख़राब है या किसी दूसरी कुंजी का है",
  "the disk is full": "डिस्क भर गई है",
  "the disk failed ({0})": "डिस्क विफल हुई ({0})",
  "the disk refused ({0}): it may not be writable": "डिस्क ने मना किया ({0}): शायद उस पर लिखा नहीं जा सकता",
  "the database does not fit ({0})": "डेटाबेस मेल नहीं खाता ({0})",
  "the disk gave back other bytes than it was given": "डिस्क ने वे बाइट नहीं लौटाए जो उसे दिए गए थे",
  "the disk failed to write": "डिस्क लिख नहीं सकी",
  "the disk failed to sync": "डिस्क सहेजना पूरा नहीं कर सकी",
  "a newer secure-chat wrote this profile; use that one":
    "यह प्रोफ़ाइल नए secure-chat ने लिखी है; उसी का उपयोग करें",
  "this room is not open": "यह कमरा खुला नहीं है",
  "nobody else has come in yet": "अभी और कोई नहीं आया",
  "there is no such verification": "ऐसा कोई सत्यापन नहीं है",
  "one is open already": "एक पहले से खुला है",
  "half a minute must pass between two": "दो के बीच आधा मिनट होना चाहिए",
  "this verification is over, or waits for somebody else": "यह सत्यापन समाप्त है, या किसी और का इंतज़ार कर रहा है",
  "you are not in #everyone": "आप #everyone में नहीं हैं",
  "only a moderator of this room can do that; /moderators says who is one":
    "यह केवल इस कमरे के संचालक कर सकते हैं; /moderators बताता है कौन हैं",
  "only a moderator of this room can do that": "यह केवल इस कमरे के संचालक कर सकते हैं",
  "this is no room that people join by a link": "इस कमरे में लोग लिंक से नहीं जुड़ते",
  "you cannot remove yourself": "आप खुद को नहीं हटा सकते",
  "a room keeps out at most {0} people; let somebody back in first":
    "एक कमरा अधिक से अधिक {0} लोगों को बाहर रखता है; पहले किसी को वापस आने दें",
  "this person was removed; let them back in first": "इस व्यक्ति को हटाया गया था; पहले उन्हें वापस आने दें",
  "a moderator must be in the room": "संचालक का कमरे में होना ज़रूरी है",
  "a room has at most {0} moderators": "एक कमरे में अधिक से अधिक {0} संचालक होते हैं",
  "a room keeps at least one moderator who is in it": "कमरे में मौजूद कम से कम एक संचालक रहना चाहिए",
  "the key of somebody here was replaced; nothing is sent until you decide":
    "यहाँ के किसी व्यक्ति की कुंजी बदल दी गई; जब तक आप तय नहीं करते, कुछ नहीं भेजा जाता",
  "talk in person, then compare again: secure-chat verify NAME --number; or secure-chat block NAME":
    "सामने मिलकर बात करें, फिर दोबारा मिलाएँ: secure-chat verify NAME --number; या secure-chat block NAME",
  "you compared keys with {0} and they differ: that cannot be put off":
    "आपने {0} के साथ कुंजियाँ मिलाईं और वे अलग हैं: इसे टाला नहीं जा सकता",
  "the keys did not match; nothing is sent until they have been compared again":
    "कुंजियाँ नहीं मिलीं; जब तक उन्हें फिर मिलाया नहीं जाता, कुछ नहीं भेजा जाता",
  "this person's key was replaced; nothing is sent until you decide":
    "इस व्यक्ति की कुंजी बदल दी गई; जब तक आप तय नहीं करते, कुछ नहीं भेजा जाता",
  "this name was given to another key, and there is no chat with that one yet":
    "यह नाम दूसरी कुंजी को दिया गया, और उसके साथ अभी कोई बातचीत नहीं है",
  "two keys say that they follow the one this person had, and there is no chat with the one that counts yet":
    "दो कुंजियाँ कहती हैं कि वे इस व्यक्ति की पिछली कुंजी के बाद की हैं, और जो मान्य है उसके साथ अभी कोई बातचीत नहीं है",
  "{0}, so words and codes cannot reach it. Compare the 60 digits with the person, face to face or by telephone, or read the code off their screen; after that it is as always":
    "{0}, इसलिए शब्द और कोड उस तक नहीं पहुँच सकते। उस व्यक्ति के साथ 60 अंक मिलाएँ, आमने-सामने या फ़ोन पर, या उनकी स्क्रीन से कोड पढ़ें; उसके बाद सब पहले जैसा है",
  "a name has at least one letter or digit": "नाम में कम से कम एक अक्षर या अंक होता है",
  "a name has at most {0} characters ({1} bytes)": "नाम में अधिक से अधिक {0} अक्षर ({1} बाइट) होते हैं",
  "a name holds nothing that cannot be seen: no control, direction or zero-width characters":
    "नाम में न दिखने वाला कुछ नहीं होता: नियंत्रण, दिशा या शून्य चौड़ाई के चिह्न नहीं",
  "a name is made of letters, digits, spaces and - . ' _": "नाम अक्षरों, अंकों, खाली जगह और - . ' _ से बनता है",
  "a name is written in one alphabet: this one mixes letters of several":
    "नाम एक ही लिपि में लिखा जाता है: इसमें कई लिपियों के अक्षर हैं",
  "the digits of a name are all of one kind": "नाम के सभी अंक एक ही प्रकार के होते हैं",
  "an accent or vowel sign in a name stands on a letter": "नाम में मात्रा या चिह्न किसी अक्षर पर ही लगता है",
  "a name has too many marks on one letter": "नाम के एक अक्षर पर बहुत सारे चिह्न हैं",
  "a name begins with a letter or digit, and signs stand between letters":
    "नाम अक्षर या अंक से शुरू होता है, और चिह्न अक्षरों के बीच आते हैं",
  "this word means something else here; choose another name": "इस शब्द का यहाँ कुछ और अर्थ है; दूसरा नाम चुनें",
  "an invitation is one line of text": "निमंत्रण एक ही पंक्ति का पाठ होता है",
  "an invitation has 12 words after the address, this one has {0}":
    "निमंत्रण में पते के बाद 12 शब्द होते हैं, इसमें {0} हैं",
  "the link has lost its end, from # on; copy it whole": "लिंक का अंत, # से आगे, छूट गया है; पूरा कॉपी करें",
  "the link's end is damaged; copy it whole": "लिंक का अंत ख़राब है; पूरा कॉपी करें",
  "the link does not name the relay's key (k=)": "लिंक में रिले की कुंजी (k=) नहीं है",
  "the link has lost a part (a= or i=); copy it whole": "लिंक का एक हिस्सा (a= या i=) छूट गया है; पूरा कॉपी करें",
  "the link's {0}= is damaged; copy it whole": "लिंक का {0}= ख़राब है; पूरा कॉपी करें",
  "an address is HOST or HOST:PORT, such as 192.168.1.5:7667":
    "पता HOST या HOST:PORT होता है, जैसे 192.168.1.5:7667",
  "{0} is no port; ports are 1 to 65535": "{0} कोई पोर्ट नहीं है; पोर्ट 1 से 65535 तक होते हैं",
  "the connection to the relay was lost; try again": "रिले से कनेक्शन टूट गया; फिर कोशिश करें",
  "there is no connection to the relay": "रिले से कनेक्शन नहीं है",
  "the relay does not tell now what it holds; try again in a while":
    "रिले अभी नहीं बताता कि उसके पास क्या है; थोड़ी देर में फिर कोशिश करें",
  "the relay has not sent everything yet": "रिले ने अभी सब कुछ नहीं भेजा है",
  "{0} of {1} came in time": "{1} में से {0} समय पर आए",
  "it is noted and not done yet; it is done when the relay answers":
    "यह लिख लिया गया है, अभी हुआ नहीं; रिले के जवाब देने पर होगा",
  "registered, but not in #everyone yet": "नाम दर्ज हुआ, पर अभी #everyone में नहीं हैं",
  "the relay has not let us in yet": "रिले ने अभी अंदर नहीं आने दिया है",
  "these are not twelve words; check the spelling": "ये बारह शब्द नहीं हैं; वर्तनी जाँचें",
  "a newer secure-chat wrote this backup; update the program":
    "यह बैकअप नए secure-chat ने लिखा है; प्रोग्राम को अपडेट करें",
  "these are not the words of this backup": "ये इस बैकअप के शब्द नहीं हैं",
  "this is not a backup of secure-chat": "यह secure-chat का बैकअप नहीं है",
  "this backup ends in the middle": "यह बैकअप बीच में ही ख़त्म हो जाता है",
  "this backup holds no account": "इस बैकअप में कोई खाता नहीं है",
  "another process holds {0}": "{0} किसी दूसरे प्रोसेस के पास है",
  "{0} may not be used by this user": "{0} का उपयोग यह उपयोगकर्ता नहीं कर सकता",
  "another program already listens on {0}": "{0} पर कोई दूसरा प्रोग्राम पहले से सुन रहा है",
  "the system does not allow listening on {0}": "सिस्टम {0} पर सुनने नहीं देता",
  "this machine does not have the address {0}": "इस मशीन का पता {0} नहीं है",
  "the file that holds this profile's key is damaged": "इस प्रोफ़ाइल की कुंजी वाली फ़ाइल ख़राब है",
  "secure-chat --help lists the commands": "secure-chat --help कमांड बताता है",
  "secure-chat doctor --term shows all that is wrong with it":
    "secure-chat doctor --term बताता है कि उसमें क्या-क्या ग़लत है",
  "is the relay running, and is this the same network?": "क्या रिले चल रहा है, और क्या यह वही नेटवर्क है?",
  "nothing was sent; ask the person who runs the relay for the invitation, face to face":
    "कुछ नहीं भेजा गया; रिले चलाने वाले से सामने मिलकर निमंत्रण माँगें",
  "compare the safety number first: secure-chat verify NAME --number":
    "पहले सुरक्षा अंक मिलाएँ: secure-chat verify NAME --number",
  "secure-chat directory evidence prints the proof; secure-chat directory accept goes on anyway":
    "secure-chat directory evidence सबूत दिखाता है; secure-chat directory accept फिर भी आगे बढ़ता है",
  "compare again, by another way than this network": "फिर मिलाएँ, इस नेटवर्क के अलावा किसी और तरीक़े से",
  "close the other one, or use another folder (--data DIR)": "दूसरे को बंद करें, या दूसरा फ़ोल्डर लें (--data DIR)",
  "give it with --passphrase-fd N, or start in a terminal": "--passphrase-fd N से दें, या टर्मिनल में शुरू करें",
  "copy the whole invitation, or ask for a new one": "पूरा निमंत्रण कॉपी करें, या नया माँगें",
  "choose another name; if it is yours and its key is lost, ask the operator for a code, and join with --replace":
    "दूसरा नाम चुनें; अगर नाम आपका है और उसकी कुंजी खो गई है, तो रिले चलाने वाले से कोड माँगें, और --replace के साथ जुड़ें",
  "what is stored here can still be read (history --offline)":
    "जो यहाँ रखा है वह पढ़ा जा सकता है (history --offline)",
  "ask the operator for a new code: secure-chat relay approve NAME":
    "रिले चलाने वाले से नया कोड माँगें: secure-chat relay approve NAME",
  "your profile was restored elsewhere, or this device's certificate has run out; what is stored here can still be read (history --offline)":
    "आपकी प्रोफ़ाइल कहीं और वापस लाई गई, या इस डिवाइस के प्रमाणपत्र की अवधि ख़त्म हो गई; जो यहाँ रखा है वह पढ़ा जा सकता है (history --offline)",
  "ask the operator; what is stored here can still be read (history --offline)":
    "रिले चलाने वाले से पूछें; जो यहाँ रखा है वह पढ़ा जा सकता है (history --offline)",
  "run it again later; an open chat comes in by itself once they have said yes":
    "बाद में फिर चलाएँ; उनके हाँ कहते ही खुली बातचीत अपने-आप अंदर आ जाती है",
  "start in a terminal, or give a file descriptor: --words-fd N":
    "टर्मिनल में शुरू करें, या फ़ाइल डिस्क्रिप्टर दें: --words-fd N",
  "a backup is restored into a new folder: --data DIR": "बैकअप नए फ़ोल्डर में वापस लाया जाता है: --data DIR",
  "nothing is overwritten; choose another name": "किसी फ़ाइल के ऊपर नहीं लिखा जाता; दूसरा नाम चुनें",
  "nothing was marked; begin again when both are there": "कोई निशान नहीं लगाया गया; जब दोनों हों तब फिर शुरू करें",
  "a PNG or JPEG file is read; the text of the code can be given on stdin instead: --read -":
    "PNG या JPEG फ़ाइल पढ़ी जाती है; उसकी जगह कोड का पाठ stdin पर दिया जा सकता है: --read -",
  "this program does not protect you as it should; tell whoever gave it to you, with the lines above":
    "यह प्रोग्राम आपको वैसे नहीं बचाता जैसे बचाना चाहिए; जिसने दिया उसे ऊपर की पंक्तियों के साथ बताएँ",
  "ask whoever runs the relay whether it was repaired or restored":
    "रिले चलाने वाले से पूछें कि क्या उसकी मरम्मत हुई या उसे वापस लाया गया",
  "secure-chat people list shows who is here": "secure-chat people list बताता है कि यहाँ कौन है",
  "quote the name for the shell: 'Ravi?7f3c2k'; or use the u_… id that secure-chat people list --json shows":
    "शेल के लिए नाम को उद्धरण में लिखें: 'Ravi?7f3c2k'; या वह u_… id लें जो secure-chat people list --json दिखाता है",
  "secure-chat join INVITATION --name NAME": "secure-chat join INVITATION --name NAME",
  "choose an alias that looks like nobody's name": "ऐसा उपनाम चुनें जो किसी के नाम जैसा न दिखे",
  "compare keys: secure-chat verify NAME --number; or decide without: secure-chat trust NAME --later":
    "कुंजियाँ मिलाएँ: secure-chat verify NAME --number; या बिना मिलाए तय करें: secure-chat trust NAME --later",
  "secure-chat unblock NAME": "secure-chat unblock NAME",
  "try again when the relay is connected and everything was read":
    "जब रिले जुड़ा हो और सब पढ़ लिया गया हो, तब फिर कोशिश करें",
  "finish or cancel the verification that is open": "जो सत्यापन खुला है उसे पूरा करें या रद्द करें",
  "wait half a minute": "आधा मिनट रुकें",
  "begin again": "फिर शुरू करें",
  "secure-chat rooms list shows where you are": "secure-chat rooms list बताता है कि आप कहाँ हैं",
  "secure-chat room moderators shows who decides": "secure-chat room moderators बताता है कि कौन तय करता है",
  "what was said there can still be read (history)": "वहाँ जो कहा गया वह पढ़ा जा सकता है (history)",
  "ask them in person; send --without-inviter sends all the same":
    "उनसे सामने मिलकर पूछें; send --without-inviter फिर भी भेजता है",
  "nothing was deleted; secure-chat salvage makes a new profile of all that can still be read":
    "कुछ मिटाया नहीं गया; secure-chat salvage जो पढ़ा जा सके उससे नई प्रोफ़ाइल बनाता है",
  "free some space and try again; nothing that was saved is lost":
    "थोड़ी जगह खाली करें और फिर कोशिश करें; जो सहेजा गया था वह सुरक्षित है",
  "start again when the disk works; what was saved before is read then, and nothing is sent twice":
    "डिस्क ठीक होने पर फिर शुरू करें; पहले जो सहेजा गया था वह तब पढ़ा जाता है, और कुछ दो बार नहीं भेजा जाता",
  "stop the other program, or choose another --port": "दूसरा प्रोग्राम बंद करें, या दूसरा --port चुनें",
  "allow this program more open files (ulimit -n), or close others":
    "इस प्रोग्राम को ज़्यादा फ़ाइलें खोलने दें (ulimit -n), या दूसरे प्रोग्राम बंद करें",
  "name a file": "किसी फ़ाइल का नाम दें",
  "free some space and try again": "थोड़ी जगह खाली करें और फिर कोशिश करें",
  "another secure-chat uses this folder; close it, or use another (--data DIR)":
    "यह फ़ोल्डर किसी दूसरे secure-chat में खुला है; उसे बंद करें, या दूसरा लें (--data DIR)",
  "nothing was deleted; put back a copy of the folder": "कुछ मिटाया नहीं गया; फ़ोल्डर की प्रति वापस रखें",
  "free some space and start the relay again": "थोड़ी जगह खाली करें और रिले को फिर शुरू करें",
  "check the disk, then start the relay again; clients send again what was not accepted":
    "डिस्क जाँचें, फिर रिले शुरू करें; जो स्वीकार नहीं हुआ वह क्लाइंट फिर भेजते हैं",
  "nothing was changed; try another copy of the backup": "कुछ नहीं बदला गया; बैकअप की दूसरी प्रति आज़माएँ",
  "secure-chat history ROOM --json shows the ids of messages":
    "secure-chat history ROOM --json संदेशों के id दिखाता है",
  "this message did not arrive, so there is nothing to edit: say it anew":
    "यह संदेश पहुँचा नहीं, इसलिए बदलने को कुछ नहीं है: नए सिरे से लिखें",
  "a reaction is one emoji, or a short word between colons like :yes:":
    "प्रतिक्रिया एक इमोजी होती है, या :yes: जैसा कोलन के बीच छोटा शब्द",
  "at most {0} reactions of one person fit a message":
    "एक संदेश पर एक व्यक्ति की अधिक से अधिक {0} प्रतिक्रियाएँ आती हैं",
  "only whoever wrote a message may change it or take it back":
    "संदेश को वही बदल या वापस ले सकते हैं जिन्होंने उसे लिखा",
  "this message was deleted": "यह संदेश हटाया गया है",
  "there is no message with this id in this room": "इस कमरे में इस id का कोई संदेश नहीं है",
  "two people have used this id: nobody can say which is meant":
    "यह id दो लोगों ने उपयोग किया है: कोई नहीं बता सकता कि किसका मतलब है",
  "nothing was said in {0} yet": "{0} में अभी कुछ नहीं कहा गया है",
  "this did not go out, and is not tried any more": "यह बाहर नहीं गया, और अब कोशिश नहीं की जाती",
  "{0}, which opens addresses, is not here": "{0}, जो पते खोलता है, यहाँ नहीं है",
  "the input ended before a relay was joined": "रिले में शामिल होने से पहले ही इनपुट ख़त्म हो गया",
  "lines that were not done: {0}": "जिन पंक्तियों का काम नहीं हुआ: {0}",
  "language can be: {0}": "language यह हो सकती है: {0}",
  "what was printed says which, and why": "जो छपा है उसमें लिखा है कि कौन-सी, और क्यों",
  "{0} messages wait for their time already; take one back first":
    "{0} संदेश पहले से अपने समय की प्रतीक्षा में हैं; पहले एक वापस लें",
  "no message with the number {0} waits for its time": "{0} नंबर का कोई संदेश अपने समय की प्रतीक्षा में नहीं है",
  "the program did not run when a message was to go, and it was not sent; /scheduled has it":
    "जब एक संदेश जाना था तब प्रोग्राम नहीं चल रहा था, और वह नहीं भेजा गया; वह /scheduled में है",
  "{0}; the message that was to go now was not sent; /scheduled has it":
    "{0}; जो संदेश अभी जाना था वह नहीं भेजा गया; वह /scheduled में है",
}
