/**
 * @file signaling/transport/alias.h  Header names that libre takes for others
 *
 * libre knows a header by twelve bits of a hash of its name, so that to it
 * one name in forty is From, P-Asserted-Identity or another of the headers
 * that it knows. Who chooses such a name would be believed what a proxy in
 * between has taken out or proved under the true one. A header that nobody
 * knows is ignored (RFC 3261 section 8.2): these are, before libre sees
 * them. Pure.
 */
#ifndef PARLEY_SIGNALING_TRANSPORT_ALIAS_H
#define PARLEY_SIGNALING_TRANSPORT_ALIAS_H

#include "mixer/base/re.h"

/** Would libre take this header for another one? */
bool alias_is(const struct pl *name);

#endif
