/** Common given names of many cultures, lower case without accents; general knowledge, sorted by culture only. */
export const GIVEN = `
mark may rose will hope joy rosetta louisa magdalena ramiro isabell alf aida shawn jesse marcellus cristobal
james john robert michael william david richard joseph thomas charles christopher daniel matthew anthony donald steven
paul andrew joshua kenneth kevin brian george edward ronald timothy jason jeffrey ryan jacob gary nicholas eric jonathan
stephen larry justin scott brandon benjamin samuel gregory frank alexander raymond patrick jack dennis jerry tyler aaron
jose adam nathan henry douglas zachary peter kyle walter ethan jeremy harold keith christian roger noah gerald carl terry
sean austin arthur lawrence jesse dylan bryan joe jordan billy bruce albert willie gabriel logan alan juan wayne roy ralph
randy eugene vincent russell elijah louis bobby philip johnny bradley clarence earl ernest francis melvin lee curtis
leonard dale allen clifford lester glenn travis chad derek troy jimmy howard warren leon oscar herbert edwin ray fred
clyde dean marcus theodore clayton barry gordon bernard leroy micheal jay calvin alex mario jon ronnie lloyd tommy leslie
darrell lewis rodney vernon max ivan herman jorge karl kurt neil julian clinton jamie evan marvin hugh felix wesley
isaac hector nathaniel milton norman owen liam mason lucas oliver caleb connor hunter gavin landon cameron wyatt carter
jaxon grayson levi miles leo luke eli asher ezra silas jude rowan finn harvey alfie archie theo toby harry charlie freddie
rory callum euan angus hamish lachlan fergus declan cormac eoin aidan brendan seamus padraig ciaran colin craig stuart
alastair nigel clive trevor graham geoffrey simon martin ian kieran dominic damian adrian sebastian victor marshall dwight
mary patricia jennifer linda elizabeth barbara susan jessica sarah karen lisa nancy betty margaret sandra ashley kimberly
emily donna michelle carol amanda dorothy melissa deborah stephanie rebecca sharon laura cynthia kathleen amy angela
shirley anna brenda pamela emma nicole helen samantha katherine christine debra rachel carolyn janet catherine maria
heather diane ruth julie olivia joyce virginia victoria kelly lauren christina joan evelyn judith megan andrea cheryl
hannah jacqueline martha gloria teresa ann sara madison frances kathryn janice jean abigail alice julia judy sophia grace
denise amber doris marilyn danielle beverly isabella theresa diana natalie brittany charlotte marie kayla alexis lori
jane ruby eleanor lillian mildred ethel lois edna florence thelma lucille edith hazel clara bertha minnie lena mabel
esther gladys irma josephine wanda juanita tracy peggy crystal rita phyllis norma paula erin tina leah sheila audrey
molly vanessa gina monica veronica jill erica kristen rosa annie sally suzanne regina loretta eileen valerie vivian
claire sylvia bessie ella stella caroline beatrice maureen connie bonnie tammy dana stacy ellen elaine marjorie carrie
charlene kristin marion wendy yvonne geraldine dolores jeanne rosemary harriet lucy zoe chloe mia ava amelia harper
aria scarlett penelope layla riley nora lily hailey ellie violet savannah brooklyn bella skylar paisley naomi aaliyah
genesis gianna sienna freya poppy isla imogen phoebe matilda daisy georgia holly jasmine tamsin siobhan niamh aoife
ciara orla maeve saoirse bridget fiona moira eilidh catriona rhiannon bronwyn cerys gwen nia megan priscilla kendra
kendall latoya shanice keisha tamika tyrone darnell jamal malik deshawn lamar terrell demetrius andre reginald cedric
myra jada rashad montana kaya teagan bailey blake leticia reyna lauretta mauricio laura nelda rosella iliana andres
preston verner mina hilda earline tommy nayeli debra princess araceli hubert jocelyn cyrus kelton whitney sabina rudy
mikayla makayla destiny kaitlyn katelyn caitlin courtney jenna shelby paige sierra mackenzie autumn faith trinity
hans peter klaus jurgen wolfgang dieter manfred uwe horst gunter helmut gerhard werner heinz bernd rainer stefan andreas
thorsten torsten matthias sven jens dirk ralf olaf kai lars jan tim nils finn jonas lukas leon elias moritz emil anton
konrad friedrich wilhelm heinrich johann ludwig otto fritz siegfried ulrich volker holger markus tobias florian fabian
ursula monika petra sabine renate helga karin brigitte ingrid gisela heike susanne anja katrin kathrin silke birgit
claudia nadine katja tanja sandra steffi anke ute heidi greta frieda johanna lea lena leonie mareike annika svenja ilse
hannelore elke marlene lieselotte waltraud edeltraud gerda hildegard irmgard erika ines antje wiebke ivonne selina lola
finlay dean uwe ruediger lothar egon eberhard reinhard burkhard detlef gregor jannik niklas philipp maximilian
jean pierre michel jacques philippe alain bernard francois laurent nicolas thierry christophe julien stephane guillaume
sebastien olivier antoine mathieu maxime thibault baptiste hugo theo gabriel raphael arthur louis jules etienne gilles
yves marc luc remi benoit fabrice cedric damien aurelien emmanuel gerard henri marcel rene roger serge xavier yann loic
gauthier quentin florent valentin corentin adrien alexandre bastien clement dorian edouard fabien gaston gustave lucien
noel pascal regis sylvain tristan valere vincent ludovic romuald perceval albert aime philibert adalric japhet arolde
marie nathalie isabelle sylvie catherine francoise valerie veronique sandrine celine aurelie emilie elodie camille manon
chloe ines lea juliette margaux mathilde oceane clemence solene amelie delphine florence genevieve helene josephine
laetitia lucie madeleine marguerite martine monique nadine noemie odette pauline sabrina simone sophie suzanne virginie
yvette zoe agathe anais apolline aurore benedicte berenice brigitte capucine charlene claudine colette corinne edith
eloise estelle eugenie fabienne gaelle gisele heloise jeannine jocelyne lorraine maelle melissa mauricette cyrielle
theodora gertrude annonciade chrysole mireille muriel noelle perrine raphaelle rosalie severine solange stephanie
jose antonio manuel francisco juan luis carlos miguel javier pedro rafael angel fernando sergio pablo jorge alberto
ramon alvaro enrique diego raul ivan ruben oscar andres joaquin vicente eduardo jordi ignacio alfonso jaime salvador
ricardo julio emilio guillermo gonzalo marcos mariano esteban felipe gerardo gustavo hernan horacio hugo ismael leandro
leonardo lorenzo mateo matias maximiliano nestor nicolas octavio rodolfo rodrigo roberto santiago teodoro tomas
carmen maria ana isabel dolores pilar josefa teresa rosa cristina francisca mercedes lucia antonia elena concepcion
manuela marta luisa beatriz raquel paula silvia patricia rosario juana encarnacion irene montserrat susana julia
angeles margarita alicia rocio amparo eva yolanda nuria esther lorena gloria mar consuelo inmaculada milagros daniela
ximena valentina camila sofia mariana gabriela fernanda guadalupe alejandra alejandro catalina carlota luz ramona
cristobal elvira ines noelia olga paloma remedios soledad veronica virginia yesenia esperanza graciela jimena marisol
giuseppe giovanni mario luigi angelo vincenzo pietro salvatore carlo franco domenico bruno paolo michele giorgio aldo
sergio luciano marco andrea francesco alessandro stefano matteo lorenzo davide simone luca riccardo gabriele tommaso
edoardo federico filippo fabio claudio massimo enrico roberto antonino gianluca gianmaria giacomo alberto nicola walter
oddone varo dario emanuele ettore gianni guido leonardo maurizio mirko pasquale raffaele renato sandro silvio umberto
giulia chiara francesca federica sara martina valentina alessia silvia elisa ilaria eleonora giorgia serena arianna
beatrice caterina giovanna rosa angela lucia antonella daniela paola laura roberta simona stefania teresa tina iolanda
uliva clemenzia teodora bianca carlotta cecilia donatella elena emanuela fiorella gaia graziella ludovica marina
michela mirella nicoletta ornella patrizia raffaella rossella sabrina sofia viola vittoria
joao jose antonio francisco carlos paulo pedro lucas luiz marcos luis gabriel rafael daniel marcelo bruno eduardo felipe
raimundo rodrigo manoel mateus andre fernando fabio leonardo gustavo guilherme leandro tiago anderson ricardo marcio
jorge sebastiao alexandre roberto edson diego vitor sergio claudio matheus thiago geraldo adriano luciano julio renato
vinicius caio murilo nataniel otavio heitor davi arthur enzo bernardo samuel nuno rui vasco goncalo duarte
ana francisca antonia adriana juliana marcia fernanda patricia aline sandra camila amanda bruna jessica leticia julia
luciana vanessa mariana gabriela vera vitoria larissa claudia beatriz rita luana sonia renata eliane josefa simone
roberta isabella paula lorraine rafaela maite yasmin helena manuela livia heloisa cecilia eloa lavinia ines joana
jan johannes cornelis hendrik pieter willem gerrit jacobus jeroen bas bart wouter sander joost maarten niels ruben thijs
daan sem bram lars stijn jelle tijn teun koen floris mees luuk gijs jelmer marinus teunis duuk lex mahir tomas ayoub
maria anna johanna elisabeth cornelia hendrika sanne lotte femke anouk maaike marloes esmee fleur iris roos eva tess
sophie noor lieke evi saar fenna jasmijn bo janne lise manu eleanor aya nola boet moos wim kees henk piet joop arjen
lars erik anders per karl johan nils sven bjorn gunnar olof mats magnus fredrik mikael henrik ole jens soren niels
jorgen rasmus kasper mads knut olav leif arne terje trond geir oystein sigurd halvor haakon eirik ingrid astrid solveig
anna eva karin kristina birgitta elisabeth margareta maja elsa ebba saga alva linnea freja signe ida karen mette hanne
lone pia bente kirsten inger berit randi liv tone silje marit ragnhild juhani mikko matti antti timo pekka jukka kari
heikki eero ville aino tuula ritva liisa pirkko sanna satu paivi minna johanna janne tuomas jari hannu
jan piotr krzysztof andrzej tomasz pawel michal marcin marek grzegorz jozef lukasz adam zbigniew jerzy tadeusz mateusz
dariusz mariusz wojciech ryszard jakub henryk robert rafal kazimierz jacek maciej kamil janusz marian mieczyslaw
jaroslaw szymon bartosz stanislaw wladyslaw anna maria katarzyna malgorzata agnieszka barbara ewa krystyna magdalena
elzbieta joanna aleksandra zofia monika teresa danuta natalia karolina marta julia jadwiga janina alicja dorota
zuzanna hanna grazyna halina irena bozena beata paulina urszula justyna wieslawa
jiri petr josef pavel jaroslav tomas miroslav zdenek vaclav michal frantisek jakub milan karel lukas vladimir ladislav
ondrej stanislav marie jana eva hana lenka katerina vera lucie alena petra jaroslava ludmila martina jitka zuzana ivana
laszlo istvan jozsef janos zoltan sandor ferenc gabor attila tibor gyorgy balazs csaba miklos katalin ilona erzsebet
zsuzsanna agnes andrea krisztina tunde zsofia reka eszter ion gheorghe vasile dumitru mihai florin adrian andrei radu
catalin ionut bogdan cosmin elena ioana mihaela gabriela alina simona oana raluca cristina dragan milan zoran goran
nikola marko stefan luka jovan milos dejan dusan vesna jelena milica ana ivana snezana dragana marija katarina petar
georgi dimitar ivan hristo todor stoyan plamen boyan desislava tsvetana georgios dimitrios konstantinos ioannis
nikolaos panagiotis vasileios christos eleni aikaterini vasiliki sofia angeliki georgia dimitra yannis kostas nikos
sergey sergei vladimir dmitry dmitri andrei alexei aleksei alexey nikolai mikhail ivan yuri oleg igor pavel maxim maksim
evgeny viktor anatoly boris konstantin vadim ruslan timur roman denis artem kirill ilya stanislav vyacheslav anastasia
natalia olga elena irina tatiana svetlana ekaterina ludmila galina nadezhda yulia oksana daria ksenia polina alina
marina larisa valentina vera lyudmila oleksandr mykola volodymyr andriy serhiy taras bohdan iryna oksana nataliya
mehmet mustafa ahmet ali huseyin hasan ibrahim ismail osman yusuf murat omer ramazan halil suleyman abdullah mahmut
recep salih fatih kadir emre hakan adem kemal yasar bekir musa metin orhan serkan burak ugur ozgur bulent cem deniz
fatma ayse emine hatice zeynep elif meryem serife sultan zehra hanife merve havva zeliha esra fadime ozlem hacer
yasemin hulya leyla busra gulsum irem senay yesim dora muren sibel selin ebru pinar seda tugba nurcan aylin defne
mohammed muhammad mohamed mohammad ahmed mahmoud ali hassan hussein omar khaled khalid ibrahim youssef yusuf abdullah
abdul rahman karim kareem tariq tarek samir walid nasser hamza bilal mustafa said rashid faisal salman anwar jamal
fatima aisha khadija maryam mariam zainab amina layla leila noor nour huda salma yasmin rania dina hala samira nadia
farah hana rana lina zahra soraya parisa shirin reza hossein mehdi amir farhad dariush behrouz nasrin maryam azadeh
aarav arjun rohan rahul amit anil sunil vijay sanjay rajesh ramesh suresh mahesh dinesh ganesh mukesh rakesh deepak
vikram ravi kiran ashok manoj arun pradeep sandeep nikhil aditya akash ankit gaurav harish jatin karan kunal manish
mohan naveen nitin pankaj prakash rajiv sachin shyam siddharth sumit varun vinay vivek yash krishna rohit divakar
priya anjali pooja neha sunita anita kavita meena rekha geeta lakshmi saraswati radha sita divya deepika shreya
ananya isha kavya nisha pallavi preeti rani ritu sarla shanti shobha sneha swati usha vidya hiranmay bhamini
shresth aadi harpreet gurpreet jaspreet manpreet ranjit balwinder imran asif bilal faisal usman zubair saima shazia
wei fang min jing li na xiu ying hao yan jun tao ming jie qiang lei yang yong bin xin hui ping gang lan mei hong
hiroshi takashi kenji satoshi akira makoto kazuo haruto yuto sota yuki haruki ren kaito daiki shota kenta ryo takumi
yoko keiko akiko sachiko kazuko hanako sakura yui aoi hina rin mio misaki nanami ayumi naoko yumi tomoko emiko
minjun seojun jihoon minho donghyun sunghoon jiwoo seoyeon minji jiyeon yuna sujin eunji hyejin minah soojin
nguyen anh duc hung minh tuan quang thanh huong linh lan mai thao trang phuong hoa nga thuy hien viet quoc danh tuyet
oluwaseun chinedu emeka ngozi chioma adaeze ifeoma obinna tunde femi yemi kwame kofi kwesi akua ama abena yaw kojo
thabo sipho themba nomsa lerato thandi zanele nelson desmond wanjiru kamau otieno achieng mwangi juma amani baraka
neema zuri tendai tafadzwa abebe tesfaye haile selam bereket putri budi agus siti dewi rizki wayan ketut made eko
andi bambang joko sri maricel jomar rizal rodel aurora somchai somsak niran malee arthit pim avi moshe yosef shlomo
yitzhak noam itai eitan tamar rivka miriam shira yael noa avigail kaitlyn margaretta kayden savannah layne linwood
sibyl dejuan hilma donavon scot aniya annabel garrison alexzander arnulfo dustin unique baby linnea prudence dashawn
godfrey christop mabelle ozella brannon filiberto merlin ari fabian arturo leda august alize ludwig rickey hermann
mable gail hank gus bert bob jim tom tim dan ben sam nick mike dave steve chris matt josh greg jeff phil ken ron doug
ted ed will bill rick rob pete andy tony al liz beth kate katie jenny becky debbie sue pam patty peg maggie meg annie
nell nelle lou tess trish vicky mandy cindy abby addie ali allie bea cass dee dot fay flo gigi jo josie kat kim kit
lottie lulu mae millie mimi nan nina pat penny reba roxy sadie sasha shay tasha tori val viv willa winnie zelda
`
