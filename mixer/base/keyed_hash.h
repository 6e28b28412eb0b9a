/**
 * @file mixer/base/keyed_hash.h  Hash of what a stranger chooses
 *
 * SipHash-2-4 (Aumasson and Bernstein, 2012) with a key that each process
 * makes at random: nobody outside can choose addresses, Call-IDs or names so
 * that they share a bucket of a table, where each look would then walk them
 * all. For the tables of libre's hash_alloc(), in place of hash_joaat() and
 * sa_hash(), which anybody can compute. Values differ from process to process:
 * never store or send one. Any thread.
 */
#ifndef PARLEY_MIXER_BASE_KEYED_HASH_H
#define PARLEY_MIXER_BASE_KEYED_HASH_H

#include "mixer/base/re.h"

enum { SIPHASH_KEY_BYTES = 16 };

/** SipHash-2-4 with that key. Pure */
uint64_t siphash(const uint8_t key[SIPHASH_KEY_BYTES], const void *data,
		 size_t bytes);

/** With the key of this process, like all below */
uint64_t keyed_hash(const void *data, size_t bytes);

/** Of its bytes; upper and lower case differ */
uint32_t keyed_hash_pl(const struct pl *pl);

/** The same of the bytes before the 0 */
uint32_t keyed_hash_str(const char *s);

/** Of address and port: the same where sa_cmp(SA_ALL) says so */
uint32_t keyed_hash_sa(const struct sa *sa);

#endif
