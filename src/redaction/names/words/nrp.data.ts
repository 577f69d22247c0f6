/** Nationalities and peoples; general knowledge. */
export const PEOPLES = `
afghan albanian algerian american andorran angolan argentine argentinian armenian australian austrian azerbaijani azeri
bahamian bahraini bangladeshi barbadian belarusian belgian belizean beninese bhutanese bolivian bosnian botswanan
brazilian british bruneian bulgarian burkinabe burmese burundian cambodian cameroonian canadian chadian chilean chinese
colombian comorian congolese croatian cuban cypriot czech danish djiboutian dominican dutch ecuadorian egyptian
emirati english eritrean estonian ethiopian fijian filipino filipina finnish french gabonese gambian german ghanaian
greek grenadian guatemalan guinean guyanese haitian honduran hungarian icelandic indian indonesian iranian iraqi irish
israeli italian ivorian jamaican japanese jordanian kazakh kenyan korean kosovan kosovar kuwaiti kyrgyz laotian latvian
lebanese liberian libyan liechtensteiner lithuanian luxembourgish macedonian malagasy malawian malaysian maldivian
malian maltese mauritanian mauritian mexican moldovan monegasque mongolian montenegrin moroccan mozambican namibian
nepali nepalese nicaraguan nigerian nigerien norwegian omani pakistani palestinian panamanian paraguayan peruvian
polish portuguese qatari romanian russian rwandan salvadoran samoan saudi scottish senegalese serbian singaporean slovak
slovakian slovenian slovene somali spanish sudanese surinamese swedish swiss syrian taiwanese tajik tanzanian thai
tibetan togolese tongan trinidadian tunisian turkish turkmen ugandan ukrainian uruguayan uzbek uzbekistani venezuelan
vietnamese welsh yemeni zambian zimbabwean kurdish basque catalan roma romani sinti uyghur uighur tatar chechen inuit
maori aboriginal navajo cherokee apache sioux yoruba igbo hausa zulu xhosa swahili berber amazigh tuareg pashtun tamil
punjabi bengali gujarati sinhalese rohingya hispanic latino latina caucasian arab arabic persian slavic scandinavian
afro-american african-american asian-american african asian european frenchman frenchwoman englishman irishman dutchman
scotsman welshman spaniard pole swede dane finn turk kurd croat serb brit briton scot aussie kiwi
deutsch deutsche deutscher osterreicher schweizer turkin turke franzosin franzose italiener italienerin spanier polin
syrer syrerin ukrainer ukrainerin francais francaise allemand allemande espagnol espagnole italien italienne marocain
marocaine algerien algerienne tunisien tunisienne suisse belge portugais portugaise polonais polonaise turc turque
espanol espanola mexicano mexicana colombiano colombiana argentino argentina peruano peruana chileno chilena cubano
cubana venezolano venezolana ecuatoriano boliviano marroqui aleman alemana frances francesa italiano italiana tedesco
tedesca francese spagnolo spagnola portoghese brasileiro brasileira portugues angolano mocambicano nederlandse
nederlander belg duitse marokkaanse turkse polak polka niemiec ukrainiec
русский русская украинец украинка татарин чеченец еврей еврейка немец армянин грузин узбек
`
/** Religions and their people. */
export const RELIGIONS = `
christian christianity catholic catholicism protestant protestantism orthodox anglican baptist methodist lutheran
presbyterian evangelical pentecostal calvinist mormon quaker amish mennonite adventist jehovah coptic maronite unitarian
muslim islam islamic moslem sunni shia shiite shi'ite ahmadi sufi alevi ismaili salafi jewish judaism jew hasidic
hindu hinduism sikh sikhism jain jainism buddhist buddhism taoist taoism shinto zoroastrian parsi bahai baha'i druze
yazidi yezidi atheist agnostic pagan wiccan rastafarian scientologist confucian secularist
katholisch katholik katholikin evangelisch evangelische muslimisch muslimin judisch jude judin catholique musulman
musulmane juif juive protestante bouddhiste catolico catolica musulmana judio judia cattolico cattolica
musulmano ebreo ebrea catolico moslim katholiek katholieke joods muzulmanin katolik muslumana мусульманин православный
католик буддист иудей
`
/** Parties and political leanings. */
export const POLITICS = `
republican democrat socialist communist conservative liberal libertarian marxist anarchist fascist nationalist
monarchist royalist tory labour labor whig trotskyist leninist maoist social-democrat peronist gaullist zionist
populist leftist centrist neoliberal neoconservative feminist environmentalist separatist
sozialist sozialistin kommunist liberaler konservativer socialiste communiste socialista comunista conservador
conservadora republicano republicana socialdemocrata коммунист либерал
`
/** Of all these, the ones that are also everyday words in technical text: they need a person nearby. */
export const AMBIGUOUS_NRP = `
orthodox conservative liberal labour labor nationalist environmentalist populist leftist centrist arab roma polish
english dutch swiss pole dane finn turk scot kiwi brit pagan evangelical unitarian islamic arabic latin american indian
asian european african tory republican democrat christian jain caucasian thai chinese japanese korean french german
spanish italian russian greek portuguese hebrew apache sioux zulu maori persian turkish vietnamese british czech danish
swedish norwegian finnish hungarian romanian bulgarian ukrainian mexican canadian australian irish scottish welsh
bengali tamil swahili catalan basque croatian serbian slovak slovenian estonian latvian lithuanian icelandic hausa yoruba
igbo punjabi gujarati nepali kurdish burmese tatar uzbek kazakh albanian armenian macedonian indonesian mongolian tibetan
taiwanese brazilian slavic argentina suisse italien polka deutsch francais espanol italiano frances aleman quaker
belge portugues nederlandse socialist protestant catholic baptist jordanian secularist feminist dominican protestante
inuit secular hindu afghan sinhalese uyghur uighur xhosa syrian amazigh polak agnostic
`
