#include "cli/options.h"

#include <climits>
#include <functional>

namespace phiveil::cli {
namespace {

constexpr char kAbout[] =
    R"(phiveil: finds identifiers in clinical text, puts tokens in their place, and brings them back.

  phiveil redact notes/ --out clean/                  a folder of notes, mirrored
  phiveil redact --format jsonl < in.jsonl > out.jsonl
  phiveil find < note.txt                             what is there, as JSON
  phiveil restore < answer.txt                        tokens back to values
)";

constexpr char kFooter[] = R"(Exit codes: 0 all done; 1 some records quarantined, or a check found fault; 2 usage;
3 could not start (pack, policy, vault, key); 4 stopped by a fault, nothing half-written.
Vault, key and audit log are in $PHIVEIL_HOME, else ~/.phiveil, made at first use.
stdout carries data alone; messages and the summary go to stderr.)";

constexpr char kRedactFooter[] = R"(Examples:
  phiveil redact notes/ --out clean/
  phiveil redact export.csv.gz --text-column note --id-column note_id --out clean.csv.gz
  phiveil redact big.jsonl.zst --out big.clean.jsonl.zst --threads 8
  phiveil redact notes/ --out clean/ --resume         after a kill: goes on where it stopped

JSON Lines in: {"id":…,"text":…} and, optional, "subject", "known", "spans". Out, in the same order:
{"id":…,"text":…,"findings":[…]}. Other keys of the input do not appear in the output: they could
hold identifiers. In CSV only the named text columns are replaced; every other column passes as it is.
A record that fails is written to the errors file and counted: in = out + quarantined.)";

constexpr char kFindFooter[] = R"(Examples:
  phiveil find < note.txt
  phiveil find notes/ --out findings.jsonl
  phiveil find --format jsonl --offsets utf16 < in.jsonl

One line of JSON for each record: {"id":…,"findings":[{"begin","end","category","score","rule"}]};
a name whose bearer's role is known has "role":"patient", "relative" or "staff" after its category;
what the policy leaves as it is (a state, an age under 90 …) has "kept":true.
Nothing is replaced, recorded or kept; no vault is needed. --verbose adds the reasons.)";

constexpr char kRestoreFooter[] = R"(Examples:
  phiveil restore < answer.txt
  phiveil restore clean/ --out restored/
  phiveil restore --format jsonl --subject patient-17 < answers.jsonl

Tokens of the vault become the originals again, also when their case changed or Markdown and JSON
escaped them. With a subject, tokens of others are left as they stand and counted as foreign.)";

constexpr char kMergeFooter[] = R"(Examples:
  phiveil redact part1.jsonl --out clean1.jsonl --vault shard:1.shard       each worker
  phiveil vault merge *.shard                                               any order, any number of times
  phiveil vault merge --unify --aliases aliases.jsonl *.shard
  phiveil vault retoken --aliases aliases.jsonl < clean1.jsonl > final1.jsonl

Workers that share nothing draw different tokens for one value. Merged as they are, all of them
restore. With --unify one token is left for each value of a subject, the others become its aliases
and still restore; retoken puts the one in the place of the others in texts written before.
A token that stands for different values is named, and nothing is merged.)";

constexpr char kExplainFooter[] = R"(Examples:
  phiveil explain --line 3 < note.txt
  phiveil explain --at 120:128 note.txt --show-text

For a stretch of text: which rules, cues and vetoes spoke, what the threshold was and what won.
Prints offsets only, unless --show-text is given.)";

constexpr char kEvalFooter[] = R"(Examples:
  phiveil eval corpora/notes
  phiveil eval gold.jsonl --misses 50 --errors 0
  phiveil eval gold.jsonl --compare-pack my.pack      what my.pack gains and loses
  phiveil eval notes/ --known known.jsonl --format json

