import { lazily } from './lazily.ts';
import { technicalWords } from './technical-words.ts';

/** Words that pipelines write: of the language, of software and of prior authorization. None is anybody's name alone. */
const words = lazily(
  () =>
    new Set(
      `a an and any are as at be been before after below above but by can cannot could did do does done due each either else
  empty ever every few for found from get got had has have here how if in into is it its just least less like many more
  most much must near never new next no none nor not now of off old on once one only onto open or other our out over own
  per same see sent set shall should since so some still such take taken than that the their them then there these they
  this those through till to too try two under until up upon use used uses using very via was we were what when where
  whether which while who whose why will with within without would yes yet you your may might again against allowed
  almost already also although always among another because between both certain during few first second third last
  later latest left lower upper main middle minor major rather right top bottom three four five six seven eight nine ten
  zero hundred thousand today yesterday tomorrow am pm mon tue wed thu fri sat sun monday tuesday wednesday thursday
  friday saturday sunday jan feb mar apr jun jul aug sep sept oct nov dec january february march june july
  august september october november december utc gmt est edt cst cdt mst mdt pst pdt z yyyy mm dd hh ss sss
  day days hour hours minute minutes second seconds week weeks month months year years ms millis micros nanos time times
  timed timeout timeouts timestamp date dates dt
  abort aborted absent accept accepted access account accounts ack acknowledged act action actions active activity actual
  adapter add added additional address adjudicated admin admission advance age agent aggregate ahead alarm alert alerts
  algorithm alias all allocated amount analysis anonymous answer answers api app appeal appealed appeals append
  application apply approval approvals approve approved archive archived argument arguments array async attach attached
  attachment attachments attempt attempts attribute attributes audit auth authenticated authentication authorization
  authorizations authorized auto automatic available average await awaiting back backend backoff backup bad badge balance
  base based basic batch batches begin began begins behavior being bit bits blank block blocked body boolean boot bounds
  box branch break breaker bridge broken broker bucket buckets budget buffer bug build builder bulk bundle bundles bus
  business busy button buy byte bytes cache cached calculation call callback callbacks called calls cancel canceled
  cancelled capacity care cap caps carrier carriers cart cast catalog catalogue category cause caused center ceiling cert
  certificate certified chain change changed channel channels char character characters charge check checked checker
  checks checksum child children chunk cipher circuit claim claims class classes classpath clean clear client clients
  clinic clinical clock clone close closed cloud cluster code codec codes coding codings coinsurance collection column
  columns comma command comment comments commercial commit committed common communication company compare compatible
  complete completed completion component compose compressed compression compute concurrency concurrent condition
  conditions config configuration configured conflict conflicts connect connected connecting connection connections
  connector consent consistency consistent console constant constraint constraints construct consumer consumers contact
  contain contained container contains content contents context continue contract contracts control controller
  conversion convert converted converter cookie copay copy core correct correction correlation corrupt cost count counter
  counts county coverage coverages covered cpu crash create created creation creator credential credentials criteria
  critical cron cross csv currency current currently cursor custom customer cycle daily damage danger dashboard data
  database databases dataset datasource dates db dead deadline deadlock debug decimal decision decisions declared
  decode decoded decoder decrypt deductible deep default defaults deferred defined definition delay delayed delegate
  delete deleted delimiter deliver delivered delivery demo denial denied deny depends depth derived describe description
  deserialize deserialization destination detail details detect detected determination dev device diagnoses diagnosis
  diagnostic diagnostics dialect diff different digest digit digits dimension direct direction directory disabled
  disallowed discard discarded disconnected disk dismissed display disposition distinct div dns doc docs document
  documents domain dot double down downstream draft drain drop dropped drug drugs dry dump duplicate duplicated
  duplicates duration durations dynamic early edge edit effect effective elapsed element elements eligibility
  eligible email emails emit empty enabled encode encoded encoder encoding encrypt encrypted encryption end ended ending
  endpoint endpoints ends engine enough enqueue enriched enricher enrichment enrolled enrollment ensure entries entry
  enum enumeration env environment epoch equal equals err error errors escape estimate evaluate evaluation event events
  evict exact exactly exceed exceeded exceeds except exception exceptions exchange exclude excluded execute executed
  execution executor exist exists exit expand expect expected expedite expedited experience expiration expire expired
  expires expiry explicit export expression ext extend extended extension extensions extra extract fact factor factory
  fail failed failing fails failure failures fallback false family fast fatal fault fax feature features fee feed fetch
  field fields fifo file files fill filter filters final find finish finished fire firewall fit fixed flag flags flow
  flows flush folder follow following forbidden force foreign fork form format formats formatted forward fraction frame
  framework free frequency fresh full fully function functions future gap gateway general generate generated generator
  generic global gold good grace graph green grid group grouped groups guard guide half halt handle handled handler
  handlers hand handshake hang hard hash header headers headless health heap heartbeat height help hidden high hint
  history hit hits hold hook hop horizon hospital host hostname hosts hot html http https icd id ids identical
  identifier identifiers identity idle ignore ignored illegal image images immediate impl implementation implicit import
  inactive inbound include included includes including incoming incomplete incorrect increment index indexes individual
  info information ingest inherit init initial initialize inline inner inpatient input inputs insert inserted inside
  inspect instance instances instead instruction insufficient insurance int integer integrity intended interaction
  interface intermediate internal interrupt interrupted interval invalid invoke invoked invocation io ip issue issues
  issuer item items iteration jar java jdbc job jobs join json jwt keep kernel key keys keyword kind kms known lab label
  labels lack lag lambda lane lanes language large latency layer lazy leader lease leave legacy length level levels
  library license life light limit limited limits line lines link links list listener listing lists literal live load
  loaded loader local locale location lock locked locks log logged logger logic login logs long lookup loop loss lost low
  luhn machine macro mail maintain maintenance make malformed manage managed manager mandatory manual manually map mapped
  mapper mapping maps marker mask masked match matched matcher matches matching matrix max maximum mean measure measures
  median medicaid medical medicare medication medications medium memory merge merged message messages met meta metadata
  method methods metric metrics migrate migration min mime minimum mirror miss missed misses missing mismatch mock mode
  model modified modify module modules monitor mount move moved multi multiple mutex name named names namespace native
  natural nested network networks node nodes normal normalized note notes nothing notice notification notifications
  notified notify null number numbers numeric oauth object objects observation occurred offline offset ok oldest omitted
  online operation operations operator operators option optional options oracle orchestration orchestrator order ordered
  orders organization orphan origin original outbound outbox outcome outcomes outgoing output outputs outpatient outside
  overdue overflow overlap override overwritten owner package packet pad page pages paid pair pair parallel param
  parameter parameters params parent parse parsed parser parsing part partial partially participant parties partition
  partitions partner parts party pass passed passes password patch path paths pattern patterns pause paused payer payers
  payload payloads pem pend pended pending percent percentile perform permission permissions permitted persist
  persistence pharmacy phase phone physician pin ping pipe pipeline pipelines place placeholder plain plan plans platform
  please plugin point pointer points policies policy poll polling pool pools port ports position positive post
  posted power practitioner precision predicate preferred prefix prepare prepared present preset pressure preview
  previous primary prior priority private probe problem problems procedure procedures process processed processes
  processing processor producer producers product production products profile program progress project prompt proof
  properties property protocol provided provider providers proxy public publish published publisher pull purge push put
  quantity quarantine queries query queue queued queues quick quota quotation quote random range rank rate rates ratio
  raw reach reached read reader readiness reading reads ready real realm reason reasons receipt receive received
  receiver recent recipient record recorded records recover recovered recovery recursion redelivered redirect redis
  redo reduce ref refer reference references referral referrals referred reflection refresh refused region registered
  registration registry regular reject rejected rejection relation relationship relative release released relevant
  remaining remote remove removed rename render repair repeat replace replaced replay replica replication reply report
  reported reports repository representation request requested requester requests require required requires reschedule
  reserved reset resolve resolved resolver resource resources respond response responses rest restart restarted restore
  restricted result results resume resumed retain retention retried retries retry retryable retrying return returned
  returns reused reverse reversed review reviewed reviewer revised revision revoked rewrite risk role roles roll rollback
  root rotate rotation round route routed router routes routing row rows rule rules run runner running runs runtime safe
  same sample sandbox saved scale scan schedule scheduled scheduler schema schemas scope score script search section
  secret secrets secure security segment segments select selected self semaphore send sender sending sends sentence
  sequence sequences serial serialization serialize server servers service services session sessions settings setup
  several severity shard share shared shell shift short shot show shutdown side sign signature signed silent silver
  similar simple single site size sizes skip skipped slot slow small snapshot snippet socket soft software sort source
  sources space spaces spec special specialty specific specification specified split sql stable stack stage stages stale
  standard start started starting starts startup state stated statement states static statistics status statuses stay
  step steps stop stopped storage store stored stores strategy stream streams strict string strings strong structure
  stuck style sub subject submission submissions submit submits submitted submitter submitting subscription
  subscriptions subset substitute success successes successful successfully suffix sum summary supplied supply support
  supported suspend suspended switch symbol sync synchronous syntax system systems table tables tag tags target targets
  task tasks taxonomy tcp team technical template temporary tenant tenants term terminal terminate terminated terms test
  testing tests text thread threads threshold throttle throttled throttling throughput throw thrown ticket tier timer
  timezone tls token tokens tolerance tomcat tool topic topics total totals trace tracer traces tracker tracking
  transaction transactions transfer transform transformed transformer transient transition transport tree trigger
  triggered trim true truncated trust trusted tuple turn type types typed unable unauthorized unavailable unchanged
  undefined underlying undetermined unexpected unhandled unique unit units unknown unlimited unlock unmapped unmatched
  unparseable unprocessable unreachable unread unrecognized unresolved unset unsupported untouched unused update updated
  updates upgrade upload uploaded upper upstream urgency urgent uri url urls usage user users utilization valid
  validate validated validates validating validation validations validator value values variable variant vendor verb
  verdict verified verifier verify version versions view violated violates violation violations virtual visible void
  wait waited waiting waits wake walk want warm warn warning warnings web webhook weight well width window withdrawal
  withdrawn word words work worker workers workflow workflows write writer writes written wrong xml yaml zip zone zones
  anthem elevance carelon pagw pas cdex davinci fhir hl7 edi loinc snomed rxnorm hcpcs cpt npi ndc drg ncpdp cms hipaa
  ppo hmo epo pos bronze platinum silver gold dental vision behavioral health healthcare humana aetna cigna unitedhealthcare
  blue shield plus premier select choice complete essential essentials advantage medigap tricare marketplace individual
  aws s3 sqs sns rds ecs eks ec2 iam arn fifo dlq emf lambda cloudwatch aurora postgres postgresql mysql kafka rabbitmq
  kubernetes docker nginx spring hibernate hikari jackson fasterxml netty tomcat apache httpclient okhttp jvm gc cpu nio
  exec gzip deflate utf ascii mozilla chrome curl python ruby rust golang node npm express react datapower mulesoft epic
  cerner availity optum evicore change experian surescripts covermymeds inc llc corp ltd
  detect determine dose dosage inject injection infusion tablet capsule oral imaging mri ct pet scan xray ultrasound
  radiology cardiology oncology orthopedic surgery surgical therapy therapies physical occupational speech lumbar spine
  knee hip shoulder cardiac chest brain breast abdomen pelvis diabetes hypertension asthma chronic acute mellitus without
  complications disease disorder syndrome pain cancer carcinoma malignant neoplasm benign fracture infection home
  equipment wheelchair oxygen transplant dialysis maternity newborn birthing inpatient emergency ambulance nursing
  skilled facility hospice rehabilitation level days visits visit encounter encounters episode hosp med
  necessity guideline guidelines criterion evidence clinician peer nurse director intake triage queue worklist
  deep nested payer onset eob x12 aaa quality percent bundled idempotent idempotency jitter hash sha md5 hmac uuid ulid
  foo bar baz qux lorem ipsum hello world abc xyz dummy placeholder sample fixture qa uat prod stg staging nonprod
  mb gb kb kib mib gib tb hz ok nok na tbd todo ha hb az us usa ca ny tx fl oh va ga in nc nj pa wa co ma md mn mo
  en eu east west north south central america europe asia pacific atlantic indiana indianapolis chicago los angeles york
  sam pod pods svc cfg idx seq num nbr cnt qty amt src dst tgt req resp res msg evt ctx param arg ptr cmd exe lib pkg ver
  rev rel tmp temp var etc usr opt dev fn cb ack nack syn fin rst eof eol nul oom npe sla slo ttl rtt rps tps qps p50 p90
  p95 p99 http2 grpc rest soap wsdl saml oidc jwks csrf cors mtls ssl ssh sftp ftp smtp imap dns dhcp vpc nat acl waf cdn
  past period periods future lob linux windows mac os rx fix fixed look looks need needs needed give given shows showed help
  leave let makes made put said say says seem think tell told ask asked come came coming go goes going went gone know knows
  bring means meet pay paid run sit stand turn win big great little old important different better best bad worse sure
  whole wide about along around beside beyond toward instead therefore however unless whatever ago soon apart together
  anything something everything nobody somebody everyone someone itself themselves enough quite really almost simply
  accepts adds allows applies asks belongs blocks builds calls carries causes checks closes comes compares contains covers
  creates decides defines deletes delivers differs drops ends equals exceeds expects fails fetches fills finds fits follows
  gets gives handles happens helps ignores keeps lacks leads leaves lets lists loads looks loses maps marks matches meets
  merges moves needs occurs opens overlaps passes points prevents produces provides reads receives refers refuses rejects
  removes repeats replaces returns runs says sends sets skips stops stores supports takes tells throws tries turns updates
  waits works writes yields absence ability accuracy addition agreement answer approach arrival arrive arrived attention
  authority background balance behalf benefit benefits bottom boundary breach bypass capture caution choice circumstance
  client collect collected combine combined compute concern confirm confirmed consider considered consult consumed contrary
  convention cut cutoff deal decide decided decrease degree demand depending design despite determined differ difference
  differences differently difficult disagree discover distance divided drive dropping duty ease effort eight employ engage
  evaluate eventually exempt exercise explain extent extreme face fair fallen favour favor feedback figure focus fourth fifth
  frequent fund gain gap gather goal guarantee happen happened hence hint huge idea ideal immediately impact imply
  improve indicate indicated indicates instant intent interest introduce involved judge judged kept knowledge land larger
  largest leading learn legal leg lesser letter letters likely linked locate located longer longest lower lowest mark marked
  material mention mine missed mistake mixed money multiply narrow necessary neither newer newest nominal notable
  noted numerous object observe obtain obtained obvious occasion occur older oldest operate opposite outlier outstanding
  particular path patience pays perhaps permanent permit plus popular possible possibly practice presence previously price
  prove purpose quality quantity quarter question questions quickly quiet raise raised readable receiving recently
  recognized reduced regarding regardless relate related relation rely repeated resulting reuse rise room rough safe
  satisfied satisfy scheme season secondary seek seen sense separate separated series serious serve served settle settled
  shape sharp shorter shortest sick signal significant similar sixth smaller smallest sorted sought speed spent spread
  square stand stands stay stayed steady straight strange strict strip stripped sudden suddenly sufficient suggest suggested
  suitable suited surface surplus tail tall tend thin third though thus tight title toggle touch tried trouble turned
  twice typical unclear understood unfinished unlikely unusual useful usual usually vary varies verbose vote warned waste
  weak weekly monthly yearly hourly nightly weird widely wish won worst worth yearly younger
  audience bearer issuer nonce redirecting scopes grants grant expiring refreshes jitter ramp drift skew spike spikes burst
  rollout rollouts canary bluegreen failover warmup cooldown handover handoff watermark checkpoint checkpoints ledger
  enrollments disenrolled reinstated termed cob ffs hra hsa fsa dme snf ltac ltss asc irf hcbs bh ob er icu nicu picu
  patient patients member members subscriber subscribers beneficiary beneficiaries dependent dependents insured enrollee
  guarantor proto prototype constructor external occurred internally externally
  oncall ops um devops sre helpdesk donotreply noreply mailer daemon postmaster dl alerts secops
  abdominal ablation abuse acupuncture adalimumab adhd adjudicate adjudication adrenal aid akamai allergy allscripts
  alpine amazon ambulatory anemia anesthesia anesthesiology angiography angioplasty ankle anterior antibiotic antibody
  anxiety aortic apigee appellant argocd arrhythmia artery arthritis arthroplasty arthroscopy athenahealth
  atorvastatin att attestation audiology auth0 autism backfill backfilled bed bilateral biliary biologic biologics
  biopsy biosimilar bipap bipolar bladder bone boomi bronchitis bronchoscopy bx camel campus capitated capitation
  carotid carveout catheter catheterization cellulitis cervical chemotherapy chiropractic christmas cirrhosis
  clinicians cm cognizant colitis colonoscopy comcast concentrator confluence consul contracted copayment copd
  corretto cpap cranial credentialed credentialing crosswalk crutches custodial cyst datadog debian delegated dementia
  dentistry depression dermatology detox dietitian distal dsnp duals dynatrace ea ecg echocardiogram eclinicalworks
  eclipse edema edifecs eeg ekg elastic elbow elective electrocardiogram emg endocrinology endoscopy enteral envoy
  epilepsy etanercept excision facets facial favorable federal fedora feeding femoral fibrillation films finger
  firefox fiscal foot formulary fusion gallstones gastroenterology gatekeeper geriatric glucose gmail google grafana
  graft greenway grievance gynecology hapi healthedge hearing helm hematology hepatic hepatitis hernia holiday
  homecare hospitalist hr hrs humira hyperlipidemia hyperspace hypertensive ibm immunology immunotherapy implantation
  incision infarction infliximab inhaled inhaler inn insomnia insufficiency insulin intensive intensivist interqual
  intramuscular intravenous ischemic istio iu jaw jira joint keycloak keytruda kg kibana kidney kong laparoscopy
  lateral lesion leukemia lift ligament liver logstash lumen lung lymphoma mammogram mammography mass mattress mcg
  medial meditech melanoma mental meq metformin mg microsoft midwife midyear migraine millennium milliman mins ml mmp
  mobility moderate modifier monoclonal mos multicloud multistate muscle nasal nebulizer neck neonatal nephritis
  nephrology nerve neurology neuropathy neurosurgery nextgen nodule noncontracted noncovered nonformulary nonpar
  nonparticipating nonpayable nonpreferred nutrition nutritional obesity obstetrics ocular okta onprem onpremise oon
  ophthalmic ophthalmology opioid opsgenie optometry orthopaedic orthopaedics orthopedics orthosis orthotic
  osteoarthritis osteoporosis ostomy otic outlook ovarian overturned ozempic pagerduty palliative pancreas
  pancreatitis par parenteral pathology payable pediatric pediatrics pelvic pembrolizumab pen pharmacist physicians
  pneumonia podiatry postacute posterior postman postservice practitioners precert precertification predetermination
  premium preservice preventive prometheus prospective prostate prosthesis prosthetic proximal psychiatric psychiatry
  psychology pulmonology qhp quarkus questionnaire questionnaires radial radiation radiculopathy radiograph
  radiotherapy recertification reconsideration rectal recurrent redetermination redhat redriven regional rehab
  remission remittance renal rental rerouted rerouting rescinded resection residential respite resubmit resubmitted
  retrospective rheumatology rib rituximab rural sacral safari sarcoma scooter screening sec secs semaglutide sepsis
  sequela servicenow severe sinusitis skin slack snowflake snp specialists spinal spleen splunk statewide stenosis
  stenting steroid stroke subacute subcutaneous sublingual subrogation substance supplies surgeries swagger syringe
  teams technologist temurin tendon terraform thanksgiving therapist thoracic thyroid tibco tibial tiering timeliness
  timely tmobile toe topical transdermal trastuzumab trauma tumor ubuntu ulcer ulnar unacknowledged unbundled
  uncovered undelivered unfavorable unilateral unrouted unspecified untimely upheld urban urology uterine vaccine vein
  ventilator veradigm verizon vial voided webbased weekend wellness wk wks wound wrist yr yrs zscaler
  fell saw knew felt brought bought drew drove grew grown hid lay led lent rang risen slept spoke stole stuck struck
  tore woke broke begun bent bid blew dealt dug fed fought fled hung lit overcame slid split sprang spun withdrew
  birth vinci davinci gold silver bronze platinum catastrophic exemption sweeper
  young tenured metaspace survivor eden heap nursery gc minor
  medianms p95ms birthdate dob ssn mrn mbi npi memberid subscriberid firstname lastname`
        .split(/\s+/)
        .filter((word) => word !== ''),
    ),
);

