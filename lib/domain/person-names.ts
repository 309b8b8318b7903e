import { lazily } from './lazily.ts';

/** Frequent given names of the United States and of its largest communities; without accents, in lower case. */
const givenNames = `
james robert john michael david william richard joseph thomas christopher charles daniel matthew anthony mark donald
steven andrew paul joshua kenneth kevin brian timothy ronald jason george edward jeffrey ryan jacob nicholas gary eric
jonathan stephen larry justin scott brandon benjamin samuel gregory alexander patrick frank raymond jack dennis jerry
tyler aaron jose adam nathan henry zachary douglas peter kyle noah ethan jeremy walter christian keith roger terry
austin sean gerald carl harold dylan arthur lawrence jordan jesse bryan billy bruce gabriel joe logan alan juan albert
willie elijah wayne randy vincent mason roy ralph bobby russell bradley philip eugene liam oliver lucas levi mateo luke
owen theodore aiden leo sebastian jackson jayden isaac jaxon julian anthony ezra caleb nolan santiago eli wyatt carter
hudson lincoln asher leonardo grayson josiah adrian ian dominic cooper xavier jose colton austin roman evan jameson
damian greyson jace parker luis carlos miguel angel jesus jorge pedro francisco alejandro fernando ricardo eduardo
roberto manuel rafael javier sergio raul mario oscar hector ruben ramon enrique alberto alfredo arturo armando andres
diego pablo felipe esteban ernesto gustavo guillermo ignacio joaquin julio marco marcos martin mauricio rodrigo tomas
victor jon johnny johnathan jonny jim jimmy bob rob bobbie bill will mike mikey dave danny dan matt chris tony steve andy
ken tim ron greg jeff nick alex ben sam pat ray fred freddie ted ned phil doug pete hank art stan herb lou max leon lloyd
earl floyd glenn glen dean clarence ernest francis howard leonard louis melvin norman stanley chester clifford clyde
curtis darrell darryl derek duane dwight edgar edwin ernest franklin gilbert gordon harvey herbert herman hugh ivan
jaime jared jay jeffery jessie joel lester lewis leroy lonnie marcus marvin maurice milton mitchell morris neil nelson
otis perry preston ray reginald rene rick ricky rodney roland ross ruben rudy salvador shane shawn sidney spencer
stuart terrence terrance todd tommy travis trevor tyrone vernon virgil wallace warren wendell wesley willard
mary patricia jennifer linda elizabeth barbara susan jessica karen sarah lisa nancy sandra betty ashley emily kimberly
margaret donna michelle carol amanda melissa deborah stephanie rebecca sharon laura cynthia dorothy amy kathleen angela
shirley emma brenda pamela nicole anna samantha katherine christine helen debra rachel carolyn janet maria catherine
heather diane olivia julie joyce victoria ruth virginia lauren kelly christina joan evelyn judith andrea hannah
jacqueline martha gloria teresa ann sara madison frances kathryn janice jean abigail alice julia judy sophia grace
denise amber doris marilyn danielle beverly isabella theresa diana natalie brittany charlotte marie kayla alexis lori
jane sue anne kate katie kathy cathy cindy debbie beth liz lizzie betsy meg maggie peggy molly polly sally jill jenny
jen jess becky vicky tina gina tracy stacy wendy robin dawn tammy rhonda connie sheila paula peggy ellen elaine
eleanor ella eva ava mia amelia harper luna camila gianna elena aria ellie layla penelope nora zoey mila hazel aurora
savannah audrey brooklyn bella claire skylar lucy paisley everly caroline nova genesis emilia kennedy maya willow
kinsley naomi aaliyah ariana allison gabriella alicia ana carmen rosa luz marta lucia sofia juana josefa francisca
guadalupe margarita veronica silvia yolanda leticia alejandra adriana gabriela daniela mariana monica claudia beatriz
isabel ines irma esperanza dolores consuelo pilar mercedes rocio raquel susana ximena valentina valeria fatima
esther miriam irene ida edna edith ethel florence gertrude gladys hattie hilda josephine lillian lois lorraine
louise lucille mabel maxine mildred minnie myrtle norma opal pearl phyllis rita roberta rosemary sylvia thelma vera
viola vivian wanda wilma yvonne yvette annette bernice bonnie charlene cheryl crystal darlene erica erin gail
geraldine holly jamie jeanette jo joanne joann juanita june kristen kristin krista leah loretta lynn marcia
marjorie marlene melanie michele misty nina pauline priscilla regina renee rosalie ruby sabrina shannon shelly sherry
stella suzanne tamara tanya tara tiffany toni traci valerie vanessa vicki velma willa
mohammed muhammad mohamed ahmed ali omar hassan hussein ibrahim khalid mustafa yusuf abdul abdullah aisha amina
khadija maryam zainab leila layla noor samira yasmin
wei ming xin yan jing hui xiao mei ling jun hao yong chen jian hong ping lan fang hiroshi takashi kenji yuki akira
naoko yoko haruki sakura keiko taro minh thanh hieu linh phuong nguyen thuy tuan
raj rajesh ramesh suresh anil sunil sanjay vijay amit rahul rohit arjun krishna ravi deepak ashok priya pooja anita
sunita lakshmi kavita neha meera anjali divya shreya sandeep manoj vikram
hans peter jurgen klaus wolfgang dieter stefan andreas thomas uwe ralf max erika ursula monika petra sabine renate
helga karin brigitte ingrid gisela angelika heike anja katrin silke
pierre jean michel philippe alain jacques bernard francois olivier sophie isabelle nathalie sylvie chantal celine
giovanni giuseppe antonio luigi paolo francesca giulia joao paulo
olga natalia svetlana tatiana ekaterina irina dmitri sergei vladimir alexei boris mikhail igor katarzyna agnieszka
malgorzata krzysztof andrzej piotr tomasz jan stanislaw
dmitry andrei nikolai pavel yuri anatoly oleg viktor galina larisa lyudmila tetiana oksana bogdan taras milos dragan zoran jovan goran
siobhan niamh aoife ciara saoirse declan padraig eoin cormac fergus alasdair ewan callum rhys gareth gwyneth
xochitl itzel ximena citlali cuauhtemoc anahi jesusa inez concepcion encarnacion
priyanka ananya aishwarya swati nisha ritu sonia kiran harpreet gurpreet manpreet jaspreet sukhdeep balwinder imran farhan bilal
oluwaseun chidi ngozi chinedu emeka ifeoma adaeze kayode babajide temitope folake tunde kwame kofi abena thandiwe sipho nomvula
amara zainab hamza salma leila reza farid nasrin shirin parisa dariush arash levent emre mehmet ayse fatma zeynep
bich hoa trang quynh huong khanh tuyet hyun seung yeon kazuko yumiko noriko tomoko satoshi daisuke akiko
ilse liesel gunther gerhard heinrich friedrich lars sven bjorn astrid sigrid freya kjell leif torsten pekka jukka aino
zbigniew wojciech grzegorz jadwiga danuta bozena vaclav jiri lubos radek imre laszlo istvan zoltan ferenc gheorghe ionut
rosalind beatrice eunice winifred agatha cordelia philippa rowena ottilie henrietta prudence imogen horatio percival
lakisha latoya tyrell darnell jamal deshawn keisha ebony imani malik marquis terrell tamika shaniqua
odette marguerite thaddeus caoimhe hamish angus alastair duncan dafydd owain carys bronwyn nerys cerys delphine
genevieve solange bernadette colette ghislaine veronique mireille thierry pascal etienne laurent guillaume mathieu
cedric yannick benoit gilles herve didier fabrice anatole hannelore gudrun sieglinde waltraud birgit anke horst gunter
heinz manfred helmut rainer bernd thorsten detlef ulrich matthias steffen lennart gunnar torbjorn solveig ingeborg
annika elsa freja maja linnea mikko timo eeva kaisa dimitrios konstantinos georgios ioannis nikolaos panagiotis
stavros spyros eleni katerina vasiliki despina chrysanthi salvatore vincenzo francesco domenico pasquale raffaele
alessandro matteo lorenzo chiara giovanna concetta rosaria antonella ornella graziella barbora zuzanna ewelina
jaroslaw przemyslaw pawel halina zdenek miroslav ludmila yevgenia evgenia tatyana natalya natasha sergey aleksandr
aleksei anastasia bohdan mykola gabor attila ildiko zsuzsanna katalin radu mihai vasile ileana nebojsa vesna jelena
milica snezana babatunde olumide adebayo adewale folasade chidinma chinwe chukwuemeka obinna uchenna nnamdi amaka
kwabena kwasi akosua efua thandeka sibusiso themba bongani lerato tshepo naledi kagiso wanjiru wambui njeri kamau
mwangi otieno achieng kiprop chebet tendai tatenda farai rutendo zuri abebe tigist selam dawit mekonnen hirut fatou
mamadou ousmane aissatou moussa ibrahima padma radha sushma rekha geeta meenakshi kavitha deepika mahesh ganesh dinesh
naresh mukesh rakesh ajay sumit nikhil karthik krishnan venkatesh srinivas balaji harish satish prakash vivek pradeep
kuldeep amarjit baljit parvati sarita xiomara yesenia maribel marisol araceli graciela rigoberto heriberto humberto
gilberto norberto adalberto osvaldo reynaldo rogelio refugio eufemia socorro catalina lourdes milagros nereida yadira
yamileth evangelina asuncion inmaculada ezequiel ulises efrain abelardo leopoldo leopoldina wenceslao nguyet hanh
quang minhthu xiaoli jianguo guoqiang yuxuan haoran zihan ruoxi haruto takeshi michiko sachiko minjun seoyeon jihoon
jiwoo youngsook eunji soojin hyejin malia leilani kalani keanu kaimana iolana abdulrahman abdelrahman abdulaziz
mahmoud tariq salman faisal fahad nasir yasmeen soraya mehdi behrouz farhad shahram kamran zahra leyla elif huseyin
osman yitzhak moshe shlomo avraham rivka chaya devorah yehuda menachem tovah shoshana shanice tyrese lashawn rashad
lamar demetrius devonte latasha monique shaquille jermaine cornelius ebenezer ezekiel obadiah jedidiah bartholomew
cuthbert ignatius gwendolyn gwendoline millicent clementine araminta octavia ophelia drusilla lavinia philomena
wilhelmina
`;

