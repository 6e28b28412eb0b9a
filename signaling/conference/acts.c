/**
 * @file signaling/conference/acts.c  Which act answers which request
 */
#include <errno.h>
#include "signaling/conference/acts.h"
#include "signaling/conference/conference_private.h"
#include "signaling/conference/relay.h"
#include "signaling/session/session.h"

static void confirmed_h(struct session *s, void *plan)
{
	recipients_dial(s, plan);
	replaces_done(s, plan);
}

static void flush_h(struct sessions *all)
{
	struct acts *acts = sessions_acts_arg(all);

	list_flush(&acts->askings);
	list_flush(&acts->refers);
	mem_deref(acts->relay);
	mem_deref(acts);
}

int conference_acts_begin(struct sessions *all)
{
	static const struct session_acts acts = {
		.referh = refer_in,
		.subscribeh = subscribe_in,
		.messageh = message_in,
		.infoh = info_in,
		.optionsh = options_in,
		.foreignh = emergency_in,
		.placeh = replaces_in,
		.listh = recipients_in,
		.loopsh = replaces_loop,
		.confirmedh = confirmed_h,
		.questionh = recipients_question,
		.stillh = replaces_still,
		.flushh = flush_h,
	};
	struct acts *arg = mem_zalloc(sizeof(*arg), NULL);
	int err;

	if (!arg)
		return ENOMEM;
	err = relay_alloc(&arg->relay, sessions_base(all)->config);
	if (err) {
		mem_deref(arg);
		return err;
	}
	sessions_set_acts(all, &acts, arg);

	return 0;
}
