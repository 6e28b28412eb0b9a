/**
 * @file signaling/transport/layer_methods.c  Who handles which method
 */
#include "signaling/message/session_id.h"
#include "signaling/transport/transport_private.h"


/** What a room has registered */
struct layer_handled {
	struct le le;
	struct layer_methods *methods; /**< NULL: the layer is gone */
};


static void handled_destructor(void *arg)
{
	struct layer_handled *handled = arg;
	size_t i, k;

	list_unlink(&handled->le);
	for (i = 0; handled->methods && i < SIP_LINES_METHODS; i++) {
		for (k = 0; k < LAYER_PLACES; k++) {
			struct layer_slot *slot =
				&handled->methods->slots[i][k];

			if (slot->owner == handled)
				*slot = (struct layer_slot){0};
		}
	}
}


void layer_methods_end(struct layer_methods *methods)
{
	struct le *le;

	while ((le = list_head(&methods->handled))) {
		struct layer_handled *handled = le->data;

		handled->methods = NULL;
		list_unlink(le);
	}
}


static int register_method(struct layer_handled *handled,
			   const struct layer_method *row, void *arg)
{
	struct layer_slot *slot;
	struct pl method;
	int i;

	pl_set_str(&method, row->method);
	i = sip_lines_method_index(&method);
	if (i < 0 || row->place >= LAYER_PLACES || !row->handler)
		return EINVAL;

	slot = &handled->methods->slots[i][row->place];
	if (slot->owner)
		return EEXIST;
	*slot = (struct layer_slot){handled, row->handler, arg};

	return 0;
}


int layer_handle(struct layer_handled **hp, struct transport_layer *layer,
		 const struct layer_method rows[], size_t count, void *arg)
{
	struct layer_handled *handled;
	size_t i;
	int err = 0;

	if (!hp || !layer || !rows)
		return EINVAL;

	handled = mem_zalloc(sizeof(*handled), handled_destructor);
	if (!handled)
		return ENOMEM;

	handled->methods = &layer->methods;
	list_append(&layer->methods.handled, &handled->le, handled);
	for (i = 0; i < count && !err; i++)
		err = register_method(handled, &rows[i], arg);

	if (err)
		mem_deref(handled);
	else
		*hp = handled;

	return err;
}


static bool is_taken(const struct layer_methods *methods, int method,
		     enum layer_place place, const struct sip_msg *msg)
{
	const struct layer_slot *slot;

	if (method < 0)
		return false;

	slot = &methods->slots[method][place];

	return slot->handler && slot->handler(msg, slot->arg);
}


static bool is_handled(const struct layer_methods *methods, int method)
{
	const struct layer_slot *slots = methods->slots[method];

	return slots[LAYER_OUTSIDE].owner || slots[LAYER_USAGE].owner ||
	       slots[LAYER_DIALOG].owner;
}


/** What is handled here, and what libre does by itself. REGISTER is asked of
 *  a domain, never of an address in it (RFC 3261 section 10.2) */
static int print_allow(struct re_printf *pf,
		       const struct layer_methods *methods)
{
	const char *separator = "Allow: ", *name;
	int i, err = 0;

	for (i = 0; i < SIP_LINES_METHODS; i++) {
		name = sip_lines_method_name(i);
		if (!str_cmp(name, "REGISTER") ||
		    (!is_handled(methods, i) && str_cmp(name, "CANCEL")))
			continue;
		err |= re_hprintf(pf, "%s%s", separator, name);
		separator = ", ";
	}

	return err | re_hprintf(pf, "\r\n");
}


static int print_session_id(struct re_printf *pf, const struct sip_msg *msg)
{
	struct session_id id = {"", ""};

	session_id_read(&id, msg);
	if (!id.remote[0])
		return 0;
	uuid_make(id.local);

	return session_id_print(pf, &id);
}


/** What has handlers, or is part of INVITE, wants a dialog or transaction that
 *  is not there (RFC 3261 section 12.2.2, 9.2); the rest nobody does here
 *  (section 21.4.6) or knows (21.5.2) */
static void refuse_method(struct transport_layer *layer, int method,
			  const struct sip_msg *msg)
{
	const struct layer_methods *methods = &layer->methods;
	struct sip *sip = layer_sip(layer);

	if (!pl_strcmp(&msg->met, "ACK"))
		return;
	if (!pl_strcmp(&msg->met, "CANCEL") ||
	    (method >= 0 && is_handled(methods, method)))
		(void)sip_replyf(
			sip, msg, 481, "Call/Transaction Does Not Exist",
			"%HContent-Length: 0\r\n\r\n", print_session_id, msg);
	else
		(void)sip_replyf(sip, msg, method >= 0 ? 405 : 501,
				 method >= 0 ? "Method Not Allowed"
					     : "Not Implemented",
				 "%H%HContent-Length: 0\r\n\r\n",
				 print_session_id, msg, print_allow, methods);
}


bool layer_request_handler(const struct sip_msg *msg, void *arg)
{
	struct transport_layer *layer = arg;
	const struct layer_methods *methods = &layer->methods;
	const int method = sip_lines_method_index(&msg->met);

	if (pl_isset(&msg->to.tag)
		    ? is_taken(methods, method, LAYER_USAGE, msg) ||
			      is_taken(methods, method, LAYER_DIALOG, msg)
		    : is_taken(methods, method, LAYER_OUTSIDE, msg))
		return true;

	++layer->counters.stray;
	refuse_method(layer, method, msg);

	return true;
}


bool layer_response_handler(const struct sip_msg *msg, void *arg)
{
	struct transport_layer *layer = arg;

	/* libre would print on stderr, unescaped, what nobody takes */
	if (!is_taken(&layer->methods, sip_lines_method_index(&msg->cseq.met),
		      LAYER_RESPONSE, msg))
		++layer->counters.stray;

	return true;
}
