/** Beginnings and endings of family names of many cultures; joined at random they give names nobody bears. */
export const NAME_STEMS = `al an ar bal bar ber bor bran bru cal car cor dal dan dar del dor ed el em er fal far fer fin gal gar ger gil
gor gra hal har has hel her hol il in is iv jan jar jas jor kal kar kas kel ker kol kor kow kra kur lan lar lav len lev lin lor lu mac mag mal
man mar mat mer mil mir mon mor mur nad nar nav nel nik nor ol or os pal pan par pav pel per pet pol rad ral ram ras ren rod rom ros rud sal
san sar sav sel ser sil sol sor stan ste sul tal tam tar tav ter tol tor tra val van var vas ver vik vil vin vol wal wer wil win yar zal zan zel`
export const NAME_ENDINGS = `son sen ssen sson man mann ski sky ska wicz czyk ak ek ik ov ova ev eva in ina enko chuk yan ian dze vili escu oiu
ez es az oz ini elli etti ucci otti ano ino aro eira inho oux eau ard ier aud ot ert ault bert stein berg burg feld heim bach rich holm strom
gren lund qvist dahl ström ley ton ham ford worth field wood well by ell ett ey ie ia ina ette elle ine a o us os is as idis akis poulos
oğlu ci er ul an ali ani awi awy oun our een eed ir esh endra inder preet jit deep ika isha ita oda ura ano awa moto`
/** Endings that make everyday words. */
export const WORD_ENDINGS = `s ing ed er ers able ible tion tions sion ation ations ment ments ness ly ity ize izer izing ized ful less al ally ive
ative or ors ism ist ory ary ance ence ancy ency ure age ware base set data name path file list map key type id view log mode`
export const WORD_BEGINNINGS =
  'un re pre de dis in im non sub super inter multi over under auto micro meta hyper back fore mis anti co semi'
/** Russian, for letters that the lists above do not have. */
export const CYRILLIC_NAMES = `иван петр александр дмитрий сергей андрей алексей николай михаил павел олег игорь юрий виктор борис анна мария
елена ольга наталья татьяна ирина светлана екатерина людмила галина юлия дарья полина оксана иванов петров сидоров смирнов кузнецов попов
соколов лебедев козлов новиков морозов волков соловьев васильев зайцев павлов семенов голубев виноградов богданов воробьев федоров
михайлов иванова петрова смирнова кузнецова попова соколова лебедева новикова морозова волкова ковалев ильин гусев титов кузьмин кудрявцев
баранов куликов степанов яковлев сорокин сергеев романов захаров борисов королев герасимов пономарев григорьев шевченко бондаренко
ковальчук мельник чайковский достоевский маяковская каменский вишневская`
export const CYRILLIC_WORDS = `здравствуйте пожалуйста спасибо телефон почта адрес город договор заказ клиент пользователь система сервер данные
файл программа ошибка запрос ответ сообщение документ проверка номер счет оплата доставка компания отдел вопрос помощь время работа
проект задача версия обновление настройка установка описание инструкция раздел страница список таблица значение функция объект класс модуль
библиотека интерфейс сеть доступ пароль логин безопасность резервная копия понедельник вторник январь февраль сегодня завтра вчера`