GOLD is a folder of notes (*.txt) in which identifiers stand as [[LABEL:text]], or a file of JSON
Lines: {"id":…,"text":…,"spans":[{"start","end","label"}]} in code points; optional "known" as for
`find`, and "ignore":true on a span that is neither hit nor error. Labels of what may stay (STATE,
YEAR, AGE, …) are neither, too; an age over 89 needs a label of its own, such as AGE90.
Counted are letters and digits. Shows text of the misses and false findings: it may be identifiers.)";

constexpr char kCostFooter[] = R"(Examples:
  phiveil rules cost rules/packs/us --corpus corpora/notes
  phiveil rules cost rules/packs/us --corpus notes.jsonl --rule us.date.numeric --format json

Each rule is left out in turn and both packs read the same texts: a few minutes for the built-in pack, a
second a rule. Rules that share a pattern are measured together as well. Warning PH108 names what slows
the pack by more than 5 %. Prints no text of the corpus.)";

void AddPack(CLI::App* app, Options* options) {
  app->add_option("--pack", options->pack, "Compiled rule pack (default: the built-in one)")->type_name("FILE");
}

void AddPolicy(CLI::App* app, Options* options) {
  app->add_option("--policy", options->policy,
                  "What happens to each category: a name from `phiveil policy list`, or a YAML file")
      ->type_name("NAME|FILE")
      ->capture_default_str();
}

void AddKey(CLI::App* app, Options* options) {
  app->add_option("--key", options->key,
                  "Key of the vault: a file, aws-kms://KEY?region=R, or vault-transit://HOST/MOUNT/KEY "
                  "(default: vault.key in the state folder)")
      ->type_name("FILE|URI");
}

void AddVault(CLI::App* app, Options* options) {
  app->add_option("--vault", options->vault,
                  "Folder, postgresql://… or shard:FILE of the vault (default: vault/ in the state folder)")
      ->type_name("DIR|URL");
  AddKey(app, options);
}

void AddTenant(CLI::App* app, Options* options) {
  app->add_option("--tenant", options->tenant, "Whose subjects; tenants of one vault know nothing of each other")
      ->type_name("T");
}

void AddAudit(CLI::App* app, Options* options) {
  app->add_option("--audit", options->audit, "Audit log (default: audit.jsonl in the state folder)")->type_name("FILE");
}

void AddFormats(CLI::App* app, Options* options) {
  app->add_option("--format", options->format,
                  "text (a file is a record), jsonl, csv; default: by the file's name, text on stdin")
      ->type_name("text|jsonl|csv")
      ->check(CLI::IsMember({"text", "jsonl", "csv"}).description(""));
  app->add_option("--text-column", options->text_columns, "CSV: column that holds text; may be given again")
      ->type_name("NAME")
      ->expected(1)
      ->take_all();
  app->add_option("--id-column", options->id_column, "CSV: column with the record's id (default: the line number)")
      ->type_name("NAME");
  app->add_option("--subject-column", options->subject_column, "CSV: column with the subject")->type_name("NAME");
}

void AddInputs(CLI::App* app, Options* options) {
  app->add_option("INPUT", options->inputs, "Files and folders, plain, .gz or .zst (default: stdin)")->type_name("");
  app->add_option("--out", options->out,
                  "Output file, or folder when the input is a folder or several files (default: stdout)")
      ->type_name("PATH");
  AddFormats(app, options);
}

void AddExpiry(CLI::App* app, Options* options) {
  app->add_option(
         "--ttl-days", options->ttl_days,
         "Values first seen in this run may be swept from the vault so many days later, or sooner where the policy "
         "says so (default: as the policy's expire_after)")
      ->type_name("N")
      ->check(CLI::Range(1, 36525).description(""));
}

void AddRun(CLI::App* app, Options* options) {
  app->add_option("--threads", options->threads, "Worker threads (default: one a processor)")
      ->type_name("N")
      ->check(CLI::Range(1, 1024).description(""));
  app->add_option("--max-record", options->max_record, "Longest record in bytes; longer ones are quarantined")
      ->type_name("BYTES")
      ->check(CLI::Range(uint64_t{1}, uint64_t{1} << 30).description(""))
      ->capture_default_str();
  app->add_option("--errors", options->errors, "Quarantined records as JSON Lines (default: beside the output)")
      ->type_name("FILE");
  app->add_flag("--resume", options->resume, "Go on with an unfinished run to the same --out");
  app->add_flag("--quiet", options->quiet, "No progress bar; only the reconciled count at the end");
  app->add_flag("--verbose", options->verbose, "Name pack and policy at the start; add to findings their reasons");
}

