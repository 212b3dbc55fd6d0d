/**
 * The 256 words that people read to each other (PROTOCOL.md §14.4): one number, one thing, in English, in Hindi, and the
 * Hindi word in Latin letters. Any two differ by two sounds or more in either language; decision 0024 says how that is
 * measured. The order is part of the protocol.
 */
const LIST = `
almond बादाम badam, alphabet वर्णमाला varnmala, anchor लंगर langar, answer जवाब javab,
apple सेब seb, apricot खुबानी khubani, axe कुल्हाड़ी kulhari, balance तराजू taraju,
bamboo बाँस bans, bangle चूड़ी churi, banyan बरगद bargad, barley जौ jau,
basket टोकरी tokri, bear भालू bhalu, beauty सुंदरता sundarta, beetroot चुकंदर chukandar,
bicycle साइकिल saikil, bitter कड़वा karva, bottle बोतल botal, box डिब्बा dibba,
brass पीतल pital, brick ईंट int, bridle लगाम lagam, broom झाड़ू jharu,
brother भाई bhai, cabbage पत्तागोभी pattagobhi, cabinet संदूक sanduk, calendar पंचांग panchang,
canal नहर nahar, cannon तोप top, cardamom इलायची ilaychi, carrot गाजर gajar,
cascade झरना jharna, chapter अध्याय adhyay, charcoal काठकोयला kathkoyla, chess शतरंज shatranj,
chilli मिर्च mirch, chimney चिमनी chimni, cinnamon दालचीनी dalchini, clove लौंग laung,
coconut नारियल nariyal, copper ताँबा tamba, cotton कपास kapas, courage साहस sahas,
crab केकड़ा kekra, cricket झींगुर jhingur, crown मुकुट mukut, crystal स्फटिक sphatik,
cupboard अलमारी almari, curd दही dahi, curtain परदा parda, dance नाच nach,
dates खजूर khajur, desert रेगिस्तान registan, dew ओस os, diamond हीरा hira,
dolphin सूँस suns, door दरवाजा darvaja, dream सपना sapna, earring झुमका jhumka,
east पूर्व purv, echo गूँज gunj, eclipse ग्रहण grahan, egg अंडा anda,
elbow कोहनी kohni, election चुनाव chunav, elephant हाथी hathi, emerald पन्ना panna,
emperor सम्राट samrat, empty खाली khali, envelope लिफाफा liphapha, evening शाम sham,
exam परीक्षा pariksha, eyebrow भौंह bhaunh, factory कारखाना karkhana, falcon बाज baj,
farmer किसान kisan, festival त्योहार tyohar, finger उँगली ungli, firefly जुगनू jugnu,
fish मछली machhli, flour आटा ata, forest जंगल jangal, freedom आजादी ajadi,
friend दोस्त dost, frog मेंढक mendhak, garden बगीचा bagicha, garlic लहसुन lahsun,
gift उपहार uphar, giraffe जिराफ jiraph, glasses चश्मा chashma, goldfish सुनहरी sunahri,
goodbye अलविदा alvida, grape अंगूर angur, guava अमरूद amrud, guest मेहमान mehman,
harbour बंदरगाह bandargah, help मदद madad, honesty ईमानदारी imandari, honeybee भौंरा bhaunra,
horizon क्षितिज kshitij, horse घोड़ा ghora, hospital अस्पताल aspatal, housefly मक्खी makkhi,
hunter शिकारी shikari, hut झोपड़ी jhopri, ink स्याही syahi, island द्वीप dvip,
jasmine चमेली chameli, jewel आभूषण abhushan, justice न्याय nyay, kangaroo कंगारू kangaru,
kingdom राज्य rajya, kitchen रसोई rasoi, knife चाकू chaku, language भाषा bhasha,
lantern लालटेन lalten, lentil मसूर masur, leopard तेंदुआ tendua, lesson पाठ path,
library पुस्तकालय pustakalay, light रोशनी roshni, lizard छिपकली chhipkali, lock ताला tala,
lotus कमल kamal, luggage असबाब asbab, magician जादूगर jadugar, magnet चुंबक chumbak,
map नक्शा naksha, marble संगमरमर sangmarmar, meadow चरागाह charagah, mehndi मेहँदी mehndi,
melon खरबूजा kharbuja, memory स्मृति smriti, merchant व्यापारी vyapari, message संदेश sandesh,
minister मंत्री mantri, mirror दर्पण darpan, mongoose नेवला nevla, monsoon बरसात barsat,
morning सुबह subah, mosquito मच्छर machchhar, mustard सरसों sarson, mystery रहस्य rahasya,
necklace हार har, needle सुई sui, nickel निकल nikal, ocean सागर sagar,
octopus अष्टभुज ashtabhuj, okra भिंडी bhindi, onion प्याज pyaj, orange संतरा santara,
orchard अमराई amrai, painter चित्रकार chitrakar, pancake मालपुआ malpua, papaya पपीता papita,
patience धीरज dhiraj, pavement पगडंडी pagdandi, peacock मोर mor, peanut मूँगफली mungphali,
pebble कंकड़ kankar, perfume इत्र itr, petal पंखुड़ी pankhuri, picture तस्वीर tasvir,
pigeon कबूतर kabutar, pilgrim यात्री yatri, pillow तकिया takiya, plane विमान viman,
plateau पठार pathar, pumpkin कद्दू kaddu, puzzle पहेली paheli, pyjamas पाजामा pajama,
python अजगर ajgar, queen रानी rani, question सवाल saval, rabbit खरगोश khargosh,
radish मूली muli, rainbow इंद्रधनुष indradhanush, raisin किशमिश kishmish, republic गणराज्य ganrajya,
rhino गैंडा gainda, road सड़क sarak, rooster मुर्गा murga, rubber रबड़ rabar,
ruby माणिक manik, sailor नाविक navik, sandals चप्पल chappal, sapphire नीलम nilam,
scarf दुपट्टा dupatta, school विद्यालय vidyalay, science विज्ञान vigyan, scissors कैंची kainchi,
scorpion बिच्छू bichchhu, sesame तिल til, shield ढाल dhal, ship जहाज jahaj,
silver चाँदी chandi, sky आकाश akash, sleep नींद nind, smile मुस्कान muskan,
snail घोंघा ghongha, snow बर्फ barf, sofa गद्दा gadda, soldier सैनिक sainik,
spade फावड़ा phavra, sparkler फुलझड़ी phuljhari, sparrow गौरैया gauraiya, spinach पालक palak,
squirrel गिलहरी gilahri, stairs सीढ़ी sirhi, storm तूफान tufan, strong मजबूत majbut,
student छात्र chhatr, sulphur गंधक gandhak, summer गर्मी garmi, sweat पसीना pasina,
swing झूला jhula, syrup शरबत sharbat, tablet तख्ती takhti, tamarind इमली imli,
teacher शिक्षक shikshak, termite दीमक dimak, terrace चबूतरा chabutra, textile वस्त्र vastr,
thorn काँटा kanta, thread धागा dhaga, throne सिंहासन sinhasan, thumb अँगूठा angutha,
tomato टमाटर tamatar, tooth दाँत dant, tower मीनार minar, train रेलगाड़ी relgari,
tree पेड़ per, trumpet तुरही turhi, tunnel सुरंग surang, turban पगड़ी pagri,
turmeric हल्दी haldi, turnip शलगम shalgam, turtle कछुआ kachhua, velvet मखमल makhmal,
veranda बरामदा baramda, village गाँव ganv, vinegar सिरका sirka, violin सारंगी sarangi,
volcano ज्वालामुखी jvalamukhi, vulture गिद्ध giddh, walnut अखरोट akhrot, wedding शादी shadi,
week सप्ताह saptah, welcome स्वागत svagat, whirl भँवर bhanvar, whistle सीटी siti,
wisdom बुद्धि buddhi, wolf भेड़िया bheriya, wrestler पहलवान pahalvan, yoghurt लस्सी lassi
`

const TRIPLES: readonly (readonly string[])[] = LIST.trim()
  .split(/,\s/)
  .map((entry) => entry.split(" "))

/** By the byte that each stands for: 256 of each. */
export const SAS_WORDS = {
  en: TRIPLES.map(([en]) => en!),
  hi: TRIPLES.map(([, hi]) => hi!),
  /** The Hindi word as it is typed on a Latin keyboard. */
  hiLatin: TRIPLES.map(([, , latin]) => latin!),
} as const
