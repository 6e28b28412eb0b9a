/**
 * @file mixer/base/host_key.h  What counts as one host
 *
 * An IPv4 address, or an IPv6 /64: whoever has one address of that has 2^64
 * (RFC 4291 section 2.5.1), so rates, allowances and budgets go by it. An
 * IPv4 address that is written as an IPv6 one (::ffff:a.b.c.d, section
 * 2.5.5.2) is the IPv4 address. Ports do not matter. Pure.
 */
#ifndef PARLEY_MIXER_BASE_HOST_KEY_H
#define PARLEY_MIXER_BASE_HOST_KEY_H

#include "mixer/base/re.h"

enum { HOST_KEY_BYTES = 16 };

/** Two addresses of one host have the same */
void host_key(uint8_t key[HOST_KEY_BYTES], const struct sa *sa);

#endif