void AddJurisdiction(CLI::App* app, Options* options) {
  app->add_option("--jurisdiction", options->jurisdiction,
                  "Whose subjects the texts are about (default: the rules of both)")
      ->type_name("US|EU")
      ->check(CLI::IsMember({"US", "EU"}).description(""));
}

void AddTask(CLI::App* app, Options* options) {
  app->add_option("--task", options->task,
                  "Pass only what this task needs: summarise, code, triage, research, or a file")
      ->type_name("NAME|FILE");
}

void AddContext(CLI::App* app, Options* options) {
  app->add_option("--subject", options->subject,
                  "Who all the texts are about; scopes tokens (default: each record's own subject, else its id)")
      ->type_name("S");
}

void AddCaller(CLI::App* app, Options* options) {
  app->add_option("--actor", options->actor, "Who asks, for the audit log (default: the login name)")->type_name("A");
  app->add_option("--purpose", options->purpose, "What for, for the audit log")->type_name("P");
}

void AddAccess(CLI::App* app, Options* options) {
  app->add_option(
         "--access", options->access,
         "Who may restore, forget, rotate, and limits (default: access.json in the state folder, if it is there)")
      ->type_name("FILE");
}

void AddFindings(CLI::App* app, Options* options) {
  app->add_option("--offsets", options->offsets, "Unit of begin and end in findings")
      ->type_name("codepoint|byte|utf16")
      ->check(CLI::IsMember({"codepoint", "byte", "utf16"}).description(""))
      ->capture_default_str();
}

// A command that sets `options->command` when it is the one given.
CLI::App* AddCommand(CLI::App* parent, const std::string& name, const std::string& about, Options* options) {
  CLI::App* app = parent->add_subcommand(name, about);
  const std::string full = parent->get_parent() == nullptr ? name : parent->get_name() + " " + name;
  app->callback([options, full] {
    if (options->command.empty()) options->command = full;  // the innermost runs first
  });
  return app;
}

CLI::App* AddFamily(CLI::App* parent, const std::string& name, const std::string& about) {
  CLI::App* app = parent->add_subcommand(name, about);
  app->require_subcommand(1);
  return app;
}

void AddSigningKey(CLI::App* app, Options* options) {
  app->add_option("--signing-key", options->signing_key, "Key file that signs the audit log (default: the vault's key)")
      ->type_name("FILE");
}

// Of commands that read texts and give none out.
void AddReading(CLI::App* app, Options* options) {
  app->add_option("--audit", options->audit,
                  "Record what was read in this audit log, made with the key (default: none)")
      ->type_name("FILE");
  AddKey(app, options);
  AddSigningKey(app, options);
  AddCaller(app, options);
}

