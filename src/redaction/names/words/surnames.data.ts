/** Common family names of many cultures, lower case without accents; general knowledge. */
export const SURNAMES = `
smith johnson williams brown jones garcia miller davis rodriguez martinez hernandez lopez gonzalez wilson anderson thomas
taylor moore jackson martin lee perez thompson white harris sanchez clark ramirez lewis robinson walker young allen king
wright scott torres nguyen hill flores green adams nelson baker hall rivera campbell mitchell carter roberts gomez
phillips evans turner diaz parker cruz edwards collins reyes stewart morris morales murphy cook rogers gutierrez ortiz
morgan cooper peterson bailey reed kelly howard ramos kim cox ward richardson watson brooks chavez wood james bennett
gray mendoza ruiz hughes price alvarez castillo sanders patel myers long ross foster jimenez powell jenkins perry
russell sullivan bell coleman butler henderson barnes gonzales fisher vasquez simmons romero jordan patterson alexander
hamilton graham reynolds griffin wallace moreno west cole hayes bryant herrera gibson ellis tran medina aguilar stevens
murray ford castro marshall owens harrison fernandez mcdonald woods washington kennedy wells vargas henry chen freeman
webb tucker guzman burns crawford olson simpson porter hunter gordon mendez silva shaw snyder mason dixon munoz hunt
hicks holmes palmer wagner black robertson boyd rose stone salazar fox warren mills meyer rice schmidt garza daniels
ferguson nichols stephens soto weaver ryan gardner payne grant dunn kelley spencer hawkins arnold pierce hansen peters
santos hart bradley knight elliott cunningham duncan armstrong hudson carroll lane riley andrews alvarado ray delgado
berry perkins hoffman johnston matthews pena richards contreras willis carpenter lawrence sandoval guerrero george
chapman rios estrada ortega watkins greene nunez wheeler valdez harper burke larson santiago maldonado morrison
franklin carlson austin dominguez carr lawson jacobs obrien lynch singh vega bishop montgomery oliver jensen harvey
williamson gilbert dean sims espinoza howell li wong reid hanson le mccoy garrett burton fuller wang weber welch
rojas lucas marquez fields park yang little banks padilla day walsh bowman schultz luna fowler mejia davidson acosta
brewer may holland juarez newman pearson curtis cortez douglas schneider joseph barrett navarro figueroa keller avila
wade molina stanley hopkins campos barnett bates chambers caldwell beck lambert miranda byrd craig ayala lowe frazier
powers neal leonard gregory carrillo sutton fleming rhodes shelton schwartz norris jennings rhodes watts duran walters
cohen mcdaniel moran parks steele vaughn becker holt deleon barker terry hale leon hail benson haynes horton miles
lyons pham graves bush thornton wolfe warner cabrera mckinney mann zimmerman dawson lara fletcher page mccarthy love
robles cervantes solis erickson reeves chang klein salinas fuentes baldwin daniel simon velasquez hardy higgins aguirre
lin cummings chandler sharp barber bowen ochoa dennis robbins liu ramsey francis griffith paul blair oconnor cardenas
pacheco cross calderon quinn moss swanson chan rivas khan rodgers serrano fitzgerald rosales stevenson christensen
manning gill curry mclaughlin harmon mcgee gross doyle garner newton burgess reese walton blake trujillo adkins brady
goodman roman webster goodwin fischer huang potter delacruz montoya todd wu hines mullins castaneda malone cannon tate
mack sherman hubbard hodges zhang guerra wolf valencia saunders franco rowe gallagher farmer hammond hampton townsend
ingram wise gallegos clarke barton schroeder maxwell waters logan camacho strickland norman person colon parsons frank
harrington glover osborne buchanan casey floyd patton ibarra ball tyler suarez bowers orozco salas cobb gibbs andrade
bauer conner moody escobar mcguire lloyd mueller hartman french kramer mcbride pope lindsey velazquez norton mccormick
sparks flynn yates hogan marsh macias villanueva zamora pratt stokes owen ballard lang brock villarreal charles drake
barrera cain patrick pineda burnett mercado santana shepherd bautista ali shaffer lamb trevino mckenzie hess beil
olsen cochran morton nash wilkins petersen briggs shah roth nicholson holloway lozano flowers rangel hoover arias short
mora valenzuela bryan meyers weiss underwood bass greer summers houston carson morrow clayton whitaker decker yoder
collier zuniga carey wilcox melendez poole roberson larsen conley davenport copeland massey lam huff rocha cameron
jefferson hood monroe anthony pittman huynh randall singleton kirk combs mathis christian skinner bradford richard
galvan wall boone kirby wilkinson bridges bruce atkinson velez meza roy vincent york hodge villa abbott allison tapia
gates chase sosa sweeney farrell wyatt dalton horn barron phelps yu dickerson heath foley atkins mathews bonilla
acevedo benitez zavala hensley glenn cisneros harrell shields rubio huffman choi boyer garrison arroyo bond kane
hancock callahan dillon cline wiggins grimes arellano melton oneill savage ho beltran pitts parrish ponce rich booth
koch golden ware brennan mcdowell marks cantu humphrey baxter sawyer clay tanner hutchinson kaur berg wiley gilmore
russo villegas hobbs keith wilkerson ahmed beard mcclain montes mata rosario vang walter henson oneal mosley mcclure
beasley stephenson snow huerta preston vance barry johns eaton blackwell dyer prince macdonald solomon guevara stafford
english hurst woodard cortes shannon kemp nolan mccullough merritt murillo moon salgado strong kline cordova barajas
roach rosas winters jacobson lester knox bullock kerr leach meadows orr davila whitehead pruitt kent conway mckee barr
david dejesus marin berger mcintyre blankenship gaines palacios cuevas bartlett durham dorsey mccall odonnell stein
browning stout lowery sloan mclean hendricks calhoun sexton chung gentry hull duarte ellison nielsen gillespie buck
middleton sellers leblanc esparza hardin bradshaw mcintosh howe livingston frost glass morse knapp herman stark bravo
noble spears weeks corona frederick buckley mcfarland hebert enriquez hickman quintero randolph schaefer walls trejo
house reilly pennington michael conrad giles benjamin crosby fitzpatrick donovan mays mahoney valentine raymond medrano
hahn mcmillan small bentley felix peck lucero boyle hanna pace rush hurley harding mcconnell bernal nava ayers everett
ventura avery pugh mayer bender shepard mcmahon landry case sampson moses magana blackburn dunlap gould duffy vaughan
herring mckay espinosa rivers farley bernard ashley friedman potts truong costa correa blevins nixon clements fry
delarosa best benton lugo portillo dougherty crane haley phan villalobos blanchard horne finley quintana lynn esquivel
bean dodson mullen xiong hayden cano levy huber richmond moyer lim frye sheppard mccarty avalos booker waller parra
woodward jaramillo krueger rasmussen brandt peralta donaldson stuart faulkner maynard galindo coffey estes sanford
burch maddox vo oconnell vu andersen spence mcpherson church schmitt stanton leal cherry compton dudley sierra pollard
mueller schmid schulz zimmermann braun kruger hofmann hartmann lange werner krause lehmann kohler maier konig
walter huber kaiser fuchs peters scholz moller weiss jung hahn schubert vogel friedrich keller gunther frank berger
winkler roth beck lorenz baumann albrecht schuster simon ludwig bohm winter kraus martin schumacher kramer vogt stein
jager otto sommer gross seidel heinrich brandt haas schreiber graf dietrich ziegler kuhn pohl engel horn busch bergmann
thomas voigt sauer arnold wolff pfeiffer streller helm uhlig schembera zinser
bernard dubois durand moreau laurent simon michel lefebvre leroy roux david bertrand morel fournier girard bonnet dupont
lambert fontaine rousseau vincent muller lefevre faure andre mercier blanc guerin boyer garnier chevalier francois
legrand gauthier garcia perrin robin clement morin nicolas henry roussel mathieu gautier masson marchand duval denis
dumont marie lemaire noel meyer dufour meunier brun blanchard giraud joly riviere lucas brunet gaillard barbier
arnaud martinez gerard roche renard schmitt roy leroux colin vidal caron picard roger fabre aubert lemoine renaud
dumas lacroix olivier philippe bourgeois pierre benoit rey leclerc payet rolland leclercq guillaume lecomte lopez
jean dupuy guillot hubert berger carpentier sanchez dupuis moulin louis deschamps huet vasseur perez boucher fleury
royer klein jacquet adam paris poirier marty aubry guyot carre charles renault charpentier menard maillard baron
rossi russo ferrari esposito bianchi romano colombo ricci marino greco bruno gallo conti deluca mancini costa giordano
rizzo lombardi moretti barbieri fontana santoro mariani rinaldi caruso ferrara galli martini leone longo gentile
martinelli vitale lombardo serra coppola desantis marchetti parisi villa conte ferraro ferri fabbri bianco marini
grasso valentini messina sala deangelis gatti pellegrini palumbo sanna farina rizzi monti cattaneo morelli amato silvestri
mazza testa grassi pellegrino carbone giuliani benedetti barone rossetti caputo montanari guerra palmieri bernardi
martino fiore derosa ferretti bellini basile riva donati piras vitali battaglia sartori neri costantini milani pagano
ruggiero sorrentino damico orlando negri polizzi fornara favero gamper grande ferracuti ponti floris cascio
silva santos ferreira pereira oliveira costa rodrigues martins jesus sousa fernandes goncalves gomes lopes marques alves
almeida ribeiro pinto carvalho teixeira moreira correia mendes nunes soares vieira monteiro cardoso rocha raposo neves
coelho cruz cunha pires ramos reis simoes antunes matos fonseca machado araujo barbosa tavares lourenco castro
figueiredo azevedo freitas magalhaes henriques lima guerreiro batista pinheiro faria miranda barros morais nogueira
esteves anjos baptista campos mota andrade brito sa nascimento leite abreu melo vaz pacheco dias vicente albuquerque
jong jansen vries berg bakker dijk visser smit meijer boer mulder groot bos vos peters hendriks leeuwen dekker brouwer
wit dijkstra smits graaf meer kok jacobs haan vermeulen heuvel veen broek bruijn heijden schouten beek willems vliet
hoekstra maas verhoeven koster dam prins blom huisman peeters kuipers veenstra kuiper leeuw bruyn hofman poels zijlstra
scholten janssen zuiderveld hartman wal horst pol lange kuypers cornelissen prinsen janssens maes mertens claes goossens
andersson johansson karlsson nilsson eriksson larsson olsson persson svensson gustafsson pettersson jonsson jansson
hansson bengtsson lindberg lindstrom lindgren axelsson lundberg bergstrom lundgren berglund fransson sandberg holm
nielsen jensen hansen pedersen andersen christensen larsen sorensen rasmussen jorgensen petersen madsen kristensen olsen
thomsen christiansen poulsen johansen moller mortensen haugen hagen eide bakke solberg korhonen virtanen makinen
nieminen makela hamalainen laine heikkinen koskinen jarvinen lehtonen saarinen salminen heinonen niemi
nowak kowalski wisniewski wojcik kowalczyk kaminski lewandowski zielinski szymanski wozniak dabrowski kozlowski mazur
jankowski wojciechowski kwiatkowski krawczyk kaczmarek piotrowski grabowski zajac pawlowski michalski krol nowakowski
novak svoboda novotny dvorak cerny prochazka kucera vesely horak nemec pokorny marek pospisil hajek kral jelinek ruzicka
horvath kovacs nagy szabo toth varga kiss molnar nemeth farkas balogh papp takacs juhasz lakatos meszaros simon olah
popescu ionescu popa pop radu dumitru stan stoica gheorghe matei ciobanu rusu jovanovic petrovic nikolic markovic
djordjevic stojanovic ilic stankovic pavlovic milosevic ivanov petrov dimitrov georgiev popov papadopoulos papadakis
ivanova petrova smirnov smirnova kuznetsov kuznetsova sokolov sokolova lebedev kozlov novikov morozov volkov solovyov
vasiliev zaitsev pavlov semyonov golubev vinogradov bogdanov fedorov mikhailov shevchenko kovalenko bondarenko
tkachenko kravchenko oliynyk kovalchuk polishchuk melnyk boyko marchenko yilmaz kaya demir celik sahin yildiz yildirim
ozturk aydin ozdemir arslan dogan kilic aslan cetin kara koc kurt ozkan simsek polat korkmaz erdogan unal tas bakan
aksoy abalioglu sandalci uluhan tanrikulu akcan bicakci altinisik gunes acar bulut turan gul tekin
khan ahmed hussain malik sheikh ansari qureshi siddiqui shaikh farooq chaudhry butt mirza haddad khoury nasser mansour
saleh hamdan khalil najjar sharma verma gupta kumar singh patel shah mehta desai joshi trivedi pandey mishra tiwari
dubey chaturvedi agarwal banerjee mukherjee chatterjee bhattacharya das ghosh sengupta bose dutta roy reddy rao naidu
iyer iyengar nair menon pillai krishnan subramanian raman chopra kapoor malhotra khanna bhatia arora sethi kaur gill
sandhu dhillon patil kulkarni deshpande gowda hegde shetty bhattathiri rathore chauhan yadav thakur jain
wang li zhang liu chen yang huang zhao wu zhou xu sun ma zhu hu guo he lin gao luo zheng liang xie tang han feng deng
cao peng zeng xiao tian dong pan yuan cai jiang yu du ye cheng wei su lu ding ren shen yao
sato suzuki takahashi tanaka watanabe ito yamamoto nakamura kobayashi kato yoshida yamada sasaki yamaguchi matsumoto
inoue kimura hayashi shimizu yamazaki mori abe ikeda hashimoto ishikawa ogawa okada goto hasegawa murakami kondo fujita
kim lee park choi jung kang cho yoon jang lim han shin seo kwon hwang ahn song hong jeon
nguyen tran le pham hoang phan vu vo dang bui do ho ngo duong ly doan phung dinh truong lam
okafor okeke nwosu adeyemi okonkwo eze balogun adebayo mensah owusu boateng asante osei appiah dlamini nkosi ndlovu
khumalo mokoena mahlangu zulu naidoo botha venter kruger pretorius kamau mwangi otieno odhiambo wanjiku moyo banda phiri
tesfaye bekele kebede diallo traore coulibaly keita diop ndiaye sow toure sarr mendy wijaya santoso hidayat setiawan
siregar nasution reyes bautista ocampo villanueva dizon magsaysay cohen levi mizrahi peretz biton dahan friedman katz
shapiro goldberg goldstein rosenberg greenberg silverman kaplan levin weinstein horowitz epstein
matias tamez quintero acevedo villasenor alanis delapaz madera lugo vallejo ontiveros hidalgo velez mayorga olivera
holguin uribe ferrer cevallos zapata zambrano becerra bustamante caballero carranza cordero escalante galvez gallardo
granados hurtado iglesias lerma lira marrero montenegro narvaez ojeda olmos oropeza osorio pantoja paredes pedraza
quezada quiroga rincon roldan saavedra sepulveda tellez toledo tovar urbina valdivia valladares velasco yanez zarate
helvey oconner okeefe mcglynn keefe dickens franecki kutch kuhn moen wyman frami ondricka maggio borer conroy bosco kunde
`
