/**
 * @file signaling/conference/acts.c  Which act answers which request
 */
#include "signaling/conference/acts.h"
#include "signaling/conference/conference_private.h"
#include "signaling/session/session.h"

void conference_acts_begin(struct sessions *all)
{
	static const struct session_acts acts = {
		.referh = refer_in,
		.subscribeh = subscribe_in,
		.infoh = info_in,
		.optionsh = options_in,
		.flushh = refers_flush,
	};

	sessions_set_acts(all, &acts);
}