const technical = lazily(() => new Set(technicalWords.split(/\s+/)));

/** Endings that make a word of the language; names that end so are in the list of names, which is asked first. */
const endings =
  /.{3}(?:ing|tion|tions|sion|ment|ments|able|ible|ness|ized|ised|ated|ally|ical|ance|ence|ency|ology|ware|base|size|less|ful|ously|ively|ility|ified|ifier|alizer|ization)$/;
const inflected = new Set('s es d ed ly r er ers or ors al ity ive'.split(' '));
const prefixes = /^(?:un|re|non|pre|mis|multi|auto|over|inter|dis)(?=.{4})/;

/** Whether pipelines write this word, given in lower case. */
export function isTradeWord(word: string): boolean {
  return isListedWord(word) || technical().has(word) || isMadeOfOne(word);
}

/** Whether it is one of the trade's own words, as keys are made of them. */
export function isListedWord(word: string): boolean {
  return words().has(word) || endings.test(word);
}

/** Inflected or prefixed: `mappers`, `retried`, `unmatched`. */
function isMadeOfOne(word: string): boolean {
  if (word.length < 5) return false;
  const whole = word.replace(prefixes, '');
  if (whole !== word && isKnownWord(whole)) return true;
  if (/(?:ies|ied|ily)$/.test(word) && isKnownWord(`${word.slice(0, -3)}y`)) return true;
  for (let at = word.length - 1; at >= Math.max(3, word.length - 3); at--) {
    if (!inflected.has(word.slice(at))) continue;
    const stem = word.slice(0, at);
    if (isKnownWord(stem) || isKnownWord(`${stem}e`)) return true;
    // Doubled before an ending: `mapped`, `running`.
    if (stem.length > 4 && stem.at(-1) === stem.at(-2) && isKnownWord(stem.slice(0, -1))) return true;
  }
  return false;
}