void AddTextCommands(CLI::App* app, Options* options) {
  CLI::App* redact = AddCommand(app, "redact", "Put tokens in the place of identifiers", options);
  redact->footer(kRedactFooter);
  AddInputs(redact, options);
  AddPack(redact, options);
  AddPolicy(redact, options);
  AddTask(redact, options);
  redact
      ->add_option("--profile", options->profile, "Where the text goes: a deployment profile, whose gate must allow it")
      ->type_name("FILE");
  AddJurisdiction(redact, options);
  AddSigningKey(redact, options);
  AddVault(redact, options);
  AddTenant(redact, options);
  AddAudit(redact, options);
  AddContext(redact, options);
  AddCaller(redact, options);
  AddFindings(redact, options);
  AddExpiry(redact, options);
  AddRun(redact, options);

  CLI::App* find = AddCommand(app, "find", "Say what identifiers are there, change nothing", options);
  find->footer(kFindFooter);
  AddInputs(find, options);
  AddPack(find, options);
  AddPolicy(find, options);
  AddReading(find, options);
  AddContext(find, options);
  AddFindings(find, options);
  AddRun(find, options);

  CLI::App* restore = AddCommand(app, "restore", "Put the originals back in the place of tokens", options);
  restore->footer(kRestoreFooter);
  AddInputs(restore, options);
  AddPack(restore, options);
  AddPolicy(restore, options);
  AddVault(restore, options);
  AddTenant(restore, options);
  AddAudit(restore, options);
  AddSigningKey(restore, options);
  AddContext(restore, options);
  AddCaller(restore, options);
  AddAccess(restore, options);
  AddRun(restore, options);

  CLI::App* explain = AddCommand(app, "explain", "Say why a stretch of text was taken or left", options);
  explain->footer(kExplainFooter);
  explain->add_option("FILE", options->file, "The text (default: stdin)")->type_name("");
  CLI::Option* at = explain->add_option("--at", options->at, "The stretch, in code points")->type_name("BEGIN:END");
  explain->add_option("--line", options->line, "The stretch is this line, counted from 1")
      ->type_name("N")
      ->check(CLI::Range(uint64_t{1}, UINT64_MAX).description(""))
      ->excludes(at);
  explain->add_flag("--show-text", options->show_text, "Print the text of each candidate: it may be an identifier");
  AddPack(explain, options);
  AddPolicy(explain, options);
  AddReading(explain, options);
}

void AddEval(CLI::App* app, Options* options) {
  CLI::App* eval = AddCommand(app, "eval", "Measure what is found and missed on marked texts", options);
  eval->footer(kEvalFooter);
  eval->add_option("GOLD", options->gold, "Folder of marked notes, or JSON Lines, plain, .gz or .zst")
      ->type_name("")
      ->required();
  AddPack(eval, options);
  AddPolicy(eval, options);
  AddReading(eval, options);
  eval->add_option("--compare-pack", options->compare_pack, "Measure this pack too, and say what it gains and loses")
      ->type_name("FILE");
  eval->add_option("--compare-policy", options->compare_policy, "The same with this policy")->type_name("NAME|FILE");
  eval->add_option("--known", options->known,
                   "Known identifiers as JSON Lines: {\"id\":…,\"known\":{…}}; may be given again")
      ->type_name("FILE")
      ->expected(1)
      ->take_all();
  eval->add_option("--misses", options->show_misses,
                   "How many missed identifiers to show (default: 10); of a comparison, how many gained and lost ones "
                   "(default: all)")
      ->type_name("N")
      ->check(CLI::Range(0, INT_MAX).description(""));
  eval->add_option("--errors", options->show_errors, "The same for false findings")
      ->type_name("N")
      ->check(CLI::Range(0, INT_MAX).description(""));
  eval->add_option("--format", options->format, "text for people, json for machines")
      ->type_name("text|json")
      ->check(CLI::IsMember({"text", "json"}).description(""));
}

