"""The words and shapes that corpora/slots.py composes from. Written for this project; none is about a real person."""


def _w(text):
    return [word.replace("_", " ") for word in text.split()]


ONSETS = _w("b br c ch d dr f fl g gr h j k kr l m n p pr qu r s sh st t th tr v w y z") + [""]
VOWELS = _w("a e i o u a e i o ai ea oo ia ou y")
CODAS = _w("n r l s t k m nd rt ck sh ng th x") + ["", "", "", "", "", ""]
PARTICLES = _w("van de la von del da di ter al El dos De_La Van_der St. San Mac bin du Le")
NICKNAMES = _w("""Bud Buddy Junie Skeeter Tito Chuy Nacho Pepe Lupe Mimi Nana_Jo Pops Butch Dusty Rusty Bubba Sissy Dot Dottie Peg Kit
 Trey Tripp Ace Duke Red Shorty Slim Tiny Boo Bebe Coco Kiki Lolo Nini Papi_Joe Big_Al Little_Mike J.J. TJ CJ AJ DJ JR Junior Sonny
 Beto Memo Neto Concha Chelo Nena Yoli Toña Minh_Anh Ngoc Mai Bao Pua Kimo Nalani Keoki Zuzu Dede Gigi Vi Flo Mo Jo Cap Doc Cookie
 Peaches Birdie Goldie Ginny Trixie Bunny Kitty Biff Chip Chaz Baz Gaz Shaz Jaz Dev Raj Sunny Lucky Happy Bibi Abu_Ali Umm_Sara""")
NAME_WORDS = _w("""Faith Hope Grace Joy Rose Hunter Young Will Mark May June April Summer Autumn Dawn Eve Iris Ivy Lily Violet Daisy Olive
 Ruby Pearl Opal Amber Crystal Jade Melody Harmony Chastity Patience Prudence Charity Mercy Justice Honor Destiny Miracle Precious Princess
 Prince King Royal Chase Chance Case Cash Colt Cliff Clay Dale Dean Drew Frank Gene Glen Grant Guy Jack Jay Lance Lane Major Mason Miles Art
 Bill Bob Buck Chip Dick Don Duke Earl Ernest Gay Happy Hank Heath Herb Hunt Jasper Jean Jewel Jimmy Josh Lee Nick Norm Pat Paris Page Penny
 Pierce Porter Randy Ray Reed Rich River Rob Robin Rocky Rusty Sage Sandy Savannah Sierra Skip Sterling Stone Storm Sue Summer Sunny Tab
 Tanner Taylor Trace Troy Tucker Victor Wade Ward Ware Wren Baker Banks Barber Best Bishop Black Bliss Block Bond Booker Bowl Bowman Branch
 Bridges Brooks Brown Bush Butler Camp Carpenter Carver Cole Cook Cooper Counts Cross Crow Day Dear Drain Drake Farmer Field Fields Fish
 Fisher Flowers Forest Foster Fox Free Freeman French Frost Funk Gamble Gates Gentle Gold Good Green Gray Grey Grove Hall Hand Hardy Hart
 Hatch Head Hill Holder Holiday Holly House Huff Hurt Ivory Joiner Judge Keen Key Knight Lake Lamb Law Little Long Love Low Lucky Marsh
 Marshall Mills Moody Moon Moss Nail Nash Noble North Nurse Oaks Pace Pain Paine Parent Park Parks Payne Peacock Pool Pope Post Potter
 Power Price Pride Proctor Pugh Quick Ransom Raven Rice Rivers Rode Rush Savage Self Sharp Shepherd Short Silver Singer Small Snow Speed
 Spring Starr Steel Strange Street Strong Sweet Swift Temple Valentine Vest Wall Waters Weed Weeks Wells West White Wise Wolf Wood Woods Worth""")
TOWN_ENDINGS = _w("ville ton field burg boro wood port dale ford view ham land bury mont _City _Falls _Springs _Creek _Beach _Heights _Junction _Hollow _Park _Grove _Hills")
TOWN_BEGINNINGS = _w("West North South East New Port Fort Lake Mount Upper Lower Old San Santa Rancho El Los Las Big Little Cape")
STREET_NAMES = _w("""Main Oak Elm Maple Cedar Pine Walnut Chestnut Birch Willow Magnolia Dogwood Juniper Sycamore Church School Mill Park Lake River
 Spring Hill Valley Sunset Sunrise Ridge Meadow Forest Prospect Highland Washington Jefferson Lincoln Jackson Madison Franklin Liberty Union
 Market Front Water Canal Railroad Depot Cemetery Quarry Old_Mill County_Line Pleasant_Hill Fox_Run Deer_Path Turkey_Hollow Round_Top
 Cottonwood Mesquite Palmetto Bayou Kamehameha Camino_Real Vista_del_Sol Via_Verde Peachtree Bluebonnet Cypress Hawthorn Laurel Quail Heron""")
