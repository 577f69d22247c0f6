/** Countries, regions and cities, lower case without accents, `_` for a space; general knowledge. */
export const COUNTRIES = `
afghanistan albania algeria andorra angola argentina armenia australia austria azerbaijan bahamas bahrain bangladesh
barbados belarus belgium belize benin bhutan bolivia bosnia botswana brazil brunei bulgaria burkina_faso burundi cambodia
cameroon canada cape_verde chile china colombia comoros congo costa_rica croatia cuba cyprus czechia czech_republic
denmark djibouti dominica dominican_republic ecuador egypt el_salvador england eritrea estonia eswatini ethiopia fiji
finland france gabon gambia germany ghana greece greenland grenada guatemala guyana haiti honduras hungary iceland
india indonesia iran iraq ireland israel italy ivory_coast jamaica japan kazakhstan kenya kosovo kuwait kyrgyzstan laos
latvia lebanon lesotho liberia libya liechtenstein lithuania luxembourg madagascar malawi malaysia maldives mali malta
mauritania mauritius mexico moldova mongolia montenegro morocco mozambique myanmar namibia nepal netherlands
new_zealand nicaragua nigeria north_korea north_macedonia northern_ireland norway oman pakistan palestine panama
papua_new_guinea paraguay peru philippines poland portugal puerto_rico qatar romania russia rwanda samoa saudi_arabia
scotland senegal serbia sierra_leone singapore slovakia slovenia somalia south_africa south_korea south_sudan spain
sri_lanka sudan suriname sweden switzerland syria taiwan tajikistan tanzania thailand tibet togo trinidad tunisia turkey
turkiye turkmenistan uganda ukraine united_arab_emirates united_kingdom united_states uruguay uzbekistan venezuela vietnam
wales yemen zambia zimbabwe
deutschland osterreich schweiz frankreich spanien italien niederlande polen turkei allemagne autriche suisse espagne
italie pays-bas belgique pologne turquie royaume-uni etats-unis alemania francia espana italia inglaterra brasil
frankrijk duitsland spanje nederland belgie polska niemcy francja hiszpania wlochy sverige norge danmark suomi
catalonia andalusia bavaria saxony tuscany lombardy sicily sardinia provence brittany normandy flanders wallonia galicia
crimea punjab gujarat kerala maharashtra rajasthan tamil_nadu karnataka bengal quebec ontario manitoba saskatchewan
nova_scotia british_columbia queensland tasmania new_south_wales california texas florida ohio oregon colorado nevada
arizona utah montana idaho wyoming nebraska kansas oklahoma missouri iowa minnesota wisconsin illinois michigan indiana
kentucky tennessee alabama mississippi louisiana arkansas north_carolina south_carolina north_dakota south_dakota
west_virginia new_mexico new_jersey new_hampshire new_york pennsylvania maryland delaware connecticut massachusetts
rhode_island vermont maine hawaii alaska yorkshire cornwall kent devon sussex essex cumbria hampshire oxfordshire
`
export const CITIES = `
abidjan abu_dhabi abuja acapulco accra adana addis_ababa adelaide agadir agra ahmedabad ajaccio albany albuquerque aleppo
alexandria algiers alicante almaty almeria amiens amman amritsar amsterdam anchorage ancona andorra_la_vella angers ankara
annecy antalya antananarivo antwerp apia arequipa arhus aarhus aachen aalborg ashgabat asmara astana asuncion aswan athens
atlanta auckland augsburg avignon baghdad baku baltimore bamako bandung bangalore bengaluru bangkok bangui banja_luka
banjul barcelona bari barranquilla basel basra bath beijing beirut belfast belgrade belmopan belo_horizonte bergamo
bergen berlin bern besancon bialystok bielefeld bilbao birmingham bishkek bissau blantyre bloemfontein bochum bogota
boise bologna bolzano bonn bordeaux boston bourges brasilia bratislava bremen brescia brest brighton brisbane bristol
brno bruges brugge brussels bucaramanga bucharest budapest buenos_aires buffalo bujumbura bulawayo burgas bursa busan
bydgoszcz cadiz caen cagliari cairns cairo calgary cali cambridge canberra cancun canterbury cape_town caracas cardiff
cartagena casablanca catania cebu charleroi charleston chandigarh charlotte chelyabinsk chengdu chennai chiang_mai
chicago chisinau chittagong chongqing christchurch cincinnati clermont-ferrand cleveland cluj cluj-napoca cochabamba
coimbra cologne colombo columbus conakry concepcion constantine copenhagen cordoba cork coventry cracow curitiba cusco
da_nang dakar dalian dallas damascus dar_es_salaam darmstadt daegu daejeon davao debrecen delft delhi denver derby des_moines
detroit dhaka dijon dili djerba dnipro doha dortmund douala dresden dubai dublin dubrovnik duisburg dundee dunedin durban
dushanbe dusseldorf edinburgh edmonton eindhoven el_paso entebbe erfurt espoo essen exeter faro fes fez florence
fortaleza fort_worth frankfurt freetown freiburg fresno fribourg fukuoka funchal gaborone galway gaza gaziantep gdansk
gdynia geneva genoa georgetown ghent giza glasgow goa gothenburg graz granada grenoble groningen guadalajara
guangzhou guatemala_city guayaquil haarlem hague haifa halifax hamburg hamilton hangzhou hannover hanoi hanover harare
harbin hartford havana heidelberg helsinki heraklion hiroshima ho_chi_minh_city hobart hong_kong honolulu houston
hyderabad ibadan incheon indianapolis innsbruck inverness ioannina iquitos irkutsk islamabad isfahan istanbul izmir
jacksonville jaipur jakarta jeddah jerez jerusalem johannesburg johor_bahru juba kabul kaduna kampala kandahar kano
kansas_city kaohsiung karachi karlsruhe kassel kathmandu katowice kaunas kazan kharkiv khartoum kiel kiev kyiv kigali
kingston kinshasa klagenfurt knoxville kobe kochi kolkata kosice krakow krasnodar kuala_lumpur kumasi kuopio kuwait_city
kyoto la_paz la_plata lagos lahore las_palmas las_vegas lausanne le_havre leeds leicester leiden leipzig leon libreville
liege lille lilongwe lima limassol limoges linz lisbon liverpool ljubljana lodz lome london londres long_beach
los_angeles louisville luanda lubeck lublin lucerne lucknow ludhiana lugano lund lusaka luxor lviv lyon maastricht
macau madrid malaga malabo male malmo managua manama manaus manchester mandalay manila mannheim maputo maracaibo
marrakech marrakesh marseille maseru mashhad mbabane mecca medellin medina melbourne memphis mendoza merida messina metz
mexico_city miami milan milwaukee minneapolis minsk mogadishu mombasa monaco monrovia monterrey montevideo montpellier
montreal moscow mostar mulhouse mumbai munich munster murcia muscat mysore nagasaki nagoya nagpur nairobi namur nancy nanjing
nantes naples nashville nassau natal ndjamena new_delhi new_orleans newark newcastle niamey nice nicosia nijmegen
nimes nis nizhny_novgorod nottingham nouakchott novi_sad novosibirsk nuremberg nuuk oakland odense odesa odessa
oklahoma_city olomouc omaha omsk oporto oran orlando orleans osaka osijek oslo ostend ostrava ottawa ouagadougou oulu
oviedo oxford padua palermo palma pamplona panama_city paramaribo paris parma patras pecs penang perm perpignan perth
perugia peshawar philadelphia phnom_penh phoenix pisa pittsburgh plovdiv plymouth podgorica poitiers port_louis
port_moresby port-au-prince port_of_spain portland porto porto_alegre portsmouth potsdam poznan prague praia pretoria
pristina puebla pune pyongyang quebec_city quetta quito rabat raleigh ravenna rawalpindi reading recife reggio
regensburg reims rennes reykjavik richmond riga rijeka rimini rio_de_janeiro riyadh rochester rome rosario rostock
rostov rotterdam rouen saint_petersburg salamanca salerno salt_lake_city salvador salzburg samara samarkand sana'a sanaa
san_antonio san_diego san_francisco san_jose san_juan san_marino san_salvador san_sebastian sankt_gallen santa_cruz
santa_fe santander santiago santo_domingo sao_paulo sapporo sarajevo savannah schwerin seattle sendai seoul seville
sevilla sfax shanghai sharjah sheffield shenzhen shiraz sibiu siena sintra skopje sofia southampton split srinagar
st._gallen st._louis st._petersburg st_gallen st_louis st_petersburg stavanger stockholm strasbourg stuttgart surabaya
surat suva suzhou swansea sydney syracuse szczecin szeged tabriz tacoma taipei tallinn tampa tampere tangier taranto
tarragona tartu tashkent tbilisi tegucigalpa tehran tel_aviv the_hague thessaloniki thimphu tianjin tijuana tilburg
timbuktu timisoara tirana tokyo toledo toronto torino torun toulon toulouse tours trento trieste tripoli tromso trondheim
tucson tulsa tunis turin turku udine ulaanbaatar uppsala utrecht vaasa vaduz valencia valladolid valletta valparaiso
vancouver varanasi varna venice verona vicenza victoria_falls vienna vientiane vigo vilnius vladivostok volgograd
warsaw washington washington_dc wellington westport wiesbaden winnipeg winterthur wolfsburg wolverhampton wroclaw wuhan
wuppertal wurzburg xiamen yangon yaounde yekaterinburg yerevan yokohama york zagreb zanzibar zaragoza zurich
munchen koln nurnberg wien zurich genf mailand rom neapel venedig prag warschau moskau athen lissabon
geneve bruxelles anvers londres lisbonne varsovie moscou pekin milano roma napoli firenze venezia lisboa
warszawa krakow gdansk praha bruxelas den_haag antwerpen brussel gent luik kobenhavn goteborg helsingfors
sevilla zaragoza ciudad_de_mexico nueva_york nueva_delhi parigi londra berlino madrid barcellona
aberdeen aberystwyth abha adapazari agrigento alkmaar allahabad almere amersfoort ancona apeldoorn arnhem aracaju
arkhangelsk arras asti astrakhan asyut bacolod bacau baden badajoz baguio balikpapan bamberg banff barnaul basrah
batumi bayreuth beersheba belem bellevue bhopal bhubaneswar biarritz biel bitola blackpool blida bodrum bodo bogor
bonaire bournemouth braga braila brasov breda bremerhaven burgos caceres calabar calais calama campinas carcassonne
carlisle caxias changchun changsha chelmsford cheltenham chemnitz chiang_rai chiclayo chimbote chita cienfuegos
colmar como constanta copacabana cordova cottbus craiova cremona croydon cuenca cuiaba dammam darwin davos denizli
deventer dodoma dordrecht drammen droitwich dumaguete durres eger eilat elche eldoret enschede erbil erlangen esbjerg
eskisehir evora faisalabad falkirk ferrara fianarantsoa flensburg florianopolis foggia forli fort_collins
frederiksberg fredrikstad fuzhou galati gelsenkirchen geelong gijon gliwice goiania gold_coast gomel gorakhpur goslar
gottingen grasse grimsby guilin gujranwala guwahati haiphong halle hamamatsu hamar harrogate hasselt heilbronn
helsingborg hereford herning hilo hilversum homs hubli huelva iasi iligan imphal indore ipoh ipswich irbid ithaca
ivano-frankivsk izhevsk jabalpur jaen jaffna jammu janakpur jinan jodhpur joinville jonkoping joao_pessoa kagoshima
kalgoorlie kaliningrad kampot kanazawa kanpur kayseri kazanlak kemerovo khabarovsk khulna kilkenny kimberley kirkuk
kisumu kitakyushu klaipeda koblenz kolhapur konya kota_kinabalu kragujevac kremenchuk kristiansand kuching kumamoto
kunming kutaisi l'aquila la_rochelle la_serena la_spezia lanzhou lappeenranta larnaca lecce leeuwarden legnica
leicestershire leuven leverkusen liepaja lillehammer limerick lippstadt livorno lleida lorient lubango lubumbashi
ludwigshafen luton madurai magdeburg mainz makassar malang mangalore manizales mar_del_plata maribor mariupol
matsuyama mbeya meerut meknes merano mersin miskolc modena moncton monchengladbach monza morelia mosul muharraq
multan mutare mykolaiv nablus nakuru nanning nashik neuchatel newport niigata niksic ningbo niteroi northampton
norwich novara nyon oaxaca odawara offenbach okayama okinawa olsztyn onitsha oradea orebro orsk osnabruck oujda
paderborn palembang panaji pardubice patna pattaya pavia pescara peterborough petropolis piacenza pilsen plzen
ploiesti pokhara pontevedra port_elizabeth port_harcourt port_said potosi pozzuoli pruszkow puerto_montt
puerto_vallarta puno qingdao queenstown quimper quito rajkot ramallah ranchi recklinghausen reutlingen ribeirao_preto
rivne rockhampton rodez roskilde rostov-on-don rotorua ruse rybnik rzeszow saarbrucken sabadell saint-etienne
saint-denis saint-malo salvador samsun santa_marta sao_luis sassari scarborough seremban setif shiraz shreveport
shymkent sidon simferopol sivas skelleftea sligo solothurn sousse stara_zagora stirling stralsund subotica sunderland
swindon syktyvkar sylhet szombathely taichung tainan taiz takoradi targu_mures tarnow tartus taunton tauranga temuco
teresina ternopil terrassa thun tilburg timaru tobruk tokushima toowoomba trabzon treviso trier trnava truro turku
tver uberlandia udaipur ufa ulm ulsan umea vadodara vannes vasteras vellore veracruz versailles vidin villach
vinnytsia visby vitoria vlore vologda wakefield windhoek worcester wurzburg xalapa yalta yaroslavl yazd yogyakarta
zadar zaporizhzhia zagazig zinder zlin zug zwickau zwolle zytomyr
brooklyn manhattan queens harlem soho hollywood beverly_hills silicon_valley palo_alto mountain_view menlo_park cupertino
boulder austin arlington anaheim stockton bakersfield lubbock laredo durham greensboro scottsdale spokane tallahassee
reno boca_raton fort_lauderdale sacramento san_bernardino santa_monica santa_barbara colorado_springs virginia_beach
baton_rouge corpus_christi grand_rapids little_rock sioux_falls
`
/** Places in scripts of their own. */
export const FOREIGN_PLACES = `
москва москве москвы петербург новосибирск екатеринбург казань киев киеве харьков одесса минск минске россия россии
украина беларусь берлин лондон париж самара омск челябинск ростов уфа пермь воронеж волгоград краснодар саратов тюмень
сочи алматы ташкент баку ереван тбилиси рига вильнюс таллин львів київ одеса дніпро афины варшава прага вена рим
αθηνα θεσσαλονικη πατρα ελλαδα القاهرة بغداد دمشق بيروت عمان الرياض جدة دبي الدوحة الكويت الرباط تونس الجزائر طرابلس
الخرطوم مصر العراق سوريا لبنان الأردن السعودية المغرب ليبيا السودان اليمن قطر تهران مشهد اصفهان ירושלים ישראל חיפה
दिल्ली मुंबई कोलकाता चेन्नई जयपुर पुणे भारत लखनऊ กรุงเทพ เชียงใหม่
`
/** Places in scripts without spaces: found as they stand. */
export const CJK_PLACES = `
北京 上海 广州 深圳 成都 杭州 武汉 西安 南京 重庆 天津 苏州 青岛 大连 厦门 长沙 郑州 沈阳 哈尔滨 昆明 济南 福州 香港 台北 高雄
澳门 台湾 中国 美国 英国 法国 德国 韩国 俄罗斯 印度 加拿大 澳大利亚 东京 大阪 京都 巴黎 伦敦 纽约 柏林 首尔 曼谷 新加坡
東京 横浜 名古屋 札幌 神戸 福岡 川崎 広島 仙台 千葉 北九州 新潟 浜松 熊本 岡山 静岡 鹿児島 長崎 奈良 金沢 沖縄 北海道
日本 ロンドン パリ ベルリン ニューヨーク ソウル バンコク シドニー ローマ マドリード モスクワ ウィーン アメリカ フランス ドイツ
서울 부산 인천 대구 대전 광주 울산 수원 제주 한국 도쿄 파리 런던 베를린 뉴욕 방콕 베이징 상하이 오사카
`
/** Words that name a kind of road or square, in front of or behind its own name. */
export const STREETS = `
street road avenue lane drive boulevard court terrace crescent highway parkway st rd ave blvd ln dr hwy pkwy
rue allee place impasse chemin quai cours passage route
voie sentier square montee residence
calle quinta entrada arrabal callejon camino puente salida caserio barranco monte jardines lugar poligono sector subida avenida plaza paseo carretera ronda pasaje camino travesia prolongacion grupo glorieta urbanizacion via viale
piazza corso vicolo largo strada rua travessa praca alameda estrada rodovia
strasse gasse weg platz ring ufer damm straat laan plein gracht kade dreef ulica aleja plac osiedle ul
ulitsa prospekt sokak sokagi caddesi cadde mahallesi bulvari gatan vagen vej gade gata katu tie utca ter namesti ulice
`
/** Places that are everyday words as well: they need more than a capital letter. */
export const WORDLIKE_PLACES = `
darwin halle van sion colon hue vinh ordu prato leon david madison montgomery henderson hamilton nelson napier kingston preston chester
perth regina santos rosario medina lugo soria davenport concord flint bangor erie salem windsor lansing beira padang ruse nitra zilina patras larissa
belem palmas vitoria guarda beja faro parma como lucca siena prescott newport norfolk halifax cairns ulm hagen hamm jena gera trier lens vannes
reading split nice bath male mobile most natal cork hull derby kent perm tours nis ho normal orange of turkey china
jordan chad georgia guinea mali cuba fes fez pecs aachen brest male goa linz lund metz pau po victoria lincoln santa
phoenix independence hope enterprise columbus cambridge oxford washington york queens harlem reno rom by gent mar sofia
colon buffalo cleveland charlotte orlando austin jackson savannah salvador leon lorraine florence nancy roman togo niger
bari bern lima man oman laos congo java manila vienna geneva boulder stockton durham arlington bergen limerick
utrecht delta panama atlantic male medina troy athens sparta bonn essen kiel surat pune osaka como baden`