void AddRuleCommands(CLI::App* app, Options* options) {
  CLI::App* rules = AddFamily(app, "rules", "Write, check and try rule packs");
  const auto folder = [options](CLI::App* command) {
    command->add_option("DIR", options->folder, "Folder of the pack, with its pack.yaml")->type_name("")->required();
  };
  folder(AddCommand(rules, "check", "Compile without writing: errors, warnings, counts", options));
  CLI::App* compile = AddCommand(rules, "compile", "Compile a pack, try its examples, write it", options);
  folder(compile);
  compile->add_option("--out", options->out, "The compiled pack")->type_name("FILE")->required();
  folder(AddCommand(rules, "test", "Run every example and case of a pack", options));
  CLI::App* explain = AddCommand(rules, "explain", "A rule in words", options);
  folder(explain);
  explain->add_option("RULE", options->rule_id, "The rule's id, or the end of it")->type_name("")->required();
  CLI::App* cost = AddCommand(rules, "cost", "What each rule costs on a corpus, and what it finds there", options);
  cost->footer(kCostFooter);
  folder(cost);
  cost->add_option("--corpus", options->gold,
                   "Folder of notes, or JSON Lines, as for `eval`; marks are not needed (default: the pack's examples)")
      ->type_name("PATH");
  cost->add_option("--rule", options->rule_ids, "Only this rule; may be given again (default: all)")
      ->type_name("ID")
      ->expected(1)
      ->take_all();
  cost->add_option("--format", options->format, "text for people, json for machines")
      ->type_name("text|json")
      ->check(CLI::IsMember({"text", "json"}).description(""));

  CLI::App* policy = AddFamily(app, "policy", "Look at and check policies");
  CLI::App* check = AddCommand(policy, "check", "Whether a policy's actions bear its claim", options);
  check->add_option("FILE", options->file, "The policy")->type_name("")->required();
  CLI::App* words = AddCommand(policy, "explain", "What leaves, what stays, what the result may be called", options);
  words->add_option("POLICY", options->file, "A built-in policy or a file")->type_name("")->required();
  AddTask(words, options);
  AddCommand(policy, "list", "The built-in policies and tasks, and what their results may be called", options);
  CLI::App* gate = AddCommand(policy, "gate", "Whether text may go to a model service, with every reason", options);
  AddCommand(policy, "gate-table", "The gate's answers to 24 cases: provider, agreement, region and basis", options);
  CLI::App* record = AddCommand(policy, "register", "The record of processing, GDPR Art. 30", options);
  for (CLI::App* command : {gate, record}) {
    command->add_option("--profile", options->profile, "The deployment profile")->type_name("FILE")->required();
    AddPolicy(command, options);
    AddTask(command, options);
    command->add_option("--day", options->day, "Decide as of this day (default: today, UTC)")->type_name("YYYY-MM-DD");
  }
  gate->footer("Exit codes: 0 allowed, 1 denied. Without --jurisdiction the rules of both must hold.");
  AddJurisdiction(gate, options);
  record->add_option("--format", options->format, "md or json")
      ->type_name("md|json")
      ->check(CLI::IsMember({"md", "json"}).description(""));
}

void AddKeepingCommands(CLI::App* vault, Options* options) {
  const auto keeping = [options](CLI::App* command) {
    AddVault(command, options);
    AddTenant(command, options);
    AddAudit(command, options);
    AddSigningKey(command, options);
    AddCaller(command, options);
    AddAccess(command, options);
    return command;
  };
  CLI::App* rotate = keeping(
      AddCommand(vault, "rotate", "Rewrap all data keys under a new key; may be killed and run again", options));
  rotate->add_option("--to", options->to, "The new key: a file or URI as for --key; made when it is not there")
      ->type_name("FILE|URI");
  keeping(AddCommand(vault, "reencrypt",
                     "Give all subjects new data keys and seal their values anew; goes on where it was killed",
                     options))
      ->add_flag("--alone", options->alone, "No other process has this shared vault open");
  keeping(AddCommand(vault, "forget", "Destroy a subject's data keys and every trace of its values", options))
      ->add_option("--subject", options->subject, "Who is to be forgotten")
      ->type_name("S");
  keeping(AddCommand(vault, "sweep", "Remove the values whose time to live has run out", options));
}