STREET_TYPES = _w("St St. Street Ave Ave. Avenue Rd Rd. Road Dr Dr. Drive Ln Lane Ct Court Cir Circle Pl Place Blvd Boulevard Way Ter Terrace Pkwy Parkway Hwy Trail Loop Pike Sq st ave rd dr ln")
ROUTES = ["Route #", "Rte #", "State Route #", "Hwy #", "Highway #", "US #", "I-#", "County Road #", "CR #", "FM #", "Rural Route #", "RR #", "Farm Road #", "hwy #", "I-# at exit #"]
LANDMARKS = _w("Park Bridge Campground Apartments Towers Trailer_Park Mobile_Home_Park Village Arms Estates Lake Dam Landing Beach Plaza Mall Marina Manor Courts Homes Square State_Park Reservoir Fairgrounds")
SAINTS = _w("""Luke John Mary Joseph Francis Vincent Anne Anthony Elizabeth Agnes Claire Clare Jude Michael Thomas Mark Patrick Rita Barnabas Brendan
 Columba Edmund Helena Kilian Leo Margaret Martin Monica Peter Paul Raphael Stephen Theresa Ursula Camillus Dominic Gabriel Isidore""")
HOLY = _w("Mercy Providence Trinity Hope Grace Bethany Bethel Bethesda Calvary Emmanuel Gethsemane Sinai Zion Carmel Redeemer Cross Family Spirit Rosary Shepherd Samaritan Nazareth Shiloh Ebenezer Galilee Hebron")
FACILITY_NOUNS = _w("""Hospital Hospital Medical_Center Medical_Center Med_Ctr Clinic Clinic Health_Center Health Healthcare Rehabilitation_Center Nursing_Home
 Nursing_and_Rehab Care_Center Hospice Surgery_Center Urgent_Care Dialysis Family_Medicine Pediatrics Orthopedics Cardiology Cancer_Center Imaging
 Behavioral_Health Infirmary Medical_Group Medical_Associates Women's_Health Eye_Institute Dental Wellness_Center Community_Hospital VA_Medical_Center
 Birth_Center Recovery_Center Detox Labs Pathology Home Sanatorium Memory_Care""")
PLEASANT = _w("""Willow Maple Cedar Sunrise Sunset Meadow Harbor Golden Silver Autumn Spring Evergreen Magnolia Laurel Rosewood Oakmont Brook Heritage
 Legacy Liberty Summit Pinnacle Horizon Clearwater Stillwater Lakeside Riverside Hillcrest Parkview Fairview Glenwood Brookdale Ridgeview Seaside Bayside
 Prairie Canyon Mesa Coral Heron Falcon Eagle Bluebird Cardinal Aspen Juniper Birchwood Elmhurst Wildwood Northgate Southgate Westgate Eastbrook""")
PLEASANT_ENDS = _w("Creek Ridge Grove Hills Acres Terrace Court Gardens Manor Village Place Haven Pines Oaks Springs Meadows Commons Pointe House Landing Glen Woods Crossing Run View")
HOME_NOUNS = _w("Nursing_Home Assisted_Living Senior_Living Retirement_Community Memory_Care Rehab Care_Center Skilled_Nursing Estates Living_Center ALF SNF")
PHARMACIES = ["CVS", "Walgreens", "Rite Aid", "the Walgreens on the corner", "Kroger pharmacy", "Publix", "HEB", "Costco", "Wegmans", "Hy-Vee", "Meijer", "cvs", "walgreens", "Sam's Club", "Safeway"]
ORG_NOUNS = _w("""Roofing Plumbing Trucking Logistics Foods Dairy Farms Orchards Steel Foundry Paper Mill Lumber Construction Electric Auto_Body Motors Tire
 Bakery Diner Grill Café Market Grocery Hardware Bank Credit_Union Insurance Realty Law Freight Textiles Manufacturing Packaging Plastics Chemical Mining
 Drilling Oilfield_Services Fisheries Cannery Poultry Meats Brewing Printing Press Landscaping Nursery Daycare Academy Transit Bus_Lines Airlines Hotel Inn
 Casino Resort Security Staffing Janitorial Software Systems Labs Analytics Robotics Energy Solar Nuclear_Station Power Utilities Telephone Cable Broadcasting
 Inc Inc. LLC Corp Co. Industries Enterprises Holdings Group Partners Associates Consulting Foundation""")
