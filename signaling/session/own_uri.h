/**
 * @file signaling/session/own_uri.h  Is it an address of this server?
 */
#ifndef PARLEY_SIGNALING_SESSION_OWN_URI_H
#define PARLEY_SIGNALING_SESSION_OWN_URI_H

#include <stdbool.h>
#include "mixer/base/re.h"

struct sessions_dependencies;

/** Is it, port included? A call to such a one is one to a user of ours, to a
 *  conference, or to nobody */
bool own_uri(const struct sessions_dependencies *base, const struct uri *uri);

#endif