void AddVaultCommands(CLI::App* app, Options* options) {
  CLI::App* vault = AddFamily(app, "vault", "Make and look at vaults");
  AddVault(AddCommand(vault, "init", "Make a key file and a vault", options), options);
  AddVault(AddCommand(vault, "info", "What a vault holds, in numbers", options), options);

  AddVault(AddCommand(vault, "verify", "Open every record and name what is damaged", options), options);
  AddVault(AddCommand(vault, "compact", "Give back the space of removed and replaced records", options), options);
  CLI::App* backup = AddCommand(vault, "backup", "Copy the vault, as of one moment, while writers go on", options);
  AddVault(backup, options);
  backup->add_option("--to", options->to, "An empty folder or database; the copy is a vault under the same key")
      ->type_name("DIR|URL")
      ->required();
  CLI::App* merge = AddCommand(vault, "merge", "Take shards of workers into the vault", options);
  merge->footer(kMergeFooter);
  merge->add_option("SHARD", options->inputs, "Files that `--vault shard:FILE` wrote")->type_name("")->required();
  AddVault(merge, options);
  CLI::Option* unify = merge->add_flag("--unify", options->unify, "Leave one token for each value of a subject");
  merge->add_option("--aliases", options->aliases, "Write which token took the place of which, as JSON Lines")
      ->type_name("FILE")
      ->needs(unify);
  CLI::App* retoken =
      AddCommand(vault, "retoken", "Put unified tokens in the place of their aliases, stdin to stdout", options);
  retoken->add_option("--aliases", options->aliases, "What `vault merge --unify` wrote")->type_name("FILE")->required();
  AddKeepingCommands(vault, options);
}

void AddKeyCommands(CLI::App* app, Options* options) {
  CLI::App* key = AddFamily(app, "key", "Look after keys that a key service guards");
  CLI::App* rewrap = AddCommand(key, "rewrap",
                                "Wrap the vault's root anew: by the newest version of the service's key, "
                                "or by another service; vault and audit log stay as they are",
                                options);
  AddKey(rewrap, options);
  rewrap->add_option("--to", options->to, "The key service to go to (default: the same one)")->type_name("URI");
}

void AddAuditCommands(CLI::App* app, Options* options) {
  CLI::App* audit = AddFamily(app, "audit", "Check and read the audit log");
  CLI::App* verify = AddCommand(audit, "verify", "Find any change, cut or gap in the log", options);
  AddAudit(verify, options);
  AddKey(verify, options);
  verify
      ->add_option("--public-key", options->public_key,
                   "Check signatures with this key instead of the vault's (audit key)")
      ->type_name("HEX");
  verify->add_option("--expect", options->expect, "A checkpoint kept elsewhere, which the log must still hold")
      ->type_name("SEQ:HASH");
  CLI::App* show = AddCommand(audit, "show", "The log in words, one record a line", options);
  CLI::App* out = AddCommand(audit, "export", "The log as JSON Lines, for a SIEM", options);
  for (CLI::App* command : {show, out}) {
    AddAudit(command, options);
    AddKey(command, options);
    command->add_option("--since", options->since, "Records of this time (UTC) and later")
        ->type_name("YYYY-MM-DD[THH:MM:SS]");
    command->add_option("--actor", options->actor, "Records of this actor")->type_name("A");
    command
        ->add_option(
            "--tenant", options->of_tenant,
            "Records of this tenant, and of what was done to the vault as a whole; \"\": the one without a name")
        ->type_name("T");
    CLI::Option* hash =
        command->add_option("--subject-hash", options->subject_hash, "Records of the subject with this keyed hash")
            ->type_name("HEX");
    command->add_option("--subject", options->subject, "Records of this subject; needs the key")
        ->type_name("S")
        ->excludes(hash);
  }
  CLI::App* sign =
      AddCommand(audit, "checkpoint", "Sign where the log stands, and print it to be kept elsewhere", options);
  AddAudit(sign, options);
  AddKey(sign, options);
  AddSigningKey(sign, options);
  CLI::App* key = AddCommand(audit, "key", "The public key that checks the log's signatures", options);
  AddKey(key, options);
  AddSigningKey(key, options);
}

}  // namespace

std::unique_ptr<CLI::App> MakeParser(Options* options) {
  auto app = std::make_unique<CLI::App>(kAbout, "phiveil");
  app->footer(kFooter);
  app->set_version_flag("--version", "phiveil " PHIVEIL_VERSION);
  app->require_subcommand(1);
  AddTextCommands(app.get(), options);
  AddEval(app.get(), options);
  AddRuleCommands(app.get(), options);
  AddVaultCommands(app.get(), options);
  AddKeyCommands(app.get(), options);
  AddAuditCommands(app.get(), options);
  return app;
}

}  // namespace phiveil::cli
