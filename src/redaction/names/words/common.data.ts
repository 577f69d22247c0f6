/** Function words of the languages covered: they end a name and never are one in lower case. */
export const STOP = `
a an the and or but nor so yet if then else when while where who whom whose which what why how that this these those
i me my mine we us our you your he him his she her it its they them their is am are was were be been being do does did
have has had can could will would shall should may might must not no yes of to in on at by for with from into onto over
under about above below after before between through during without within against as than too very just only also
here there now today tomorrow yesterday again once never always often ok okay please thanks thank hello hi hey dear
and can't don't won't didn't isn't i'm it's that's let's let get got go goes went come came make made take took see saw
say tell ask want need know think give gave find found use used work working call
there's he's she's they're we're you're i've i'll some any all each every both few more most other another such own same
up down out off new old next last first please because since until although though whether either neither
und oder aber der die das den dem des ein eine einen einem einer ist sind war bin bist hat habe haben wird werden nicht
kein keine ich du er sie es wir ihr mir mich dich sich mein meine sein ihre mit bei von vom zu zum zur aus auf fur an im
nach uber unter vor wenn dass wie was wer wo bitte auch noch nur schon sehr und wohnt wohne lebe lebt
et ou mais le la les un une des du au aux est sont suis etait a ont ai ne pas je tu il elle nous vous ils elles mon ma mes
ton son sa ses ce cette ces qui que quoi dont avec chez dans sur sous pour par entre sans plus tres aussi bonjour merci
y o pero el los las unos unas del al es son soy era ha he no yo ella nosotros ellos mi tu su que quien con en por para
sin sobre entre muy tambien hola gracias e ma il lo gli uno di da in su per tra fra sono era non io lui lei noi voi loro
mio mia suo sua che chi con anche ciao grazie buongiorno abito abita vive vivo
e os as um uma do da dos das no na nos nas ao eu ele ela meu minha seu sua que com por para sem muito tambem ola obrigado
moro mora en de het een is zijn was ben niet ik jij hij zij wij mijn uw die dat deze met bij van voor uit op naar
om te even ook maar nog al woon woont beste i w z na do od dla jest sa nie ja ty on ona my wy moj moja mieszkam
och att det som en ett av pa med jag du han hon vi ar inte min mitt bor i och fra til er ikke jeg meg
ve bir bu su ben sen o biz siz icin ile de da ki benim telefonum la va toi ban cua khong nay do cho
и в во не на я ты он она мы вы они с со к у из от до по за для о об что кто как это мой моя мне меня живу живет мой
`
/** Everyday words that begin a sentence or stand in a heading: no name on their own. */
export const COMMON = `
about above accept access account action active add additional admin after again agent all allow also although always
among analysis answer any api app application apply approve archive are area argument array article asset async attach
attendees author auto available back background backup base based basic batch before begin best better beta big bit block
blog board body book boolean both bottom box branch break bring browser buffer bug build button buy byte cache call cancel
cannot card case cause cell center central certificate change channel character chart chat check child choose city class
clean clear click client clone close cloud cluster code collection color column command comment commit common community
company compare complete component compute concept config configuration confirm connect consider console constant contact
container content context continue contract contributing contributor control convert cookie copy core correct cost count
country course cover create credit current custom customer daily dashboard data database date day debug deep default define
delete demo deploy deprecated description design desktop detail details dev developer device dialog directory disable disk
display docs document documentation does domain double down download draft drag drop due during each early east easy edit
editor education effect either element email empty enable encoding end endpoint engine enter entity entry enum environment
equal error escape even event every example exception execute exit expand expect experience export express extend extra
fail failed false fast feature feedback fetch field file filter final find fine first fix flag flow folder follow font food
footer form format forward foundation found frame free frequently from full function fund future game gateway general
generate get getting github given global good graph great green grid group guide handle hard hash head header health heap
height help helper here hidden high history home hook host hotel hour house html icon identifier idea image implement
implementation import important improve include index info information initial inline input insert inside install
installation instance instead integer integration interest interface internal international internet introduction
invalid invoice issue item iterator java javascript job join json just keep kernel key keyword kind know label language
large last latest launch layer layout lead learn left legal length less let level library license like limit line link
linux list listen live load loading local location lock log login long look loop low machine main maintenance major make
manage management manager manual many map mark market master match math matrix max may maybe media medium meeting member
memory menu merge message meta method metric middle min minimum minor mission mobile mode model modern module money
month more most move multiple music name native natural near need nested network never new news next node none normal
north not note notes nothing notice now null number object office offset ok old once one online only open operation
operator option optional options oracle order organization original other our out outline output over overview own owner
package page panel paragraph parameter parent park parse part partial party pass password patch path pattern pay payment
people per perform performance permission person personal phone photo pick pipeline place plain plan platform play plugin
please point policy popular port position possible post power practice prefix present press preview previous price primary
print prior private pro problem process processing product production profile program project promise prompt property
protocol provide provider proxy public publish pull purpose push put python quality query question queue quick quote
random range rate raw reach read readme ready real reason receive recent recommend record red reduce reference region
register registry reject related release remote remove render repeat replace reply report repository request require
required requirements research reset resolve resource response rest restart result results retry return returns review
revision right road role room root route router row rule rules run running runtime safe sample save scan schedule schema
school scope score screen script search second section secure security see select self send server service session set
setting settings setup several share sheet shell ship short should show side sign signal signature similar simple since
single site size skip small snapshot social software some sort source south space special specific specification speed
stack staff stage standard start state statement static station status step still stop storage store stream street
strict string structure style sub subject submit success such suite summary sun super supply support sure survey switch
symbol sync syntax system tab table tag target task team template terminal terms test testing tests text than that theme
there these thing this those thread three through ticket time timeout title to today todo together token tool tools top
topic total trace track trade traffic train transaction transfer transform tree trigger true trust try tutorial two type
types typescript ui under union unique unit university unknown until update upgrade upload usage use used user users
using utility valid validate value values variable vector verify version very via video view virtual visible visit volume
wait warning was watch water way we weather web website week welcome well west what when where which while white who why
wide width will window with within without word work workflow world would write writing wrong year yes yet you your zero
zone apple amazon google microsoft facebook meta twitter netflix oracle intel ibm nvidia tesla openai anthropic claude
gemini slack stripe docker kubernetes postgres redis kafka nginx apache react angular vue svelte node deno bun rust go
swift kotlin ruby perl scala haskell elixir erlang clojure bash zsh windows mac ios android chrome firefox safari edge
webpack vite rollup babel eslint prettier jest mocha jasmine karma cypress gulp grunt bower yarn npm pnpm turbo lodash
express koa fastify nest next nuxt gatsby astro remix ember backbone jquery bootstrap tailwind sass less stylus material
unicode ascii utf latin http https ssh ssl tls tcp udp dns url uri rest graphql grpc xml yaml toml csv markdown
travis jenkins circle azure aws gcp heroku vercel netlify sentry datadog grafana prometheus elastic mongo mysql sqlite
maven gradle ant spring hibernate junit selenium puppet chef ansible terraform vagrant consul vault
hello dear regards sincerely best kind thanks cheers sent subject date attachment re fwd cc bcc mr mrs ms
bitte danke guten tag hallo sehr geehrte betreff anlage bonjour madame monsieur cher chere merci objet estimado estimada
hola buenos dias gracias asunto ciao gentile egregio oggetto salve ola prezado prezada assunto obrigado beste geachte
hoi dag merhaba sayin xin chao kundin kunde patient patientin client clienta cliente klient
survey employee payment plate car card passport trip wife husband daughter friend boss colleague
error warning info debug fatal trace notice critical alert emergency jan feb mar apr jun jul aug sep sept oct nov dec
january february march june july september october november december monday tuesday wednesday thursday friday
saturday sunday mon tue wed thu fri sat sun spring summer autumn winter christmas easter
union states united kingdom republic federal national royal saint st inc ltd llc corp gmbh ag sa bv plc co
i ii iii iv v vi vii viii ix x am pm utc gmt est pst cet ok tbd na asap faq ceo cto cfo hr it qa pr id ip
markov fourier gaussian bayesian bernoulli poisson euler newton laplace hamming levenshtein huffman fibonacci
unix posix boolean cartesian euclidean gregorian hebrew mozilla webkit gecko blink chromium electron
pascal camel kebab snake delta alpha gamma omega sigma lambda epsilon theta beta iota kappa
`
/** Names that are everyday words as well: count as a name only where something says so. */
export const WORDLIKE = `
will may mark rose grace bill art august april june pat sue rob dawn faith hope joy ivy lily iris violet daisy olive
heather amber crystal jade ruby pearl ginger harmony destiny genesis trinity princess baby unique savannah autumn
chance chase hunter mason carter tyler taylor cooper porter parker archer sawyer miller baker cook smith page paige
grant drew jack frank ernest earnest rich dick guy max miles pierce dale glen cliff forest brook rusty sandy penny
bob jean gene ray rex roy van don dot fay lee may bo an ha do le la li na al so to ben sen son long king young green
white black brown gray grey stone wood woods hill rice bell bush cross day price love little small short strong sharp
wise rich good best street church bank banks field fields park parks rivers waters lake winter summers snow frost
moon starr star sun gold silver bird fox wolf bear lamb hawk swan crane head foot hand power powers cash sales case
clay colt cruz dash dean earl duke prince noble knight bishop pope marshall major judge page ward cole flowers gardner
carpenter mills weeks weaver walker turner tucker taylor shepherd singer porter potter mason fisher farmer driver
cain abel ace ash aspen blaze cloud cody cyan dart della echo ember flo gale guide hank iota ida jan jay jet jenna jo
kit kat lane lark lex lou lux mac mae major mart may mel mia mimi nova ora pace pax percy pia pip prim quinn rae rain
reed river robin rod ron sage scout sky skip sol stone sunny tad tex thea tom val vale vi wren york zed zion
chan cho chang chung fang han hang hong hui jun kay kim king kong lam lan lang lei lim lin lo long lu luo man mei min ming
nan pan pang peng ping rong ru sang shan she shen sheng shi sung tan tang tao tian tong tu wan wei wen xia xie xin yan
yang ye yi yin ying yong yu yuan yue zeng zhao zhen zhou zhu zi ali said noor nova lana mina nina tina fin finn
roman german christian dominican israel jordan chad georgia paris london florence austin dallas houston madison sydney
brooklyn dakota carolina virginia india china kenya asia savannah verona vienna siena milan
sierra chelsea lincoln washington jackson hamilton lafayette eve ella era ana ado ida ines ana esp est elm tim ted
ed sam dan abe dot art ira ivan marc carol gus gina alma luna sol aura mira nell vera dora flora nora
mack max mini ming moss page pike pool pond press pride quick race ring root rush sands seal sellers shields sparks
spears speed spring stack stark steel sterling storm summer swift temple thorn town trees tripp trump vance wade wall
walls ware warden waters webb weir wells west wheel wild wiley wing winn winters worth wright banner barber barker
base bass beach beam bean beck bell bender berry bland block bloom bond boot booth bow bowling box branch bright brooks
buck bull burns butler buttons cable call camp cane cannon canon carey carr carver castle chain chambers chandler child
childs chin christmas clark close coach coin cola cone conn conner cope corn cotton couch counts couch craft cream
creek crow crook cure curl curry curtis cutter dare darling dash dell dice dodge doll doors dove drake draper drum dunn
early east easter ended exum farr fields fine finger fish flagg flood floor forge free freeman french fry fuller funk gamble
games gates gay gear gentry gill glass glover good goss graves gross ham hammer hardy harp harper hart hay hayes heath
held hemp high hire hoff holder hole holiday hooks horn house ivory jewel jobs jolly joiner just keen keller key keys
kidd kill kind kiss land lance lane latch law laws layer lease leaf lear line link list lock lord low lucas luck mace
mail main maker mark march marks marsh masters may means mercy merit merry miner mint mode model money mora more mount
muse nail names natal nice night noble north null oak oaks ocean oneal order pack paine paint palm parent parr patch peace
peach peck peel penn perez person pick pickle piper pit pitt place plain plant plate platt plum plumb points post potts
pratt present price pride print proper puff purse quill rains rank ranger raven ready real reason rector redd rest reyes
reader rider riggs rivers roach robe rock rocks roll rolls rose round rowe royal rule ruff rush salt sample saw sax say
school score screws seals sears seat see self sell shade share shaw sheets shell ship shoe shore short shot sides sill
simple sink skill slade slice small smart smiles soto sole south spark spell spice spike spot spruce stacy stage staff
stain stamp stanza start state stay step still stock stoner story stout strain strange street string stroud study
styles sugar suit sumner swan sweet table tack tate teal teller test tiller timer timber tips toll tower track trace
travel treat true trust tune upton valley vest view vine wait wake ward wash wax way weed wick wills winner wish witt wolf
word work yard yates yes zero zone
`