/** Frequent family names, likewise. */
const familyNames = `
smith johnson williams brown jones garcia miller davis rodriguez martinez hernandez lopez gonzalez wilson anderson
thomas taylor moore jackson martin lee perez thompson white harris sanchez clark ramirez lewis robinson walker young
allen king wright scott torres nguyen hill flores green adams nelson baker hall rivera campbell mitchell carter
roberts gomez phillips evans turner diaz parker cruz edwards collins reyes stewart morris morales murphy cook rogers
gutierrez ortiz morgan cooper peterson bailey reed kelly howard ramos kim cox ward richardson watson brooks chavez
wood james bennett gray mendoza ruiz hughes price alvarez castillo sanders patel myers long ross foster jimenez powell
jenkins perry russell sullivan bell coleman butler henderson barnes gonzales fisher vasquez simmons romero jordan
patterson alexander hamilton graham reynolds griffin wallace moreno west cole hayes bryant herrera gibson ellis tran
medina aguilar stevens murray ford castro marshall owens harrison fernandez mcdonald woods washington kennedy wells
vargas henry chen freeman webb tucker guzman burns crawford olson simpson porter hunter gordon mendez silva shaw snyder
mason dixon munoz hunt hicks holmes palmer wagner black robertson boyd rose stone salazar fox warren mills meyer rice
schmidt garza daniels ferguson nichols stephens soto weaver ryan gardner payne grant dunn kelley spencer hawkins
arnold pierce hansen peters santos hart bradley knight elliott cunningham duncan armstrong hudson carroll lane riley
andrews alvarado ray delgado berry perkins hoffman johnston matthews pena richards contreras willis carpenter lawrence
sandoval guerrero george chapman rios estrada ortega watkins greene nunez wheeler valdez harper burke larson santiago
maldonado morrison franklin carlson austin dominguez carr lawson jacobs obrien lynch singh vega bishop montgomery
oliver jensen harvey williamson gilbert dean sims espinoza howell li wong reid hanson le mccoy garrett burton fuller
wang weber welch rojas lucas marquez fields park yang little banks padilla day walsh bowman schultz luna fowler mejia
davidson acosta brewer may holland juarez newman pearson curtis cortez douglas schneider joseph barrett navarro
figueroa keller avila wade molina stanley hopkins campos barnett bates chambers caldwell beck lambert miranda byrd
craig ayala lowe frazier powers neal leonard gregory carrillo sutton fleming rhodes shelton schwartz norris jennings
rhodes watts duran walters cohen mcdaniel moran parks steele vaughn becker holt deleon barker terry hale leon benson
haynes horton miles lyons pham graves bush thornton wolfe warner cabrera mckinney mann zimmerman dawson lara fletcher
page mccarthy love robles cervantes solis erickson reeves chang klein salinas fuentes baldwin daniel simon velasquez
hardy higgins aguirre lin cummings chandler sharp barber bowen ochoa dennis robbins liu ramsey francis griffith paul
blair oconnor cardenas pacheco cross calderon quinn moss swanson chan rivas khan rodgers serrano fitzgerald rosales
stevenson christensen manning gill curry mclaughlin harmon mcgee gross doe roe bloggs public mustermann musterfrau
muller mueller schmitz fischer meier maier bauer koch richter wolf schroder neumann braun kruger hofmann hartmann
lange werner krause lehmann dubois durand leroy moreau laurent lefebvre dupont dupond fournier girard rossi russo
ferrari bianchi romano kowalski nowak wisniewski ivanov ivanova petrov petrova smirnov kuznetsov popov
tanaka suzuki sato watanabe ito yamamoto nakamura kobayashi kato yoshida yamada sasaki zhang zhao huang wu zhou xu sun
ma zhu hu guo lin he gao luo zheng liang song tang choi jung kang cho yoon lim park kumar sharma gupta shah reddy rao
verma mehta desai joshi nair iyer khan ahmed hussain malik ali hassan begum chowdhury rahman oneil oneill odonnell
mcdonnell macdonald mccormick mckenzie mackenzie dasilva desouza costa pereira oliveira souza lima gomes ribeiro carvalho
almeida sokolov sokolova volkov volkova morozov kozlov novikov pavlov fedorov orlov lebedev kovalenko shevchenko bondarenko tkachenko
oshaughnessy omalley okeefe oleary oreilly osullivan gallagher flanagan mcnamara mcguire mcbride mckenna mcintyre doherty delaney
venkataraman venkatesan subramanian ramachandran krishnamurthy srinivasan chatterjee mukherjee banerjee bhattacharya kapoor malhotra
quinones villanueva zamora escobar trujillo montoya velazquez cisneros zepeda barrera bautista camacho cordova galvan ibarra
okonkwo okeke nwosu adebayo adichie ogunleye balogun eze owusu asante mokoena dlamini nkosi ndlovu
whitfield vandermeer vanderberg vandenberg dejong devries brandt schulze hartung lindqvist andersson johansson eriksson nilsson
brzezinski wojcik kaminski lewandowski zielinski szymanski horvath nagy popescu ionescu papadopoulos georgiou
petrossian hakobyan sarkisian yilmaz demir kaya ozturk hosseini ahmadi rezaei farooqi siddiqui qureshi
nakagawa matsumoto inoue kimura hayashi shimizu saito mori ogawa takahashi vuong truong dinh trinh huynh phan
goldberg goldstein rosenberg cohen levy katz friedman shapiro hussein haddad nasser okafor adeyemi mensah
delacroix beauchamp lefevre rousseau mercier boyer chevalier gauthier thibodeaux thibodeau boudreaux boudreau landry
hebert broussard guidry fontenot arceneaux robichaux leblanc desrosiers charbonneau bouchard pelletier gagnon bergeron
beaulieu archambault schmidtbauer zimmermann huber fuchs scholz moller koehler kohler herrmann konig walther baumann
schuster jager vogel friedrich gunther schubert winkler seidel heinrich haas graf dietrich ziegler kuhn pohl sauer
engel thomsen petersen rasmussen jorgensen mortensen kristensen andersen nielsen johansen larsen olsen pedersen
halvorsen gundersen karlsson svensson gustafsson bergstrom lindstrom virtanen korhonen makinen nieminen hakkinen
papadakis papageorgiou nikolaidis karagiannis economou pappas stavropoulos antoniou esposito colombo ricci giordano
rizzo lombardi moretti barbieri fontana caruso mancini giacomantonio deluca dangelo dibenedetto santoro marchetti
pellegrini szczepanski kowalczyk wozniak dabrowski kozlowski jankowski mazur krawczyk piotrowski grabowski nowakowski
pawlowski michalski brodsky mikhailov romanov vasiliev zaitsev kravchenko oliynyk szabo toth varga molnar nemeth
farkas balogh dumitrescu constantinescu stoica novak svoboda dvorak cerny prochazka jovanovic petrovic nikolic
markovic djordjevic stojanovic kovacevic featherstonehaugh blackwood shaughnessy fitzpatrick mahoney callahan brennan
donoghue mcallister macleod mcgregor mcintosh abernathy abercrombie carruthers cholmondeley wetherby wetherill
applegate hathaway holloway ellsworth featherstone haverford kensington pemberton prescott radcliffe rutherford
satterfield shackleford somerville templeton throckmorton trowbridge underhill vanderbilt wadsworth winthrop
worthington achterberg vanderwal hoekstra dijkstra visser dekker bakker deboer dewitt mabuza khumalo mthembu sithole
moyo ncube chikwanha okwu onyekachi oyelaran oladipo akinola danjuma boateng agyeman addo appiah osei acheampong
mwangi kariuki njoroge ochieng odhiambo wanjiku tesfaye gebremariam haile bekele diallo traore coulibaly keita camara
sesay kamara conteh xochitl villarreal zavala zuniga quintanilla arellano arroyo benitez bustamante covarrubias
delarosa esquivel galindo gallegos guajardo jaramillo lozano macias magana manriquez marroquin melendez mosqueda
olivares orozco palacios pedraza peralta ponce rosario saldana sepulveda tapia tejeda trejo trevino ulloa urbina
valenzuela yanez ferreira rodrigues goncalves cardoso teixeira chakraborty iyengar ramanathan natarajan
balasubramanian naidu gowda hegde shetty kulkarni deshpande trivedi agarwal aggarwal khanna chopra bhatia sethi sandhu
dhillon grewal sidhu chaudhary ansari sheikh hashemi tehrani rahimi karimi mohammadi celik sahin yildiz aydin ozdemir
arslan dogan kilic aslan cetin kara yamaguchi fujita okada hasegawa murakami kondo ishikawa maeda okamoto nishimura
hoang dang doan ocampo macaraeg delacruz pangilinan dimaculangan magsaysay kealoha kahananui kapule makoa rosenthal
rosenbaum weinstein feldman greenberg horowitz lefkowitz moskowitz abramowitz schwartzman kirschenbaum
`;

