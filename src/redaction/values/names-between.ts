const set = (text: string): ReadonlySet<string> => new Set(text.split(' '))

/** Last part of a name: what is kept there is no secret. */
export const OTHER_NAMES = set(
  'id ids name names type types url urls uri path paths file files filename length len size count counts max min limit limits ttl expiry expires expiration expired expire at index idx prefix suffix format field fields column header headers param params policy usage provider manager store service env variable var regex pattern validator schema class reset used last algorithm algo alg arn region version fingerprint thumbprint kind mode status state error errors message label title description input output button form page link endpoint rotation age days hours seconds minutes timeout ref reference selector required enabled disabled exists missing invalid valid verified changed updated created map list array set object func function callback fn handler listener event events code codes press pressed up down strength confirmation hint prompt prompts ring chain pair pairs space board word words words frame frames note notes point points stone by for from of in on is as to info infos spec specs',
)

/** Words that may stand between a name and its value, as in `the password for it is …`. */
export const BETWEEN_WORDS = set(
  'is was are be of for the a an to as equals value values string str char text set my your our their bearer basic token key secret here it this new old current default const let var val ntlm negotiate apikey final static private public protected readonly apikey api access auth by identified and or with used using header password code pass digest oauth simple privatekey secretkey accesskey apitoken params proceed installation',
)
