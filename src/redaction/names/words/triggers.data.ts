/**
 * What announces a person or a place, lower case without accents, one phrase per line or comma.
 * Strong ones are enough for any word that follows; others want a word that looks the part.
 */
export const PERSON_STRONG = `
my name is, his name is, her name is, their name is, my name was, i am called, people call me, my full name is, my first name is, my last name is,
ich heisse, mein name ist, ich bin der, ich bin die, je m'appelle, mon nom est, je me nomme, me llamo, mi nombre es,
mi chiamo, il mio nome e, meu nome e, chamo-me, me chamo, o meu nome e, mijn naam is, ik heet, nazywam sie, mam na imie,
jag heter, mitt namn ar, jeg hedder, jeg heter, mit navn er, mitt navn er, minun nimeni on, nimeni on, jmenuji se, volam sa,
a nevem, numele meu este, ma numesc, zovem se, меня зовут, мое имя, моё имя, мене звати, мене звуть, казвам се, με λενε,
adim, benim adim, ismim, ten toi la, toi ten la, toi la, nama saya, اسمي, أنا اسمي, שמי, קוראים לי, मेरा नाम, ชื่อ,
au nom de, a nombre de, im namen von, a nome di, em nome de, uit naam van, op naam van, on behalf of, in the name of,
lautet auf, t.n.v, tnv, z. hd, z.hd, zu handen, attn, geboren als, nee, born as, signed by, belongs to, registered to
`
export const PERSON_WEAK = `
ask, asked for, talked to, talk to, spoke to, speak to, spoke with, speak with, talking to,
speaking with, meet, meeting with, met with, call, phone, email, e-mail, mail, message, contact,
tell, told, remind, thank, invite, invited, visited, assigned to, assign to, reported by,
approved by, requested by, written by, sent by, prepared by, signed, owned by, managed by,
led by, hired, fired, interviewed, best, love, xin chao, здравствуйте, i am, this is, ich bin,
hier ist, je suis, soy, sono, sou, ik ben, dit is, jestem, jag ar, jeg er, toi la, to jest,
found, named, called, name, nombre, nome, nom, naam, imie, namn, navn, nimi, jmeno, ad, adi,
isim, ten, имя, customer, client, candidate, student, teacher, caller, agent, driver, owner,
witness, user, member, attendee, author, recipient, sender, beneficiary, holder, manager,
director, lawyer, nutzer, chef, chefin, cliente, clienta, usuario, usuaria, utente, funcionario,
funcionaria, cliente, salarie, salariee, patienten, medewerker, kunden, musteri, hasta,
benh nhan, khach hang, dossier de, ceo, cto, defendant, plaintiff, victim, letter to,
statement of, meeting with, email to, mail to, message to, note to, reply to, call from, call with,
message from, email from, interview with, appointment with, lunch with, dinner with, date with, opened by, closed by, submitted by, filed by,
handled by, treated by, represented by, accompanied by, referred by, recommended by, seen by, related to, transferred to, handed to, shared with,
rufen sie, kontaktieren sie, fragen sie, schreiben sie, informieren sie, bitten sie, treffen mit, gesprach mit, termin mit, nachricht an, brief an,
contactez, appelez, demandez a, rendez-vous avec, lettre a, llame a, pregunte a, reunion con, cita con, carta a, chiami, riunione con, ligue para, reuniao com, bel met, afspraak met, brief aan,
prescribed to, addressed to, sent to, introduced, between, coach,
player, singer, actor, actress, writer, artist, president, candidate, senator, mayor, journalist
`
/** Relations, salutations and roles: "my wife …", "Dear …", "Patient …". */
export const KIN = `
wife, husband, daughter, son, friend, brother, sister, mother, father, mom, mum, dad, uncle,
aunt, cousin, nephew, niece, grandma, grandpa, grandmother, grandfather, girlfriend, boyfriend,
partner, fiance, fiancee, boss, colleague, coworker, neighbour, neighbor, roommate, landlord,
doctor, therapist, supervisor, teammate, classmate, mentor, child, baby, frau, mann, tochter,
sohn, freund, freundin, bruder, schwester, mutter, vater, onkel, tante, nachbar, nachbarin,
femme, mari, fille, fils, ami, amie, frere, soeur, mere, pere, oncle, collegue, voisin, voisine,
epouse, epoux, esposa, esposo, marido, mujer, hija, hijo, amigo, amiga, hermano, hermana, madre,
padre, tio, tia, vecino, vecina, jefe, jefa, moglie, marito, figlia, figlio, amico, amica,
fratello, sorella, mamma, papa, zio, zia, vicino, vicina, collega, capo, filha, filho, irmao,
irma, mae, pai, vizinho, vizinha, colega, chefe, vrouw, dochter, zoon, vriend, vriendin, broer,
zus, moeder, vader, oom, buurman, buurvrouw, baas, zona, maz, corka, syn, przyjaciel, brat,
siostra, szef, kolega, kolezanka, fru, dotter, dottir, bror, syster, karim, esim, kizim, oglum,
arkadasim, жена, муж, дочь, сын, друг, подруга, брат, сестра, мама, папа, начальник, сосед,
соседка, hello, hi, hey, dear, regards, sincerely, cheers, thanks, bonjour, hola, ciao, ola, hoi,
hej, hei, ahoj, czesc, merhaba, salut, hallo, beste, liebe, lieber, cher, chere, querido,
querida, estimado, estimada, caro, cara, gentile, prezado, prezada, geachte, drogi, droga, kara,
sayin, привет, уважаемый, уважаемая, дорогой, дорогая, cc, i'm, bel, patient, employee, tenant,
applicant, nurse, kunde, kundin, patientin, mitarbeiter, mitarbeiterin, kollege, kollegin,
mieter, mieterin, klient, klientin, paciente, empleado, empleada, paziente, dipendente, patiente,
klant, pacjent, pacjentka, klientka, pan, pani, ben, клиент, клиентка, пациент, пациентка,
сотрудник, сотрудница, коллега, guest, passenger, suspect
`
/** Keys of records; with `:` or `=` behind them what follows is a person. */
export const PERSON_KEYS = `
name, user, fullname, full_name, firstname, first_name, lastname, last_name, surname, givenname, given_name, familyname, family_name,
displayname, display_name, realname, customername, customer_name, username_full, fn, cn, contact, customer, client, patient,
employee, attendees, attendee, participants, participant, present, guest, guests, passenger, passengers, cardholder,
card_holder, cardholder_name, holder, account_holder, accountholder, beneficiary, recipient, sender, from, to, cc, bcc,
signed, signature, applicant, candidate, student, teacher, tenant, landlord, witness, doctor, physician, nurse, agent,
assignee, reporter, reviewer, approver, owner, manager, supervisor, contact_name, emergency_contact, next_of_kin, spouse,
mother, father, caller, speaker, interviewer, interviewee, author, hr, driver, payee, payer, shipto, ship_to, billto, bill_to, deliver to,
ship to, bill to, attention, attn, insured, claimant, plaintiff, defendant, vorname, nachname, kunde, kundin, patient, patientin, mitarbeiter,
empfanger, absender, inhaber, kontoinhaber, ansprechpartner, teilnehmer, unterschrift, nom, prenom, client, cliente,
titulaire, destinataire, expediteur, participants, nombre, apellido, apellidos, paciente, empleado, titular, destinatario,
remitente, asistentes, nome, cognome, sobrenome, paziente, intestatario, mittente, partecipanti, naam, voornaam, achternaam,
klant, ontvanger, afzender, deelnemers, aanwezig, imie, nazwisko, klient, odbiorca, nadawca, namn, fornamn, efternamn,
navn, fornavn, etternavn, efternavn, nimi, etunimi, sukunimi, jmeno, prijmeni, ad, adi, soyad, soyadi, musteri, isim, ten, hoten, ho ten,
имя, фамилия, отчество, фио, клиент, пациент, сотрудник, получатель, отправитель, ім'я, прізвище, ονομα, الاسم, שם, नाम
`
export const PLACE_KEYS = `
city, town, country, location, place, birthplace, place_of_birth, place of birth, office, address, hometown, home town, region,
state, province, county, destination, origin, departure, arrival, venue, site, branch, residence, birth_place, birth_city,
billing_city, shipping_city, home_city, country_name, city_name, locality, addresslocality, addresscountry, addressregion, lives, based,
stadt, ort, land, wohnort, geburtsort, standort, adresse, anschrift, ville, pays, lieu, lieu de naissance, domicile, ciudad, pais, lugar, lugar de nacimiento,
direccion, domicilio, citta, paese, luogo, luogo di nascita, indirizzo, residenza, cidade, local, naturalidade, endereco, morada,
plaats, stad, woonplaats, geboorteplaats, adres, miasto, kraj, miejscowosc, stad, ort, by, sted, kaupunki, mesto, zeme, sehir, ulke,
thanh pho, quoc gia, город, страна, адрес, место рождения, місто, країна, πολη, المدينة, البلد, עיר, शहर
`
export const NRP_KEYS = `
nationality, citizenship, religion, ethnicity, ethnic, race, faith, denomination, party, political, politics, affiliation,
political_party, religious, belief, nationalitat, staatsangehorigkeit, konfession, nationalite, nacionalidad, nazionalita,
nacionalidade, religione, religiao, nationaliteit, religie, narodowosc, wyznanie, uyruk, din, quoc tich, национальность,
гражданство, вероисповедание
`
/** Enough for any capitalised word that follows to be a place. */
export const PLACE_STRONG = `
live in, lives in, living in, lived in, reside in, resides in, residing in, based in, born in, raised in, grew up in, moved to,
move to, moving to, moved from, relocated to, relocating to, located in, flight to, flights to, flight from, fly to, flew to, flying to, trip to, travel to,
travelling to, traveling to, travelled to, traveled to, holiday in, vacation in, hotel in, hotels in, apartment in, office in,
offices in, hospital in, pharmacy in, staff in, school in, house in, flat in, home in, station in, airport in, conference in, restaurant in, restaurants in, warehouse in,
meeting in, passport in, parked in, parked it in, arrived in, arrive in, arriving in, landed in, stuck in, lost in, city of, town of, village of, state of,
capital of, visit to, visiting, ship to, shipped to, delivered to, born and raised in, weather in, wohne in, wohnt in, wohnhaft in, lebe in, lebt in,
komme aus, kommt aus, geboren in, aus, nach, arbeite in, umgezogen nach, habite a, habite, j'habite a, j'habite, habitant a, habitent a, vis a, vit a, ne a, nee a, demeurant a, domicilie a,
domicilie au, domiciliee a, domiciliee au, residant a, vivo en, vive en, viven en, resido en, reside en, nacido en, nacida en, nacio en, domiciliado en,
abito a, abita a, vivo a, vive a, nato a, nata a, residente a, residente in, moro em, mora em, moram em, vivo em, vive em, resido em, nascido em, nascida em,
woon in, woont in, wonen in, woonachtig te, geboren te, kom uit, komt uit, uit, mieszkam w, mieszka w, urodzony w, urodzona w, pochodze z, bor i, bosatt i, fodd i,
bydlim v, zijem v, bydli v, живу в, живет в, живёт в, проживает в, проживаю в, родился в, родилась в, переехал в, переехала в, из города, в городе, город,
relocate to, relocation to, drive to, drove to, driving to, train to, bus to, originally from, comes from, come from, came from, am from, is from, are from, moved here from,
studied in, studies in, studying in, rent in, clinic in, job in, university in, branch in, store in, shop in, studio in, hostel in, wedding in, funeral in, lawyer in, dentist in,
family in, friends in, parents in, villa in, neighbourhood in, neighborhood in, suburb of, outskirts of, mayor of, bishop of, university of, airport of, map of,
wohnung in, haus in, hotel in, praxis in, klinik in, buro in, stelle in, schule in, flug nach, reise nach, zug nach, umzug nach,
attend a, travaille a, maison a, appartement a, hotel a, clinique a, voyage a, vol pour, train pour, arrive a, espera en, esta en, trabaja en, estudia en, casa en, piso en, hotel en, clinica en, viaje a, vuelo a, viajar a, llego a,
si trova a, lavora a, casa a, hotel a, volo per, viaggio a, arrivato a, arrivata a, esta em, trabalha em, casa em, hotel em, voo para, viagem para, chegou a, werkt in, werk in, huis in, appartement in, vlucht naar, verhuisd naar, reis naar,
γεννηθηκα, μενω, song o, den tu, أعيش في, أسكن في, من مدينة, في مدينة, मैं, asalku, tinggal di, yasiyorum, oturuyorum
`
/** Ask for a known place. */
export const PLACE_WEAK = `in, from, to, near, at, around, of, for, via, towards, outside, visit, between, en, a, de, di, da, em, na, te, w, z, do, i, till, fra, v, из, в, до, near, bei, vers, hacia, desde, hasta, verso, naar, um, por`
/** What stands in front of a name; with a full stop or without. */
export const TITLES = `
mr mrs ms miss mx dr prof professor doctor sir madam dame lord lady rev reverend father sister brother captain capt sgt
sergeant lt lieutenant colonel col major officer detective judge justice senator president chancellor nurse uncle aunt
herr herrn frau fraulein monsieur madame mademoiselle mme mlle m senor senora senorita sr sra srta don dona signor signora
signorina sig sigra doctora doutor doutora docteur professeur professora profesor profesora dott dottor dottoressa avv senhor senhora sra dom mevrouw meneer mevr dhr heer mw pan pani pana
panu fru herra rouva bay bayan sayin ong anh shri smt sri kumari ustad sheikh hajji rabbi
господин госпожа гражданин гражданка пан пані доктор профессор
`
/** Titles that are nothing else: a capitalised word behind one is a name, whatever it is. */
export const SURE_TITLES = `
mr mrs ms mx dr prof herr herrn frau fraulein monsieur madame mademoiselle mme mlle senor senora senorita sr sra srta
signor signora signorina dott dottor dottoressa doctora doutor doutora docteur professeur senhor senhora mevrouw meneer mevr dhr
gospodin gospozha господин госпожа господину госпоже гражданин гражданка shri smt`
/** Small words inside family names. */
export const PARTICLES = `van von der den de del della di da dos das do du la le ten ter te al el bin binti ibn bint abu ben mac mc st af av zu zum y e san santa o' d' der't thi van't`
/** Verbs that people do: behind a name in a sentence. */
export const PERSON_VERBS = `
said says asked asks told tells wrote writes replied replies joined joins called calls approved approves signed signs left
lives lived works worked wants wanted thinks thought agreed agrees mentioned reported reports suggested suggests sent sends
emailed texted promised confirmed confirms complained cancelled canceled booked ordered bought paid owes phoned visited
resigned retired died married divorced was is has had will would might can't cannot doesn't didn't isn't hasn't won't
likes loves hates knows knew needs needed prefers hopes feels felt looks seems explained noted added laughed arrived
sagte sagt hat ist mochte wohnt arbeitet schrieb a est habite dit veut travaille dijo dice vive es tiene quiere trabaja
ha e abita lavora vuole dice disse mora trabalha quer tem zei zegt heeft woont werkt wil powiedzial mieszka pracuje
sa ar bor arbetar сказал сказала живет живёт работает пишет написал написала dedi istiyor and
`
/** Words behind which a capitalised word is code, a product or an attribution of software. */
export const CODE_WORDS = `
class interface type enum struct extends implements import export function const let var new return throw typeof
instanceof namespace module package def fn impl trait public private protected static void abstract final override
copyright license licensed contributors maintainers maintainer author authors committer
`