BRAND_BEGINNINGS = _w("Am Tel Tri Omni Pan Uni Pro Max Nova Vera Astra Cora Delta Ever Fair Gen Hydro Inter Jet Key Lumi Mid Nor Opti Pac Quan Rex Sun Terra Ultra Veri West Xen Zen Agri Bio Cyber Dyna Eco Flex")
BRAND_ENDINGS = _w("tel corp tech sys dyne com star plex mart mark line wave works ware trans net gen lux way max tron cor nex via point bridge link source")
EMPLOYERS = ["the mill", "the plant", "the post office", "the railroad", "Walmart", "Amazon", "UPS", "FedEx", "the school district", "Boeing", "Ford", "GM", "Target", "Home Depot", "Tyson", "Costco", "Lowe's",
             "the Navy", "the county", "Uber", "Delta", "Dollar General", "Waffle House", "McDonald's", "Deere", "Cat", "Kroger", "Best Buy", "the shipyard", "the cannery", "Dairy Queen", "Subaru", "Intel"]
SCHOOLS = _w("High School_District Elementary Middle_School Academy University College State Community_College Tech Prep Head_Start Montessori Day_School Primary High_School Law_School Junior_High ISD Preschool")
CHURCHES = _w("Church Baptist_Church Lutheran Methodist AME Presbyterian Temple Synagogue Mosque Parish Chapel Tabernacle Assembly Ministries Fellowship Catholic_Church United_Methodist Islamic_Center Gurdwara")
INSURERS = ["Aetna", "Cigna", "Humana", "Anthem", "Blue Cross", "BCBS", "UnitedHealthcare", "UHC", "Kaiser", "Molina", "Ambetter", "WellCare", "Tricare", "Oscar", "Highmark", "Medica", "Centene", "CareSource", "GEICO", "State Farm", "Allstate", "MetLife", "The Hartford", "Sedgwick", "Gallagher Bassett"]
AGENCIES = _w("PD Police_Department Sheriff's_Office Fire_Rescue EMS Ambulance Home_Health Home_Care Visiting_Nurses Hospice_Services Food_Bank Shelter Legal_Aid DCFS Adult_Protective_Services Housing_Authority Area_Agency_on_Aging County_Jail Correctional_Facility Medical_Supply DME Transport Rescue_Mission Recovery_House Senior_Center Counseling")
MONTHS = _w("January February March April May June July August September October November December")
ORDINALS = ["", *(f"{n}{'th' if 11 <= n <= 13 else {1: 'st', 2: 'nd', 3: 'rd'}.get(n % 10, 'th')}" for n in range(1, 32))]
ORDINAL_WORDS = ["", *_w("""first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth
 seventeenth eighteenth nineteenth twentieth twenty-first twenty-second twenty-third twenty-fourth twenty-fifth twenty-sixth twenty-seventh twenty-eighth""")]
NUMBERS = _w("zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen")
TENS = ["", "ten", *_w("twenty thirty forty fifty sixty seventy eighty ninety hundred")]