function isKnownWord(word: string): boolean {
  return words().has(word) || technical().has(word);
}

/** A plain form of text for comparing: `memberDOB2`, `member_dob-2` and `Member DOB 2` are all member, dob, 2. */
export function wordsOf(name: string): string[] {
  return plainForm(name.slice(0, 256))
    .replace(/([\p{Ll}\d])(\p{Lu})/gu, '$1 $2')
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1 $2')
    .replace(/(\p{L})(\d)/gu, '$1 $2')
    .replace(/(\d)(\p{L})/gu, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{M}\d]+/u)
    .filter((word) => word !== '');
}

const unseen = /\p{Cf}|\p{Variation_Selector}|\u034f|\u115f|\u1160|\u17b4|\u17b5|\u3164|\uffa0/gu;

/**
 * Text as it reads: full-width digits and letters as plain ones, without characters that nobody sees, dashes, blanks and
 * quotation marks in their plain forms. So an SSN that was copied from a document is still one.
 */
export function plainForm(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII is plain already.
  if (/^[\x00-\x7f]*$/.test(text)) return text;
  return text
    .normalize('NFKC')
    .replace(unseen, '')
    .replace(/[\p{Pd}\u2212]/gu, '-')
    .replace(/\p{Zs}/gu, ' ')
    .replace(/[‘’‚‛ʼ´]/g, "'")
    .replace(/[“”„‟«»]/g, '"');
}
