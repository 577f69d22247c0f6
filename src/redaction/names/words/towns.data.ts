/** Towns of the world beyond the best known, lower case without accents, `_` for a space; general knowledge, by country. */
export const TOWNS = `
albuquerque tucson fresno tulsa omaha wichita anaheim bakersfield riverside stockton chattanooga knoxville spokane tacoma boise
scranton allentown akron dayton toledo duluth fargo billings cheyenne casper laramie topeka lubbock amarillo laredo el_paso corpus_christi
shreveport baton_rouge lafayette mobile huntsville montgomery birmingham tallahassee gainesville pensacola fort_lauderdale hialeah sarasota
greensboro winston-salem fayetteville asheville roanoke richmond norfolk chesapeake annapolis wilmington trenton newark hoboken yonkers syracuse
rochester schenectady hartford worcester springfield lowell waltham concord nashua burlington bangor pittsburgh erie youngstown lansing flint
grand_rapids kalamazoo ann_arbor evansville fort_wayne peoria rockford naperville madison green_bay kenosha rochester sioux_falls rapid_city
des_moines davenport cedar_rapids lincoln little_rock fayetteville jonesboro chesterfield overland_park santa_fe las_cruces provo ogden
henderson carson_city eugene salem bellevue olympia juneau fairbanks hilo sunnyvale palo_alto mountain_view berkeley pasadena glendale irvine
halifax moncton fredericton st._john's gatineau sherbrooke trois-rivieres kingston oshawa mississauga brampton kitchener guelph windsor sudbury
thunder_bay saskatoon regina lethbridge red_deer kelowna kamloops nanaimo burnaby whitehorse yellowknife
wolverhampton ipswich norwich exeter plymouth bournemouth southampton portsmouth swindon gloucester cheltenham worcester stoke-on-trent shrewsbury
chester preston blackpool blackburn burnley rochdale stockport huddersfield halifax wakefield doncaster rotherham barnsley scunthorpe grimsby
middlesbrough sunderland gateshead carlisle dundee aberdeen inverness perth stirling paisley swansea newport wrexham lisburn londonderry
galway waterford limerick kilkenny drogheda sligo tralee letterkenny
hobart launceston geelong ballarat bendigo wollongong toowoomba townsville cairns darwin dunedin hamilton tauranga rotorua napier nelson invercargill
osnabruck gottingen chemnitz heilbronn zwickau fulda passau konstanz schwerin rostock greifswald stralsund kassel paderborn bielefeld munster oldenburg
bremerhaven wolfsburg braunschweig hildesheim salzgitter magdeburg dessau halle jena weimar gera plauen bamberg bayreuth erlangen furth ingolstadt regensburg
landshut rosenheim ulm tubingen reutlingen pforzheim karlsruhe mannheim ludwigshafen kaiserslautern saarbrucken trier koblenz siegen hagen hamm
wuppertal solingen remscheid leverkusen monchengladbach krefeld oberhausen gelsenkirchen bottrop bochum recklinghausen flensburg lubeck
winterthur lausanne lugano st._gallen biel schaffhausen chur fribourg neuchatel sion bellinzona klagenfurt villach bregenz dornbirn wels steyr sankt_polten wiener_neustadt
angouleme besancon clermont-ferrand dunkerque epinal lorient mulhouse quimper valence limoges poitiers orleans le_mans le_havre amiens reims troyes
dijon chalon-sur-saone saint-etienne grenoble chambery annecy avignon nimes beziers perpignan bayonne biarritz la_rochelle saint-nazaire vannes brest saint-malo
caen cherbourg calais boulogne-sur-mer arras roubaix tourcoing colmar belfort aix-en-provence cannes antibes ajaccio bastia namur liege charleroi mons tournai louvain
gerona girona lerida lleida tarragona castellon badajoz caceres logrono burgos palencia valladolid zamora salamanca avila segovia soria teruel huesca cuenca albacete ciudad_real
jaen almeria huelva jerez cadiz marbella ceuta melilla oviedo gijon santander vitoria pamplona lugo ourense pontevedra vigo la_coruna elche cartagena alicante mataro badalona sabadell terrassa
queretaro oaxaca merida cancun tijuana mexicali hermosillo culiacan mazatlan durango saltillo torreon zacatecas aguascalientes morelia toluca cuernavaca acapulco xalapa villahermosa tuxtla_gutierrez campeche
cucuta pereira manizales armenia ibague popayan pasto bucaramanga barranquilla santa_marta monteria valledupar arequipa trujillo chiclayo piura iquitos cusco huancayo tacna
guayaquil ambato riobamba oruro potosi sucre cochabamba tarija temuco concepcion antofagasta iquique arica rancagua talca osorno puerto_montt punta_arenas
rosario mendoza la_plata mar_del_plata tucuman salta neuquen bahia_blanca ushuaia bariloche montevideo paysandu asuncion encarnacion maracaibo barquisimeto maracay ciudad_guayana
agrigento bolzano catanzaro ferrara lecce mantova novara pescara ravenna sassari trieste udine padova verona vicenza treviso rovigo bergamo brescia cremona pavia varese como lecco monza piacenza parma reggio_emilia modena
rimini forli cesena ancona pesaro perugia terni viterbo latina frosinone salerno caserta benevento foggia taranto brindisi matera potenza cosenza crotone reggio_calabria messina siracusa trapani cagliari nuoro livorno lucca pistoia prato arezzo grosseto siena la_spezia savona cuneo asti alessandria aosta
aveiro braga guimaraes coimbra leiria santarem setubal evora beja faro viseu guarda funchal ponta_delgada
blumenau joinville londrina maringa niteroi pelotas uberlandia caxias_do_sul santos campinas sorocaba ribeirao_preto goiania cuiaba campo_grande belem sao_luis teresina joao_pessoa maceio aracaju vitoria florianopolis porto_velho macapa palmas juiz_de_fora
apeldoorn breda delft enschede gouda leeuwarden middelburg nijmegen tilburg zwolle groningen haarlem arnhem amersfoort almere dordrecht alkmaar hilversum zaandam den_bosch 's-hertogenbosch deventer roermond venlo helmond hasselt kortrijk mechelen oostende aalst genk roeselare
aarhus odense aalborg esbjerg randers malmo uppsala linkoping norrkoping orebro vasteras helsingborg jonkoping umea lulea gavle trondheim stavanger kristiansand tromso drammen tampere turku oulu jyvaskyla kuopio lahti rovaniemi akureyri
gdynia sopot bydgoszcz torun olsztyn bialystok lublin rzeszow kielce czestochowa katowice gliwice opole zielona_gora szczecin koszalin radom lodz
plzen olomouc ostrava liberec pardubice zlin kosice presov nitra zilina trnava debrecen szeged miskolc gyor pecs szekesfehervar timisoara cluj-napoca iasi brasov constanta craiova sibiu oradea plovdiv varna burgas ruse
nis novi_sad kragujevac subotica split rijeka osijek zadar mostar banja_luka tuzla maribor celje kranj skopje bitola ohrid podgorica pristina tirana durres vlore thessaloniki patras heraklion larissa volos rhodes chania
adana adapazari antalya bolu bursa canakkale corum denizli diyarbakir edirne elazig erzurum eskisehir gaziantep giresun isparta izmir izmit kayseri konya kutahya malatya manisa mersin mugla ordu rize samsun sanliurfa sivas tekirdag trabzon van zonguldak
архангельск барнаул белгород брянск владивосток владимир волгоград вологда воронеж екатеринбург ижевск иркутск казань калининград калуга кемерово киров краснодар красноярск курск липецк магнитогорск махачкала мурманск набережные_челны нижний_новгород новокузнецк новосибирск омск орёл оренбург пенза пермь петрозаводск псков ростов-на-дону рязань самара саранск саратов севастополь смоленск сочи ставрополь сургут тамбов тверь тольятти томск тула тюмень улан-удэ ульяновск уфа хабаровск чебоксары челябинск чита якутск ярославль киев харьков одесса львов днепр минск гомель алматы астана ташкент
kazan yekaterinburg novosibirsk krasnoyarsk chelyabinsk omsk samara rostov voronezh volgograd saratov tyumen irkutsk khabarovsk vladivostok kaliningrad murmansk arkhangelsk tver kharkiv odesa odessa lviv dnipro zaporizhzhia mariupol gomel brest grodno vitebsk kaunas klaipeda tartu daugavpils
nagpur indore kochi surat ludhiana mysore mysuru patna ranchi vadodara jodhpur guwahati madurai coimbatore visakhapatnam vijayawada nashik aurangabad rajkot amritsar jalandhar chandigarh dehradun shimla varanasi allahabad prayagraj kanpur meerut gwalior bhopal jabalpur raipur bhubaneswar cuttack jamshedpur dhanbad siliguri thiruvananthapuram trivandrum kozhikode thrissur mangalore hubli salem tiruchirappalli udaipur ajmer kota srinagar jammu imphal shillong agartala puducherry
lahore faisalabad rawalpindi multan peshawar quetta sialkot hyderabad chittagong khulna sylhet rajshahi kandy jaffna galle pokhara mandalay
suzhou hangzhou nanjing wuhan chengdu chongqing xi'an tianjin shenyang harbin dalian qingdao jinan zhengzhou changsha kunming xiamen fuzhou ningbo wenzhou hefei nanchang guiyang nanning taiyuan lanzhou urumqi hohhot kaohsiung taichung tainan hsinchu
sapporo sendai yokohama kawasaki saitama chiba nagoya kobe hiroshima fukuoka kitakyushu kumamoto kagoshima nagasaki okayama niigata kanazawa hamamatsu shizuoka matsuyama takamatsu naha incheon daegu daejeon gwangju ulsan suwon jeonju cheongju
haiphong hai_phong da_nang nha_trang can_tho vung_tau quy_nhon bien_hoa da_lat buon_ma_thuot hue phan_thiet my_tho long_xuyen rach_gia thai_nguyen nam_dinh ha_long vinh thanh_hoa pleiku
chiang_mai phuket pattaya khon_kaen hat_yai korat johor_bahru ipoh penang george_town kuching kota_kinabalu malacca surabaya bandung medan semarang makassar palembang yogyakarta denpasar malang balikpapan padang cebu davao quezon_city iloilo zamboanga bacolod baguio
mashhad isfahan shiraz tabriz ahvaz qom basra mosul erbil najaf aleppo homs latakia irbid haifa beersheba netanya ashdod nablus hebron jeddah mecca medina dammam taif abha sharjah ajman fujairah salalah sohar aden taiz
alexandria giza luxor aswan port_said ismailia benghazi misrata sfax sousse kairouan oran constantine annaba fez marrakesh marrakech agadir tangier meknes rabat tetouan
kano ibadan abuja enugu kaduna benin_city port_harcourt kumasi tamale abidjan bouake bamako ouagadougou dakar touba freetown monrovia lome cotonou niamey ndjamena douala yaounde libreville brazzaville kinshasa lubumbashi luanda huambo
nairobi mombasa kisumu nakuru eldoret kampala jinja kigali bujumbura dodoma mwanza arusha zanzibar lusaka ndola kitwe harare bulawayo gaborone windhoek maputo beira antananarivo toamasina durban pretoria bloemfontein port_elizabeth east_london polokwane addis_ababa dire_dawa mogadishu hargeisa asmara khartoum omdurman
tashkent samarkand bukhara bishkek osh dushanbe ashgabat almaty shymkent karaganda tbilisi batumi kutaisi yerevan gyumri ganja ulaanbaatar
managua leon granada tegucigalpa san_pedro_sula san_salvador santa_ana quetzaltenango belmopan alajuela cartago colon david santiago_de_cuba holguin camaguey ponce bayamon santo_domingo puerto_plata port-au-prince kingston montego_bay bridgetown castries nassau`
/** Towns of East Asia in their own script. */
export const CJK_TOWNS = `
苏州 无锡 常州 南通 徐州 扬州 镇江 盐城 洛阳 开封 新乡 桂林 柳州 南宁 厦门 福州 泉州 漳州 大连 沈阳 鞍山 长春 吉林 哈尔滨 大庆 青岛 济南 烟台 潍坊 昆明 大理 丽江 合肥 芜湖 宁波 温州 嘉兴 绍兴 金华 台州 贵阳 遵义 兰州 西宁 银川 乌鲁木齐 呼和浩特 包头 太原 大同 石家庄 唐山 保定 郑州 长沙 株洲 岳阳 南昌 九江 赣州 海口 三亚 拉萨 珠海 佛山 东莞 中山 惠州 汕头 绵阳 宜昌 襄阳 西安 咸阳
香港 澳门 台北 高雄 台中 台南 新竹
札幌 函館 旭川 青森 盛岡 仙台 秋田 山形 福島 水戸 宇都宮 前橋 さいたま 千葉 横浜 川崎 新潟 富山 金沢 福井 甲府 長野 岐阜 静岡 浜松 名古屋 津市 大津 神戸 姫路 奈良 和歌山 鳥取 松江 岡山 広島 山口 徳島 高松 松山 高知 福岡 北九州 佐賀 長崎 熊本 大分 宮崎 鹿児島 那覇
수원 성남 고양 용인 부천 안산 안양 남양주 화성 평택 의정부 파주 김포 광명 광주 대전 울산 춘천 원주 강릉 속초 청주 충주 천안 아산 전주 군산 익산 목포 여수 순천 포항 경주 구미 안동 김천 창원 진주 김해 거제 통영 제주 서귀포 세종`
