/** Names that people have, in many ways of writing: a thousand of them, made of given and family names. */

/** By writing system: given names, then family names, as they are written. */
const LISTS: readonly (readonly [given: string, family: string, between: string])[] = [
  [
    "Alice Bob Anna Lena Emil Mila Lia Ila Ali Ail Max Mia Ben Noah Emma Luca Jörg Zoë José Łukasz Søren Åse İrem Ilgın Nguyệt Ánh Chloé Siân Ólafur Đặng Ravi Asha Priya Imran Fatima Omar Grace Kofi Ama Thabo",
    "Müller Schmidt Lüdenscheidt O'Brien Kumar Sharma Smith Nowak García Ferreira Nilsson Öztürk Nguyễn Novák Okonkwo Mbeki Khan",
    " ",
  ],
  [
    "Анна Иван Ольга Пётр Мария Нора Вова Соня Серёжа Юлия Є́ва Ігор",
    "Иванов Петрова Шевченко Ђурић Божилов Рахимов",
    " ",
  ],
  ["Ελένη Νίκος Άννα Γιώργος Μαρία Όλγα Ιωάννα", "Παπαδόπουλος Κωστή Ρήγα Σαββίδη", " "],
  ["रवि आशा प्रिया लक्ष्मी श्रीमती कृष्ण अर्जुन ऋषि ज्ञान विद्या ईशान ऐश्वर्या", "शर्मा कुमार पाटील त्रिपाठी सिंह वर्मा", " "],
  ["রবি আশা প্রিয়া লক্ষ্মী অর্জুন", "চক্রবর্তী ঘোষ দাস", " "],
  ["ਰਵੀ ਸਿਮਰਨ ਗੁਰਪ੍ਰੀਤ", "ਸਿੰਘ ਕੌਰ", " "],
  ["રવિ આશા પ્રિયા", "પટેલ શાહ", " "],
  ["ரவி ஆஷா லட்சுமி முருகன்", "சுப்பிரமணியன் குமார்", " "],
  ["రవి ఆశా లక్ష్మి", "రెడ్డి నాయుడు", " "],
  ["ರವಿ ಆಶಾ ಲಕ್ಷ್ಮಿ", "ಗೌಡ ಶೆಟ್ಟಿ", " "],
  ["രവി ആശ ലക്ഷ്മി", "നായർ മേനോൻ", " "],
  ["රවි නිමල් ශ්රී", "පෙරේරා ද සිල්වා".replaceAll(" ", "_"), " "],
  ["أحمد محمد فاطمة عمر مريم يوسف ليلى عبدالرحمن علي", "حسن إبراهيم السيد الخطيب رضا", " "],
  ["דוד שרה נועה ג׳ורג׳ יעל", "כהן לוי מזרחי", " "],
  ["田中 佐藤 鈴木 高橋 山本 渡辺", "太郎 花子 一郎 さくら ひなた マリア", " "],
  ["김 이 박 최 정", "민준 서연 지우 하은 도윤 수아", ""],
  ["王 李 张 刘 陈 歐陽", "伟 芳 娜 秀英 敏 静", ""],
  ["มานี ปิติ ชูใจ วีระ สมชาย", "ใจดี รักไทย", " "],
  ["အောင် စု မြ", "ကျော် ခင်", " "],
  ["សុខា ដារ៉ា", "ចាន់ លី", " "],
  ["ανα".normalize() + " Ζωή", "Λύρα", " "],
  ["გიორგი ნინო თამარ", "ბერიძე კაპანაძე", " "],
  ["Արամ Անահիտ Նարե", "Սարգսյան Պետրոսյան", " "],
  ["አበበ ሰላም", "ከበደ ተስፋዬ", " "],
  ["བསྟན་འཛིན པདྨ", "རྡོ་རྗེ", "་"],
]

/** At most `count` names, no two alike in the list's own spelling; every writing system comes early. */
export function manyNames(count: number): readonly string[] {
  const rows = LISTS.map(([given, family, between]) => {
    const alone = given.split(" ")
    return [...alone, ...alone.flatMap((first) => family.split(" ").map((last) => first + between + last))]
  })
  const names = new Set<string>()
  for (let at = 0; names.size < count && rows.some((row) => at < row.length); at++)
    for (const row of rows) if (at < row.length && names.size < count) names.add(row[at]!)
  return [...names]
}
