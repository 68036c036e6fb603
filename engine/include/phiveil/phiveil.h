#ifndef PHIVEIL_PHIVEIL_H_
#define PHIVEIL_PHIVEIL_H_

// phiveil finds protected health information in clinical text, puts tokens in its place, and keeps
// the originals in a sealed vault, so that the text can be sent to a language model and the answer
// can come back with the real values.
//
//   #include "phiveil/phiveil.h"
//   using namespace phiveil;
//
//   auto pack   = RulePack::Load(pack_bytes);                    // rules, lists, automata; self-tested
//   auto policy = Policy::Load(policy_bytes);                    // what happens to each category
//   auto key    = KeyEncryptionKey::FromFile("/etc/phiveil/vault.key");
//   auto vault  = OpenVault({.path = "/var/lib/phiveil/vault", .key = &*key});
//   auto audit  = OpenAuditLog({.path = "/var/lib/phiveil/audit.jsonl", .key = &*key});
//
//   auto engine = Deidentifier::Create({.pack = *pack, .policy = *policy,
//                                       .vault = vault->get(), .audit = audit->get()});
//
//   auto out = (*engine)->Redact(note, {.subject = "patient-17", .actor = "etl@ward", .purpose = "summary"});
//   if (!out.ok()) return out.status();         // no text, not even in part
//   std::string answer = AskModel(out->text);   // "[NAME_7QK2F] was seen on [DATE_3MX8D 2025] …"
//   auto back = (*engine)->Restore(answer, {.subject = "patient-17", .actor = "dr.k", .purpose = "chart"});
//   Show(back->text);                           // and look at back->unknown, altered, foreign
//
// What to read next
//   deidentifier.h  the engine: Find, Redact, RedactBatch, Restore, Explain
//   policy.h        actions, what tokens may show, which claim a policy can bear
//   key.h           the key that the customer owns
//   keys.h          keys that AWS KMS or HashiCorp Vault guards
//   vault.h         the store, tenants, group commit; rotation, forgetting, expiry
//   vault_tools.h   verify, back up, compact; merge the shards of workers
//   audit.h         the chained log
//   access.h        who may restore, and how much in a minute
//   rule_pack.h     compiled rules
//   token.h         how a token is written and read
//   process.h       core files off, memory locked
//   finding.h, category.h, original.h
//
// Everywhere
// - absl::StatusOr instead of exceptions. A status never quotes the document.
// - Offsets are bytes; OffsetConverter gives code points and UTF-16 units.
// - Nothing prints, logs or aborts.
// - Objects are immutable or lock for themselves: share them between threads. What an engine points
//   to (vault, audit log) must outlive it.

#include "phiveil/access.h"
#include "phiveil/audit.h"
#include "phiveil/category.h"
#include "phiveil/deidentifier.h"
#include "phiveil/finding.h"
#include "phiveil/key.h"
#include "phiveil/keys.h"
#include "phiveil/original.h"
#include "phiveil/policy.h"
#include "phiveil/process.h"
#include "phiveil/rule_pack.h"
#include "phiveil/token.h"
#include "phiveil/vault.h"
#include "phiveil/vault_tools.h"

#endif  // PHIVEIL_PHIVEIL_H_
