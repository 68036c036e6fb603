#ifndef PHIVEIL_RECOGNIZE_VALIDATORS_H_
#define PHIVEIL_RECOGNIZE_VALIDATORS_H_

// Named checks of a matched value: what a pattern cannot say, or says only slowly.
//
//   if (Validator check = FindValidator("npi")) ok = check(view, begin, end);
//
// A validator is given the whole normalised view and the value's place in it, so that it may look
// at the neighbours. It is pure, allocates nothing, and reads a bounded number of bytes around the
// value. It answers "may stand": a value that fails is dropped, a value that holds proves nothing
// by itself; a checksum never overrides context.
//
// Dates (real days only: no February 30; years 1850 to 2099)
//   date_mdy              03/04/2025, 3-4-25, 14.3.2025: either order of month and day; not a piece of a longer row
//   date_md               3/4: month first; not a piece of a row or of a decimal, not a mixed number, no 3/4-inch
//   not_a_fraction        9/3, 6/28: not a part of a whole, nor out of 12 or less, 20 or 30
//   date_my               03/2024
//   date_my_short         8/97: month and two digits from 50 on, a year
//   date_iso              2025-03-04, also with a time joined to it
//   date_compact          20250304
//   date_compact_us       03042025, 030425
//   date_spaced           02 06 2024
//   date_range            3/4-3/7, 3/4/25 to 3/7/25: both ends real, in order where the year is the same
//   date_named            March 4th, 4-Mar-25: the day exists; "may 4" and the like in lower case only with a year
//   hl7_timestamp         20250304113000.5-0500 and its shorter forms of ten digits or more
//   compact_or_timestamp  either of the two
//   year_plausible        1900 to 2099, not a piece of a decimal, a sum of money or a row
//   time_of_day           14:05, 2:30 pm, 0930, 7am
//   age_range             0 to 125, not a piece of a decimal, a row or a fraction
//   age_90_plus           90 to 115
//   age_range_prefix      the same of the number that a value begins with: 92F
//   decade_of_age         90s, and not '90s or 1990s
// Numbers with a rule of their own
//   phone_nanp            ten digits (or eleven with a leading 1): area and exchange begin with 2-9; 555 is fine
//   phone_digits          7 to 15 digits
//   ssn_area              nine digits; area not 000, 666, 9xx; group and serial not zero
//   luhn, npi, dea, vin, mbi, iban    check digits and shapes
//   card_number           a payment card's, by its groups or its check digit
//   ipv4                  four parts up to 255, not a version or an OID
//   ipv6, mac, uuid       shape
// Names of machines and places
//   tld_known             a host whose last label is a top-level domain in use in the United States
//   bare_host             the same without a scheme, and no part of an e-mail address
//   not_namespace         no address that only names a code system (http://loinc.org)
//   file_suffix           ends in a dot and a suffix
//   secret_prefix         begins as the keys of services do: sk_, ghp_, api-
//   zip_after_state       a capital two-letter state or its name stands before it
//   after_cap_word        a capital word of three letters or more stands before it
//   street_shape          every word of the street is capital, and its kind is not a title, a scan or a saint
//   apartment_word        begins with apt, apartment or trailer
//   us_state              a state's code or name and nothing else
// Values of fields
//   date_like             begins as a date does, or is a year
//   phone_like            few letters beside its digits, unless they speak of an extension
//   person_words          two to five capital words and nothing else
//   file_data             64 bytes or more as files are put into text
//   not_oid               no object identifier
//   not_anchor            no reference to another place of the document (#result-4)
//   not_canonical         no address of a definition of FHIR (…/ValueSet/…)
// Shape
//   starts_with_digit, starts_with_letter, hyphenated, digits_and_hyphens
//   has_digit, has_letter, letters_and_digits, digits_only, not_all_same_digit
//   digits_N_plus (2 to 8, 12), digits_N (4, 5, 9, 10), len_N_plus (4 to 8), len_N_max (4, 6, 7, 8, 12), len_9_to_11
//   fours                 three groups of four digits or more
//   not_decimal           no decimal part, percent sign or unit of a sum beside it
//   not_year              not four digits that are a year
//   not_round             does not end in three zeros
//   not_date              not itself a date in digits
//   not_measure           not a number with a unit, a multiple of a dose, an ordinal or a range of small numbers
//   not_code_system       not shaped like an ICD-10, HCPCS or CPT code or a vertebral level
//   cased_code            no small letter
//   x_extension, p_number x4521, p7714
//   lettered_first        letters at its begin and nowhere else: W0417 24 118827
//   after_hash            # stands before it
//   not_a_label           the letters before its first space are not a label (ID 882 941)
//   in_brackets           ( ) or [ ] around it, or more behind it in the same brackets

#include <cstddef>
#include <string_view>

namespace phiveil {

using Validator = bool (*)(std::string_view view, size_t begin, size_t end);

// Whether rules may name it.
bool IsValidator(std::string_view name);

// nullptr for an unknown name.
Validator FindValidator(std::string_view name);

}  // namespace phiveil

#endif  // PHIVEIL_RECOGNIZE_VALIDATORS_H_
