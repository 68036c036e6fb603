#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "base/concat.h"
#include "recognize/known.h"

namespace phiveil {
namespace {

constexpr size_t kShortestJoined = 5;

// Each line: a given name, then what its bearers are called.
constexpr std::string_view kShortForms[] = {
    "abigail abby gail",
    "alexander alex lex xander sasha sandy",
    "alexandra alex lexi sandra sasha",
    "alfred al alf fred freddie",
    "andrew andy drew",
    "anthony tony",
    "antonio tony tonio",
    "barbara barb babs bobbie",
    "benjamin ben benny benji",
    "catherine cathy kate katie kitty cat",
    "charles charlie chuck chas chaz",
    "christina chris chrissy tina",
    "christopher chris kit topher",
    "daniel dan danny",
    "david dave davey",
    "deborah deb debbie",
    "dolores lola lolita",
    "donald don donnie",
    "dorothy dot dottie dolly",
    "edward ed eddie ned ted teddy",
    "eleanor ellie nell nora",
    "elizabeth liz lizzie beth betsy betty eliza libby lisa",
    "ernest ernie",
    "eugene gene",
    "frances fran frannie",
    "francis frank frankie",
    "francisco paco pancho frank kiko",
    "frederick fred freddie rick",
    "george georgie",
    "gerald gerry jerry",
    "gregory greg",
    "guadalupe lupe lupita",
    "harold hal harry",
    "helen nell nellie",
    "henry hank harry hal",
    "ignacio nacho",
    "isabella bella izzy belle",
    "jacob jake",
    "jacqueline jackie",
    "james jim jimmy jamie",
    "jeffrey jeff",
    "jennifer jen jenny",
    "jesus chuy",
    "john jack johnny",
    "jonathan jon jonny",
    "jose pepe",
    "joseph joe joey",
    "joshua josh",
    "katherine kathy kate katie kat kitty",
    "kathleen kathy kate kay",
    "kenneth ken kenny",
    "lawrence larry",
    "leonard len lenny leo",
    "lillian lily lil",
    "margaret maggie marge margie meg peg peggy greta rita",
    "maria mari mia",
    "martha marty patty",
    "mary molly polly mamie",
    "matthew matt matty",
    "michael mike mikey mick mickey",
    "nathaniel nate nathan",
    "nicholas nick nicky",
    "pamela pam",
    "patricia pat patty tricia trish",
    "patrick pat paddy",
    "peter pete",
    "philip phil",
    "rebecca becky becca",
    "richard dick rich richie rick ricky",
    "robert bob bobby rob robbie bert",
    "ronald ron ronnie",
    "rosario charo",
    "roberto beto",
    "samantha sam sammy",
    "samuel sam sammy",
    "sarah sadie sally",
    "stephen steve stevie",
    "steven steve stevie",
    "susan sue susie suzy",
    "theodore ted teddy theo",
    "theresa terry tess tessa",
    "thomas tom tommy",
    "timothy tim timmy",
    "victoria vicky tori",
    "vincent vince vinny",
    "virginia ginny ginger",
    "walter walt wally",
    "william bill billy will willie liam",
    "zachary zach zack",
};

void AddPart(std::string folded, Subtype subtype, std::vector<KnownPart>* out) {
  const bool there = std::any_of(out->begin(), out->end(), [&](const KnownPart& p) { return p.folded == folded; });
  if (!there) out->push_back({std::move(folded), subtype});
}

std::string Join(const std::vector<std::string>& words) {
  std::string all;
  for (const std::string& word : words) all += word;
  return all;
}

// Three or four letters of the name, as they are or with an ending of endearment.
void AddCutShort(const std::string& name, Subtype subtype, std::vector<KnownPart>* out) {
  if (name.size() < 5) return;
  for (size_t length : {size_t{3}, size_t{4}}) {
    for (std::string_view ending : {"", "y", "ie", "o"}) AddPart(Concat(name.substr(0, length), ending), subtype, out);
  }
}

void AddShortForms(const std::string& name, Subtype subtype, std::vector<KnownPart>* out) {
  for (std::string_view line : kShortForms) {
    if (line.substr(0, name.size()) != name || line[name.size()] != ' ') continue;
    for (const std::string& word : FoldWords(line.substr(name.size()))) AddPart(word, subtype, out);
  }
  AddCutShort(name, subtype, out);
}

struct WholeName {
  std::vector<std::string> given, family;
};

bool IsParticle(std::string_view word) {
  static constexpr std::array<std::string_view, 22> kParticles = {
      "van", "von", "de",  "der", "den", "del", "della", "la",  "le", "du",  "da",
      "di",  "dos", "das", "ter", "al",  "el",  "bin",   "ibn", "st", "mac", "san"};
  const std::vector<std::string> folded = FoldWords(word);
  return folded.size() == 1 && std::find(kParticles.begin(), kParticles.end(), folded[0]) != kParticles.end();
}

WholeName Divide(std::string_view name) {
  WholeName whole;
  const size_t comma = name.find(',');
  if (comma != std::string_view::npos) {
    whole.family = FoldWords(name.substr(0, comma));
    whole.given = FoldWords(name.substr(comma + 1));
    return whole;
  }
  // "Ana van der Ruiz-Olivera": what follows the last space and the particles before it.
  std::vector<std::string_view> words;
  for (size_t at = 0; at < name.size();) {
    const size_t end = std::min(name.find_first_of(" \t\n", at), name.size());
    if (end > at) words.push_back(name.substr(at, end - at));
    at = end + 1;
  }
  size_t family = words.empty() ? 0 : words.size() - 1;
  while (family > 1 && IsParticle(words[family - 1])) --family;
  for (size_t i = 0; i < words.size(); ++i) {
    auto& to = i < family || words.size() == 1 ? whole.given : whole.family;
    for (std::string& word : FoldWords(words[i])) to.push_back(std::move(word));
  }
  return whole;
}

void AddJoined(const WholeName& whole, Subtype subtype, std::vector<KnownPart>* out) {
  auto add = [&](std::string text) {
    if (text.size() >= kShortestJoined) AddPart(std::move(text), subtype, out);
  };
  const std::string given = Join(whole.given), family = Join(whole.family);
  if (whole.given.size() > 1 && whole.given[1].size() > 1) add(given);
  if (whole.family.size() > 1) add(family);
  if (given.empty() || family.empty()) return;
  const std::string& first = whole.given.front();
  const std::string initial = first.substr(0, 1);
  for (const std::string& last : {family, whole.family.back()}) {
    add(initial + last);
    add(last + initial);
    add(first + last);
    add(last + first);
    if (whole.given.size() > 1) add(initial + whole.given[1].substr(0, 1) + last);
    if (last.size() > 6) add(last.substr(0, 6) + initial);
  }
}

void AddInitials(const WholeName& whole, Subtype subtype, std::vector<KnownPart>* out) {
  if (whole.given.empty() || whole.family.empty()) return;
  const std::string first = whole.given.front().substr(0, 1);
  for (const std::string& family : {whole.family.front(), whole.family.back()}) {
    const std::string last = family.substr(0, 1);
    AddPart(first + last, subtype, out);
    if (whole.given.size() > 1) AddPart(first + whole.given[1].substr(0, 1) + last, subtype, out);
  }
}

void AddName(std::string_view name, Subtype subtype, KnownNames* out) {
  for (std::string& word : FoldWords(name)) AddPart(std::move(word), subtype, &out->parts);
  const WholeName whole = Divide(name);
  AddJoined(whole, subtype, &out->joined);
  AddInitials(whole, subtype, &out->initials);
  // A single word is what somebody is called already.
  if (!whole.given.empty() && !whole.family.empty()) AddShortForms(whole.given.front(), subtype, &out->shorts);
}

}  // namespace

KnownNames KnownNamesOf(const KnownIdentifiers& known) {
  KnownNames names;
  for (const std::string& name : known.names) AddName(name, Subtype::kPatient, &names);
  for (const std::string& name : known.relatives) AddName(name, Subtype::kRelative, &names);
  return names;
}

}  // namespace phiveil