PICKS = {
    "state": (_w("""Alabama Alaska Arizona California Colorado Florida Georgia Hawaii Idaho Illinois Indiana Iowa Kansas Kentucky Louisiana Maine Maryland
     Michigan Minnesota Mississippi Missouri Montana Nebraska Nevada New_Mexico New_York Ohio Oklahoma Oregon Tennessee Texas Utah Vermont Virginia Washington Wisconsin"""), "STATE"),
    "country": (_w("Mexico Honduras Haiti Vietnam Laos Somalia Nigeria Ghana Poland Ukraine Russia China India Nepal Iran Iraq Syria Cuba Brazil Peru Ethiopia Guatemala Philippines"), None),
    "people": (_w("Haitian Mexican Somali Vietnamese Hmong Polish Nigerian Samoan Navajo Korean Filipino Bosnian Cuban Ukrainian Greek Irish Ethiopian Guatemalan Lebanese"), None),
    "weekday": (_w("Monday Tuesday Wednesday Thursday Friday Saturday Sunday Mon Tue Wed Thurs Fri Sat Sun monday tues fri"), None),
    "holiday": (["Thanksgiving", "Christmas", "Christmas Eve", "Labor Day", "Memorial Day", "Easter", "the Fourth of July", "4th of July", "Halloween", "New Year's Eve", "Mother's Day", "Veterans Day", "Xmas", "Mardi Gras", "Ramadan", "Diwali", "New Year's Day", "Father's Day", "Juneteenth"], "DATE"),
    "eponym": (_w("""Parkinson Crohn Babinski Romberg Foley Murphy Homan Kernig Brudzinski Phalen Tinel McBurney Rovsing Graves Hashimoto Cushing Addison Wilson Marfan Down Turner
     Klinefelter Hodgkin Paget Barrett Meckel Hirschsprung Whipple Billroth Nissen Bell Horner Wallenberg Alzheimer Pick Lewy Huntington Tourette Raynaud Sjogren Behcet Kawasaki
     Wegener Goodpasture Bartter Conn Charcot Dupuytren Colles Smith Jones Salter-Harris Lisfranc Jefferson Chance Monteggia Bankart Hill-Sachs Baker Morton Osgood-Schlatter Perthes
     Swan-Ganz Hickman Kocher DeBakey Penrose Bovie Yankauer Trendelenburg Fowler Sims Lachman McMurray Spurling Hawkins Neer Virchow Lhermitte Weber Rinne Mallory-Weiss Boerhaave Zenker"""), None),
    "drug": (_w("""metoprolol lisinopril Lasix Norco Zofran Keppra Xarelto Eliquis Coumadin Plavix Lipitor Zoloft Lexapro Ativan Haldol Seroquel Tylenol Motrin Toradol Dilaudid
     vancomycin Zosyn cefepime Rocephin azithromycin prednisone insulin Lantus Humalog Ozempic Jardiance gabapentin Flomax Synthroid amiodarone digoxin heparin Lovenox Humira Keytruda
     cisplatin Narcan Suboxone Adderall Concerta albuterol Advair Symbicort Singulair Protonix omeprazole Miralax senna spironolactone torsemide Entresto tacrolimus CellCept"""), None),
    "brand": (_w("""Hoyer Broda Sara_Stedy Wound_VAC Mepilex Aquacel Allevyn Unna Coban Dermabond Steri-Strip Port-a-Cath Mediport PleurX Blakemore Impella Watchman MitraClip HeartMate
     Micra Zoll LifeVest Holter Zio Dexcom Libre Omnipod Tandem CPAP BiPAP Optiflow Vapotherm Ambu Bair_Hugger Miami_J Aspen Philadelphia Rollator Purewick StatLock Tegaderm Kangaroo
     Epic Cerner Pyxis Omnicell Alaris Baxter Ensure Boost Glucerna Jevity Pedialyte Depend Velcro Kerlix Xeroform Medihoney Lyrica_card Fitbit"""), None),
    "code": (["I10", "E11.9", "J18.9", "99213", "99214", "N18.3", "Z79.4", "M54.5", "F32.1", "70450", "K21.9", "R07.9", "I48.91", "C50.911", "G0299", "J1885", "93000", "S72.001A", "U07.1", "E78.5"], None),
    "prof": (_w("welder teacher roofer nurse_aide truck_driver farmer accountant cashier waitress lineman electrician seamstress fisherman logger miner chef barber mechanic bus_driver engineer librarian painter machinist plumber cook janitor realtor paralegal"), None),
}

SHAPES = {
    "mrn": (["########", "#######", "######", "00######", "@#######", "MR#######", "@@######", "##-##-##", "#########", "###-##-####", "H########", "#######-#"], "MRN"),
    "ssn": (["###-##-####", "###-##-####", "### ## ####", "#########"], "SSN"),
    "ssn4": (["####"], "SSN"),
    "phone.short": (["###-####", "555-01##", "###.####", "###-####"], "PHONE"),
    "ext": (["x####", "ext ####", "x###", "ext. ###", "x#####", "X####"], "PHONE"),
    "pager": (["####", "#####", "p####", "###-####", "pager #####"], "PHONE"),
    "acct": (["##########", "@########", "V############", "########", "####-####-####", "@@#######", "#########-##", "FIN########"], "ACCOUNT"),
    "plan": (["@@@#########", "W#########", "#########@", "##########", "@####-#####", "#@@#-@@#-@@##", "@@########", "XYZ######### ##"], "PLAN"),
    "group": (["#####", "@@####", "######", "#####-@@", "@####", "7##### ##"], "PLAN"),
    "lic": (["@#######", "########", "@###-####-####", "#########", "@@######@", "@##-##-####"], "LICENSE"),
    "npi": (["1#########"], "LICENSE"),
    "dea": (["@@#######", "F@#######", "B@#######"], "LICENSE"),
    "plate": (["@@@ ####", "@@@####", "#@@@###", "@@# #@@", "### @@@", "@@ #####"], "VEHICLE"),
    "vin": (["1@@@@##@#@@######", "@@@@##@#@@@######", "#@#@@##@#@@######"], "VEHICLE"),
    "dev": (["@@@######@", "SN########", "######", "@@-#####-##", "@@@####@##", "########@", "W#@###-####", "####-##-@"], "DEVICE"),
    "udi": (["(01)##############(17)######(21)@#####", "(01)##############(10)@@###"], "DEVICE"),
    "acc": (["S##-#####", "SP-##-####", "##-###-####", "@##-####", "ACC########", "@@##-######", "#########", "CY##-####", "R########", "##@-######", "W####### "], "OTHERID"),
    "badge": (["####", "#####", "@####", "#@###", "B-####"], "OTHERID"),
    "id": (["@@-####", "########", "@#####", "#####-@", "@@@-##-###", "##@@###", "@@######", "####-####", "@@@@-##", "######"], "OTHERID"),
}
SHAPES["acc"][0][-1] = "W#######"
