/**
 * Services that hand out keys without a beginning of their own: only the service's name in front of a random value
 * gives such a key away. Names that are everyday words are left out unless nothing else is meant in technical text.
 */
export const VENDORS: readonly string[] =
  `1password ably abuseipdb abyssale accuweather activecampaign adafruit adobe adzuna agora ahrefs airbrake airship airtable
  airvisual aiven alconost alegra aletheiaapi algolia alibaba alienvault allsports alphavantage alpaca amadeus ambee amplitude amqp anypoint apacta
  api2cart apideck apifonica apify apilayer apimatic apitemplate apiflash apollo appcenter appfollow appointedd appsflyer appsync appsynergy apptivo
  appwrite artifactory asana assemblyai atera atlassian audd auth0 authress autodesk autoklose autopilot avaza aviationstack aylien ayrshare
  azure backblaze bandwidth bannerbear baremetrics basecamp beamer beebole besnappy besttime betterstack bigcommerce billomat binance bitbar
  bitbucket bitcoinaverage bitfinex bitly bitmex bitrise bittrex blazemeter blitapp blocknative blogger blynk boostnote borgbase brandfetch braze
  brightdata browshot browserstack bscscan buddyns budibase bugherd bugsnag buildkite bulbul bulksms bunnycdn buttercms caflou calendarific calendly
  calorieninja campayn capsulecrm captaindata carboninterface caspio cdnify censys centralstationcrm cerebras cexio chargebee chargify chartmogul
  chatbot chatfuel checio checklyhq cicero circleci clarifai clearbit clickhelp clickhouse clicksend clicksendsms clickup clockify clockworksms
  cloudant cloudconvert cloudelements cloudflare cloudimage cloudinary cloudmersive cloudplan cloudsight cloudsmith cloudways cloverly cloze clustdoc
  coda codacy codeclimate codecov codemagic codequiry codeship cohere coinapi coinbase coinlayer coinlib coinmarketcap collect2 commercejs
  commodities companyhub confluent contentful contentstack convertapi convertkit convertio convier copyscape couchbase countrylayer courier coveralls craftmypdf
  crowdin crowdstrike cryptocompare currencycloud currencyfreaks currencylayer currencyscoop currentsapi customerio customer.io d7network dareboost
  dandelion databox databricks datadog datagov data.gov datarobot debounce deepai deepgram deepl deepseek delighted deputy descope detectify detectlanguage dfuse
  diffbot diggernaut digicert digitalocean discord discourse disqus dnscheck dnsimple dnsmadeeasy dockerhub docparser documo docusign dovico dronahq droneci
  dropbox duffel dwolla dynadot dynalist dynatrace dyspatch eagleeyenetworks easyinsight easypost ecostruxure edamam edenai elasticemail elevenlabs enablex
  endorlabs enigma etherscan ethplorer etsy eventbrite everhour exchangerate exchangeratesapi exportsdk extractorapi facebook faceplusplus facepp
  fastforex fastly feedier fetchrss fibery figma fileio filestack finage financialmodelingprep findl finicity finnhub firebase fleetbase flexport flickr flightapi
  flightlabs flightstats floatplane flowflu flutterwave fmfw formbucket formcraft formio formsite foursquare frameio freshbooks freshdesk freshservice fullstory
  fusionauth fxmarket geckoboard gengo geocode geocodify geocodio geoipify getemail getemails getgeoapi getgist getresponse getsandbox giphy gitalk gitea
  gitguardian gitter glassnode gocanvas gocardless godaddy goodday gotomeeting grafana graphcms graphhopper groovehq gtmetrix gumroad guru gyazo happyscribe
  hasura hellosign helpcrunch helpscout hereapi heroku hetzner hiveage holidayapi holistic hootsuite html2pdf prospect refiner nimble kafka confluent eagleeye htmlcsstoimage hubspot hubstaff
  huggingface humanity hunterio hunter hybiscus hypertrack ibmcloud iconfinder iexapis iexcloud imagekit imagga imgbb imgix imgur impala infobip
  infoblox insightly instabot instagram instamojo intercom interseller intra42 intrinio invoiceocean ip2location ipapi ipdata ipgeolocation ipify ipinfo ipinfodb
  ipquality ipstack iterable jira jotform jumpcloud jumpseller jupiterone juro kanbantool karma kickbox klaviyo klipfolio knapsackpro kontent kraken kucoin
  kylas languagelayer lastfm launchdarkly leadfeeder leankit lemlist lemonsqueezy lexigram linenotify linkedin linkpreview linode liveagent livechat
  livestorm loadmill locationiq loggly loginradius logdna logzio lokalise loyverse lunchmoney luno macaddress madkudu magento magicbell mailboxlayer mailchimp
  mailerlite mailgun mailjet mailmodo mailsac mailtrap mandrill mapbox mapquest marketo marketstack mattermost mavenlink maxmind mediastack meistertask
  memberstack meraki mesibo messagebird metaapi metabase metrilo mindmeister mistral mixmax mixpanel mockaroo monkeylearn moonclerk moosend moralis
  mrticktock mockapi myfreshworks myintervals namecheap nasdaq nethunt netlify netsuite neutrinoapi newrelic newsapi newscatcher nexmo nftport
  ngrok nicereply nightfall noticeable numverify nutritionix nvidia nylas nytimes oanda okta omnisend onedesk onelogin onepagecrm onesignal
  onfleet oopspam opencage opencagedata openexchangerates opengraphr opensea openuv openweather openweathermap opsgenie optimizely overloop owlbot packagecloud pagarme pagerduty
  pandadoc pandascore papertrail paralleldots parsehub parsers parseur pastebin paydirtapp paymoapp paymongo paypal paystack pdflayer pdfshift
  peopledatalabs pepipost percy perplexity photoroom pinata pinecone pingdom pinterest pipedream pipedrive pivotaltracker pixabay plaid planetscale planviewleankit planyo
  plivo podio pollsapi poloniex portainer positionstack postageapp postbacks posthog postmark powrbot prodpad prospectcrm proxycrawl pubnub purestake
  pushbullet pusher pushover pyowm qase qualaroo qualtrics qubole quickbase quickbooks quickmetrics rabbitmq rapidapi rawg raygun razorpay reachmail readme
  reallysimplesystems rebrandly recaptcha recurly reddit rentman replyio requestfinance restpack revampcrm ringcentral ritekit robinhood rocketreach rollbar
  rootly roninapp route4me rownd rubygems runrunit saladcloud salesblink salescookie salesflare salesforce salesloft salesmate saucelabs scaleway scalr scrapeowl
  scraperapi scraperbox scraperai scrapersite scrapestack scrapfly scrapingant scrapingbee scrapingdog screenshotapi screenshotlayer scrutinizer securitytrails segment selectpdf semaphore semrush
  sendbird sendbirdorganizationapi sendgrid sendinblue sendpulse sentiment serpapi serphouse serpstack serveravatar sheety sherpadesk shipday shipengine shippo shipstation shodan shopify shortio shotstack
  shutterstock signable signalwire signaturit signupgenius sigopt simfin simplesat simplynoted simvoly sinch siteleaf skrapp skybiometry slapikey smartsheet smartsheets
  smartystreets smooch snipcart snowflake snyk softlayer sonar sonarcloud sonarqube sourcegraph sparkpost speechtext spectralops splunk spoonacular sportradar sportsmonk spotify squarespace squareup sslmate
  statuscake statuspage statuspal stackhawk stitchdata stockdata storecove stormboard stormglass storyblok storychief strava streak strapi stripo stytch sugester sumologic supabase supernotes
  surveyanyplace surveybot surveymonkey surveysparrow survicate swagger swell swiftype tallyfy tatum taxjar teamgate teamwork teamworkcrm teamworkdesk teamworkspaces
  technicalanalysisapi tefter telegram teletype telnyx terraform testingbot textmagic theoddsapi thingsboard thinkific thousandeyes ticketmaster
  tickettailor tiingo timecamp timezoneapi tmetric todoist toggl toggltrack tokeet tomorrowio tomtom tradier transferwise travelpayouts travisci travis trello twelvedata twilio twitch
  twitter tyntec typeform typetalk ubidots uclassify unifyid unplugg unsplash upcdatabase uplead uploadcare uptimerobot uptrends upwave urlscan userflow userstack
  vatlayer vbout vercel verifier verimail veriphone versioneye viewneo virustotal visualcrossing vimeo voiceflow voicegain voodoosms vonage vpnapi vultr vyte walkscore
  wandb weatherapi weatherbit weatherstack webex webflow webscraper webscraping websitepulse wepay whoxy wistia workday worksnaps workstack worldcoinindex
  worldweather wrike xero yandex yelp youneedabudget yousign youtube zapier zendesk zenkitapi zenrows zenscrape zenserp zeplin zerobounce zerotier
  zipapi zipbooks zipcodeapi zipcodebase zohocrm zonkafeedback zoominfo zulip
  abbysale abstractapi adafruitio aeroworkflow ahaio alchemy apimetrics appcues appveyor artsy autoscout avazapersonal axonaut
  azuredevops bingsubscription bitlyaccess bitquery bluesnap bombbomb boxoauth braintree bravesearch brevo bunnynet
  campaignmonitor cannyio cashboard chainlink chatfule chatgpt checkoutcom checkvist civo clevertap clickuppersonal cliengo
  clientary clinchpad closecrm cloudbeds cloudbees cockroachdb codegeex coingecko conversiontools copperhq cratesio
  crossbrowsertesting customerguru dailyco datastax deepnote deepsource demio denodo devcycle dockerconfig dotdigital dotmailer
  dropcam duckdns easybill ebay ecostruxureit ecwid emailoctopus envoyapi eraserio etsyapi eventbridge evernote exchangerateapi
  feathery fivetran fixerio flatfile flatio flowise formspree fulcrumapp fusebill geoapify geoipifi ghostinspector gitbook
  gitcoin goodreads gotify gravatar guardianapi hackerone happiapi harvestapp headspin hetznercloud hivehq homeassistant
  honeybadger hotjar immuta influxdb infura ipregistry jenkins jfrog jiratoken kaggle kayako keenio keycloak kinsta kiteworks
  klarna lacework lagoapi langfuse larksuite leanplum lendflow lessannoyingcrm lightstep linemessaging litellm logrocket
  lokalisetoken lumigo magnetichq mailosaur mandrillapp mapstack marqeta matomo meaningcloud meilisearch messagemedia metamap
  mistralai mitehr mollie mondaycom moneybird mongodbatlas mparticle mulesoft muxapi myexperiment nango nasdaqdatalink newsdata
  ngckey nhost nozbeteams ocrspace octopusdeploy oneuptime opendatasoft openphone openvpn pagertree paperform parseio
  partnerstack payfit payhip paypaloauth phraseapp pingone planview pocketbase polygonio prefecthq pretix printful printify
  prismic privacycom protocolsio proxmox pushcut pusherchannel qdrant quaderno qualys quicknode raindrop rampapi rapid7
  rechargepayments refersion repairshopr resend revenuecat revolut rippling roaringio rudderstack samsara sanityio satismeter
  scrapeops scrutinizerci sendbirdorg sendowl shipbob shiphero shortcut signoz singlestore sirportly sirvcdn skrappio smtp2go
  snykkey socure sonatype sorare sparkfun speechtextai spotifykey spreedly sqlserver statsig steamapi stormpath sumologickey
  sumsub sunoapi surrealdb tableau tatumio taxamo teamcity temporalcloud tencentcloud text2data thalescipher tinybird tinypng
  tlyapi togglapi trelloapi trustpilot twingate twistapp typesense udemy unbounce upstash vagrantcloud veracode vouchery
  weaviate web3storage whatsapp witai woocommerce wordpress xendit xfinity yapily yotpo youtubeapi zamzar zenduty zenkit zilliz
  zoho zulipchat`
    .split(/\s+/)
    .filter((name) => name.length >= 4)
