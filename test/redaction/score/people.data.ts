/** Made-up people and real places of one language, chosen without looking at the detector's own lists. */
export interface People {
  readonly given: readonly string[]
  readonly family: readonly string[]
  readonly places: readonly string[]
}

const list = (text: string): readonly string[] =>
  text.split(' ').map((each) => each.replaceAll('_', ' '))

function people(given: string, family: string, places: string): People {
  return { given: list(given), family: list(family), places: list(places) }
}

/** By language code. Names are ordinary but mostly not the commonest; places are towns more often than capitals. */
export const PEOPLE: Readonly<Record<string, People>> = {
  en: people(
    'Alden Briony Cedric Delphine Emmett Fenella Giles Hester Imogen Jarvis Keziah Lachlan Merritt Nerys Orson Prudence Quentin Rowena Silas Tamsin Ulric Verity Winslow Xanthe Yardley Zelda Tyrell Shanice Marquis Latoya Darnell Ebony',
    "Ashdown Birtwistle Cropper Dunmore Entwistle Fairclough Garside Heptonstall Illingworth Jessop Kershaw Longbottom Micklethwaite Nettleton Ormerod Pickersgill Quarmby Ramsbottom Sutcliffe Thackray Underhill Varley Wrigglesworth O'Dowd McAteer Fitzgibbon Okonjo Adeyemi Washburn Holloway Pemberton Tillman",
    'Halifax Scranton Ipswich Boise Dunedin Tulsa Cardiff Fresno Limerick Hobart Galway Spokane Wolverhampton Saskatoon Bendigo Chattanooga',
  ),
  de: people(
    'Adelheid Bertram Cornelius Dorothea Eckhart Friedrun Gernot Hiltrud Irmgard Jochen Knut Lieselotte Meinhard Notburga Ottokar Roswitha Sieglinde Traugott Ulrike Volkmar Wiebke Torben',
    'Achenbach Bietigheimer Clausnitzer Dreschner Eichelberger Fahrenkamp Großkopf Hinrichsen Isermann Jeschke Kleinschmidt Lindenthal Mühlenbruch Nonnenmacher Oberhauser Pfaffenberger Quistorp Rautenberg Schlüter Trautwein Uhlenhorst Weidenhaupt',
    'Osnabrück Göttingen Chemnitz Winterthur Klagenfurt Heilbronn Zwickau Bregenz Schwerin Konstanz Fulda Passau',
  ),
  fr: people(
    'Anselme Bérénice Clotilde Dieudonné Eulalie Fulbert Gwenaëlle Hippolyte Isaure Josselin Léopoldine Maëlys Nolwenn Octave Perrine Quitterie Rodolphe Solène Thibault Ursule Yolande Aymeric',
    'Aubertin Boisvert Castelnau Delacourt Escoffier Fontanel Guérineau Hautecœur Issartel Jouvenet Kerguelen Lamoureux Montfaucon Novelli Ollivier Pasquier Quesnel Rochebrune Saint-Amand Thévenot Vauquelin Delorme',
    'Angoulême Besançon Clermont-Ferrand Dunkerque Épinal Fribourg Gap Lorient Mulhouse Namur Quimper Valence',
  ),
  es: people(
    'Amparo Baltasar Celestina Dionisio Eugenia Fermín Gumersindo Herminia Itziar Jacinta Leocadia Macario Nieves Obdulia Plácido Remedios Saturnino Trinidad Urbano Visitación Xiomara Yolanda',
    'Arizmendi Barrenechea Cifuentes Domenech Echegaray Fuentealba Goicoechea Huidobro Inostroza Jaramillo Larrañaga Montesinos Novoa Olavarría Peñaranda Quiñones Recabarren Sotomayor Tejada Undurraga Villanueva Zorrilla',
    'Badajoz Cúcuta Girona Huancayo Jerez Logroño Mérida Oruro Popayán Querétaro Temuco Zaragoza',
  ),
  it: people(
    'Agostino Benedetta Calogero Domitilla Ermenegildo Fiorenza Gaspare Immacolata Loredana Marcello Nunzia Onofrio Pasquale Rosaria Saverio Tiziana Ubaldo Virginio',
    'Abbatangelo Bevilacqua Cavallotti Dellarosa Esposti Fabbricatore Giordanengo Laganà Malaspina Notarbartolo Ognibene Pellegrinetti Quagliarella Ravasio Scognamiglio Tagliaferro Vaccarella Zanetti',
    'Agrigento Bolzano Catanzaro Ferrara Lecce Mantova Novara Pescara Ravenna Sassari Trieste Udine',
  ),
  pt: people(
    'Adalberto Benvinda Conceição Deolinda Evaristo Filomena Gervásio Heloísa Iracema Joaquim Lindomar Modesto Noémia Otávio Piedade Quitéria Raimunda Severino',
    'Albuquerque Bragança Cavaco Drummond Espírito Falcão Guimarães Holanda Imperial Junqueira Lacerda Mascarenhas Noronha Prudente Queiroz Rebelo Sepúlveda Trigueiro',
    'Aveiro Blumenau Caxias Évora Goiânia Joinville Leiria Londrina Niterói Pelotas Setúbal Uberlândia',
  ),
  nl: people(
    'Aaltje Berend Coenraad Dirkje Egbert Femke Geertruida Hendrika Ilse Jurriaan Klaas Liesbeth Maarten Neeltje Pieternel Reinier Sjoerd Tjitske Wouter Ymke',
    'Aalbers Boersma Coppens Dijkgraaf van_Eeghen Feenstra Groeneveld Hoogendoorn IJzerman Jongsma Kuipers Lievens van_der_Meulen Nauta Oosterhuis Pronk de_Ruijter Stuyvesant Terpstra Veldkamp',
    'Apeldoorn Breda Delft Enschede Gouda Hasselt Kortrijk Leeuwarden Middelburg Nijmegen Tilburg Zwolle',
  ),
  tr: people(
    'Alperen Berfin Cihangir Dilara Egemen Feride Gökhan Hatice İlker Jülide Kıvanç Lütfiye Nurettin Özgür Pınar Rüveyda Serhat Tülin Umut Yağmur',
    'Akbulut Bozkurt Çakıroğlu Dağdelen Ekşioğlu Fındıkçı Güngördü Hacıoğlu İnceoğlu Karaosmanoğlu Küçükkaya Mutluer Öztürkmen Pehlivan Sarıkaya Tekinalp Ulusoy Yıldırımer',
    'Adapazarı Bolu Çorum Denizli Eskişehir Giresun Isparta Kayseri Malatya Rize Sivas Trabzon',
  ),
  ru: people(
    'Аркадий Василиса Григорий Евдокия Захар Инесса Кирилл Лариса Матвей Нонна Остап Прасковья Родион Степан Тимофей Ульяна Фёдор Харитон Эльвира Ярослав',
    'Абрамцев Белозерский Воскресенский Голубкин Дорошенко Ершов Жаворонков Зимин Иноземцев Калашников Лопухин Мещеряков Нарышкин Оболенский Плетнёв Рокотов Салтыков Трубецкой Ухтомский Черкасов',
    'Архангельск Барнаул Воронеж Иркутск Калуга Липецк Мурманск Пенза Рязань Саратов Тула Ярославль',
  ),
  zh: people(
    '雨桐 浩然 思琪 子墨 晓燕 建国 诗涵 志强 美玲 俊杰 欣怡 文博 秀英 宇航 佳慧 明轩',
    '欧阳 诸葛 司马 慕容 赵 钱 孙 周 吴 郑 冯 褚 卫 蒋 沈 韩 杨 朱 秦 许',
    '苏州 洛阳 桂林 厦门 大连 青岛 昆明 合肥 宁波 温州 贵阳 兰州',
  ),
  ja: people(
    '美咲 健太 陽菜 大輔 千尋 拓海 由美子 翔太 恵子 直樹 彩花 正雄 真由美 隆 葵 誠',
    '渡辺 小笠原 長谷川 藤原 早川 二階堂 東海林 五十嵐 久保田 宮崎 大塚 水野 桜井 菅原 松浦 新井',
    '札幌 金沢 長崎 仙台 熊本 松山 高知 鹿児島 盛岡 富山 奈良 岐阜',
  ),
  ko: people(
    '지훈 서연 민준 하은 도윤 수빈 예린 준호 은지 태현 소영 재원 미경 동혁 유나 성민',
    '강 고 구 권 노 류 문 배 백 서 송 신 안 양 오 유',
    '수원 전주 춘천 여수 강릉 목포 청주 포항 창원 천안 군산 안동',
  ),
  vi: people(
    'Minh_Khôi Ngọc_Trâm Quốc_Bảo Thanh_Hằng Đức_Thịnh Bích_Thủy Hoàng_Long Kim_Ngân Xuân_Trường Mỹ_Linh Anh_Tuấn Phương_Uyên Văn_Hậu Diệu_Hiền',
    'Nguyễn Trần Lê Phạm Huỳnh Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý Đinh',
    'Đà_Lạt Hải_Phòng Nha_Trang Cần_Thơ Vũng_Tàu Quy_Nhơn Biên_Hòa Buôn_Ma_Thuột',
  ),
  hi: people(
    'Aarav Bhavna Chaitanya Devika Eshwar Falguni Girish Hemlata Ishani Jagdish Kalpana Lokesh Madhuri Nandini Omkar Pallavi Rukmini Satyajit Tarun Urvashi Vidyut Yashoda',
    'Agnihotri Bhattacharya Chaturvedi Deshmukh Gokhale Hegde Iyengar Jhunjhunwala Kulkarni Lahiri Mukhopadhyay Namboodiri Oberoi Parthasarathy Ranganathan Srivastava Tripathi Upadhyay Venkataraman Wadhwa',
    'Nagpur Indore Kochi Surat Ludhiana Mysuru Patna Ranchi Vadodara Jodhpur Guwahati Madurai',
  ),
}

/** Nationality, religion and politics. */
export const GROUPS: readonly string[] =
  'Bulgarian Peruvian Norwegian Kenyan Lebanese Sikh Baptist Lutheran Shia Anglican Zoroastrian Republican communist socialist libertarian Maltese Estonian Filipino Mormon Quaker'.split(
    ' ',
  )
