/**
 * @file signaling/transport/layer_cancel.c  Why a CANCEL is sent
 *
 * libre makes the CANCEL of an INVITE, when its time has come, and gives no
 * room for header lines: these are added on the way out.
 */
#include <errno.h>
#include <string.h>
#include "signaling/transport/transport_private.h"


/** Of one INVITE */
struct cancel {
	struct le le;
	uint64_t until_ms;
	char *callid, *lines;
};


static void layer_cancel_destructor(void *arg)
{
	struct cancel *c = arg;

	list_unlink(&c->le);
	mem_deref(c->callid);
	mem_deref(c->lines);
}


/** The old go, and of the others the oldest when there are too many */
static void forget(struct transport_layer *layer, uint64_t now_ms)
{
	struct cancel *c;

	while ((c = list_ledata(list_head(&layer->cancels)))) {
		if (c->until_ms > now_ms &&
		    list_count(&layer->cancels) < LAYER_CANCELS_MAX)
			break;
		mem_deref(c);
	}
}


int layer_cancel_lines(struct transport_layer *layer, const char *callid,
		       const char *lines)
{
	struct cancel *c;
	int err;

	if (!layer || !callid || !lines)
		return EINVAL;

	forget(layer, tmr_jiffies());
	c = mem_zalloc(sizeof(*c), layer_cancel_destructor);
	if (!c)
		return ENOMEM;

	c->until_ms = tmr_jiffies() + LAYER_REPEAT_MS;
	err = str_dup(&c->callid, callid);
	if (!err)
		err = str_dup(&c->lines, lines);
	if (err)
		mem_deref(c);
	else
		list_append(&layer->cancels, &c->le, c);

	return err;
}


int layer_cancel_complete(struct transport_layer *layer,
			  const struct sip_lines *w, struct mbuf *mb)
{
	const struct sip_line *callid = sip_lines_find(w, SIP_LINES_CALL_ID);
	const struct cancel *c;
	struct le *le;
	int err;

	if (!callid || !sip_lines_method_is(w, "CANCEL") || w->body.l)
		return 0;

	for (le = list_tail(&layer->cancels); le; le = le->prev) {
		c = le->data;
		if (pl_strcmp(&callid->value, c->callid))
			continue;
		/* before the empty line that ends it */
		mb->pos = mb->end - 2;
		err = mbuf_printf(mb, "%s\r\n", c->lines);
		mb->pos = 0;
		return err;
	}

	return 0;
}
