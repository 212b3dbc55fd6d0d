/** Hindi: what the commands for whoever runs a relay say. The words for each thing: `hi.ts`. */
import type { Catalogue } from "../language.ts"

export const operatorHi: Catalogue = {
  "The relay is paused: it carries nothing until fg brings it back.":
    "रिले रुका हुआ है: fg से वापस लाने तक यह कुछ नहीं पहुँचाता।",
  "nobody is connected": "कोई जुड़ा नहीं है",
  "was disconnected, and may come back": "का कनेक्शन काटा गया; वे वापस आ सकते हैं",
  "is not connected": "जुड़े नहीं हैं",
  "is shut out": "को बाहर किया गया",
  "was shut out already": "पहले से बाहर थे",
  "may come in again": "फिर आ सकते हैं",
  "was not shut out": "बाहर नहीं थे",
  "is let in, the next time they ask": "अगली बार पूछने पर अंदर आ सकेंगे",
  "waits no more": "अब प्रतीक्षा में नहीं हैं",
  "was turned away": "को लौटा दिया गया",
  "They can still join under a new name with an invitation that they know: relay invitations, relay revoke. Rooms have bans of their own: secure-chat room ban.":
    "जो निमंत्रण वे जानते हैं उससे वे नए नाम से फिर भी जुड़ सकते हैं: relay invitations, relay revoke। कमरों की रोक अलग होती है: secure-chat room ban।",
  "nobody is shut out": "कोई बाहर नहीं किया गया है",
  "nobody waits": "कोई प्रतीक्षा में नहीं है",
  "nobody waits: newcomers are not asked to (relay admission approval)":
    "कोई प्रतीक्षा में नहीं है: नए लोगों से यह नहीं कहा जाता (relay admission approval)",
  "whoever has a good invitation comes in": "जिसके पास मान्य निमंत्रण है वह अंदर आता है",
  "newcomers wait until you let them in: relay queue, relay admit NAME":
    "नए लोग आपके आने देने तक प्रतीक्षा करते हैं: relay queue, relay admit NAME",
  "only names on the list come in ({0} now): relay allow NAME":
    "केवल सूची के नाम अंदर आते हैं (अभी {0}): relay allow NAME",
  "is off the list": "सूची से हटाए गए",
  "was not on the list": "सूची में नहीं थे",
  "is on the list": "सूची में हैं",
  "was on the list already": "पहले से सूची में थे",
  "The list is not asked now: relay admission list": "अभी सूची नहीं देखी जाती: relay admission list",
  "Invitation {0}: {1}{2}. To end it: secure-chat relay revoke {3}":
    "निमंत्रण {0}: {1}{2}। उसे ख़त्म करने के लिए: secure-chat relay revoke {3}",
  "the relay's own": "रिले का अपना",
  "{0}{1}, {2} came in with it": "{0}{1}, इससे {2} लोग आए",
  "no invitation is good: nobody new comes in": "कोई निमंत्रण मान्य नहीं है: कोई नया अंदर नहीं आता",
  "nobody comes in with {0} any more": "{0} से अब कोई अंदर नहीं आता",
  "To make it good again: secure-chat relay invite --main":
    "उसे फिर मान्य करने के लिए: secure-chat relay invite --main",
  "for anybody who has it": "जिसके पास है उसके लिए",
  "for one person": "एक व्यक्ति के लिए",
  "for {0} people": "{0} लोगों के लिए",
  ", until {0}": ", {0} तक",
  "{0} is {1} from now on": "अब से {0}: {1}",
  "New places for connections are there after the next start.":
    "कनेक्शन की नई जगहें अगली बार शुरू होने के बाद मिलेंगी।",
  "Keep a copy of relay.key, invitation and settings.json as well: they are not in it, and hardly ever change.":
    "relay.key, invitation और settings.json की प्रति भी रखें: वे इसमें नहीं हैं, और शायद ही कभी बदलती हैं।",
  "{0} is the copy now": "{0} अब यही प्रति है",
  "What was there before is kept: {0}. Start the relay.": "जो पहले था वह रखा है: {0}। रिले शुरू करें।",
  "{0} So relay status and its like will not work.": "{0} इसलिए relay status जैसी कमांड काम नहीं करेंगी।",
  "the relay has stopped": "रिले रुक गया है",
  "{0} is here ({1}), {2} online": "{0} आए ({1}), {2} ऑनलाइन",
  "{0} left, {1} online": "{0} चले गए, {1} ऑनलाइन",
  "somebody at {0} was refused: {1}": "{0} से किसी को मना किया गया: {1}",
  "{0} joined for the first time, {1} now": "{0} पहली बार जुड़े, अब {1}",
  "the disk is full or damaged: {0} requests were refused": "डिस्क भरी या ख़राब है: {0} अनुरोध ठुकराए गए",
  "{0} stored entries cannot be read any more: their readers were told":
    "रखी हुई {0} प्रविष्टियाँ अब पढ़ी नहीं जा सकतीं: उनके पाठकों को बताया गया",
  "the log of entries is damaged in {0} places ({1}); {2} writes and {3} entries are missing from it: what is whole is served, readers are told of the rest. Check the disk":
    "प्रविष्टियों का लॉग {0} जगह ख़राब है ({1}); उसमें से {2} लेखन और {3} प्रविष्टियाँ ग़ायब हैं: जो ठीक है वह दिया जाता है, बाक़ी के बारे में पाठकों को बताया जाता है। डिस्क जाँचें",
  "the database is damaged: what can be read is served, nothing new is taken; put back a copy, or begin anew":
    "डेटाबेस ख़राब है: जो पढ़ा जा सकता है वह दिया जाता है, नया कुछ नहीं लिया जाता; प्रति वापस रखें, या नए सिरे से शुरू करें",
  "the directory's log begins anew, as number {0}: what is stored here is older than what was last signed. Everybody keeps the keys they know, and sees a line":
    "लोगों की सूची का लॉग नए सिरे से शुरू होता है, नंबर {0}: जो यहाँ रखा है वह पिछली बार हस्ताक्षर किए हुए से पुराना है। सबके पास जानी हुई कुंजियाँ रहती हैं, और सबको एक पंक्ति दिखती है",
  "somebody has a list of people that was signed with this relay's key and is not this one. Does a copy of this relay run elsewhere? Stop one of the two":
    "किसी के पास लोगों की ऐसी सूची है जिस पर इस रिले की कुंजी के हस्ताक्षर हैं और जो यह नहीं है। क्या इस रिले की प्रति कहीं और चल रही है? दोनों में से एक को रोकें",
  "the disk is nearly full ({0} left): nothing new is taken, all else goes on":
    "डिस्क लगभग भर गई है ({0} बचे): नया कुछ नहीं लिया जाता, बाकी सब चलता है",
  "the disk has room again ({0})": "डिस्क में फिर जगह है ({0})",
  "{0} MB": "{0} MB",
}