/** Names that are words as well: they count beside a surer name, or after a title. */
const wordsToo = `mark will art bill pat ray grace hope dawn june may april page price long young white black brown green gray rose stone
  fox rice grant banks fields park parks little day love cross sharp gross public king hill hall wood woods west bush
  wells mills lane berry hunt cook baker fisher turner porter carpenter parker walker hunter mason miller gardner knight
  bishop chambers bell case page powers miles graves cole rich major max sky nova luna aurora genesis opal pearl ruby
  crystal jean angel jesus christian martin jordan austin jackson lincoln kennedy washington hudson franklin madison
  brooklyn savannah virginia carolina florence victoria harper logan spencer carter cooper taylor morgan kelly lee ford
  ward foster fuller sun song tang le he ma hu li lin an ping hong fang jing hui mei ling ming yan xin lan jun hao noor
  raj jo sue joy amber holly hazel ivy willow misty dolores mercedes pilar luz rosa paz santiago roman leo max dean earl
  duke rob bob jack frank chase drew summer autumn skylar hart steele holt beck reed marsh glen dale cliff curry gill
  manning sims shaw dixon warren wolf koch lange roe lima costa silva braun klein gordon ross chance wade blair
  norma rita viola ida eva vera stella iris robin carol terry perry tracy lynn gene ruth ken don ron ali bush
  genesis paris dallas houston denver phoenix cleveland vernon orlando sydney melbourne alma ana day moss frost winter
  singer weaver barber brewer butler chandler fleming flores harmon key keys law lock mann noble pace pope post rush
  sage sanders sterling sterling tucker watts ernest weber wagner lou bobby tony penny buck guy bud chip dot sandy rocky
  herb nick jay jean art curt kit rod stew vic wes santos cruz campos rivas vega rios lara soto leon sal trinity nan jenkins watson travis hector`;

const given = 1;
const family = 2;
const word = 4;

const lexicon = lazily((): ReadonlyMap<string, number> => {
  const alsoWords = new Set(wordsToo.split(/\s+/));
  const known = new Map<string, number>();
  const add = (names: string, kind: number) => {
    for (const name of names.split(/\s+/)) {
      if (name === '') continue;
      known.set(name, (known.get(name) ?? (alsoWords.has(name) ? word : 0)) | kind);
    }
  };
  add(givenNames, given);
  add(familyNames, family);
  return known;
});

export interface NameKind {
  given: boolean;
  family: boolean;
  /** Nothing but a name: no word of the language or the trade. */
  sure: boolean;
}

/** What a word is as a name, in any case and with or without accents; null when it is none that is known. */
export function nameKind(text: string): NameKind | null {
  const kind = lexicon().get(bare(text));
  if (kind === undefined) return null;
  return { given: (kind & given) > 0, family: (kind & family) > 0, sure: (kind & word) === 0 };
}

function bare(text: string): string {
  const lower = text.toLowerCase().replace(/['’]/g, '');
  return /^[a-z]*$/.test(lower) ? lower : lower.normalize('NFD').replace(/\p{M}/gu, '').replace(/ø/g, 'o');
}
