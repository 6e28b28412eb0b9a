/**
 * @file signaling/message/dialog_id.c  Dialogs named in headers
 */
#include <errno.h>
#include <string.h>
#include "signaling/message/dialog_id.h"

/* Bytes of a Call-ID or tag as all three grammars have them */
static bool word_char(unsigned char c)
{
	return c > 0x20 && c < 0x7f && c != ';' && c != ',';
}

static void trim(struct pl *pl)
{
	while (pl->l && (pl->p[0] == ' ' || pl->p[0] == '\t')) {
		pl->p++;
		pl->l--;
	}
	while (pl->l && (pl->p[pl->l - 1] == ' ' || pl->p[pl->l - 1] == '\t'))
		pl->l--;
}

static bool is_word(const struct pl *pl)
{
	size_t i;

	for (i = 0; i < pl->l; i++) {
		if (!word_char((unsigned char)pl->p[i]))
			return false;
	}
	return pl->l > 0;
}

/* Up to the next semicolon; rest goes on after it */
static struct pl next_part(struct pl *rest)
{
	const char *end = pl_strchr(rest, ';');
	struct pl part = *rest;

	if (end) {
		part.l = (size_t)(end - rest->p);
		rest->p += part.l + 1;
		rest->l -= part.l + 1;
	}
	else {
		rest->p += rest->l;
		rest->l = 0;
	}
	trim(&part);

	return part;
}

static int set_once(struct pl *dst, const struct pl *val)
{
	if (pl_isset(dst) || !is_word(val))
		return EBADMSG;
	*dst = *val;

	return 0;
}

static int read_param(struct dialog_id *id, const struct pl *part, bool target)
{
	const char *equals = pl_strchr(part, '=');
	struct pl name = *part, val = {NULL, 0};

	if (equals) {
		name.l = (size_t)(equals - part->p);
		val.p = equals + 1;
		val.l = part->l - name.l - 1;
	}
	trim(&name);
	trim(&val);
	if (!pl_strcasecmp(&name, target ? "local-tag" : "to-tag"))
		return set_once(&id->local_tag, &val);
	if (!pl_strcasecmp(&name, target ? "remote-tag" : "from-tag"))
		return set_once(&id->remote_tag, &val);
	if (!target && !pl_strcasecmp(&name, "early-only")) {
		if (id->early_only)
			return EBADMSG;
		id->early_only = true;
	}

	return 0;
}

int dialog_id_decode(struct dialog_id *id, const struct pl *val, bool target)
{
	struct pl rest, part;
	int err = 0;

	if (!id || !val)
		return EINVAL;
	memset(id, 0, sizeof(*id));
	if (!pl_isset(val) || val->l > DIALOG_ID_MAX)
		return EBADMSG;
	rest = *val;
	id->callid = next_part(&rest);
	if (!is_word(&id->callid))
		return EBADMSG;
	while (rest.l && !err) {
		part = next_part(&rest);
		err = read_param(id, &part, target);
	}
	if (!err && (!id->local_tag.l || !id->remote_tag.l))
		err = EBADMSG;

	return err;
}

void dialog_id_request(struct sip_msg *msg, const struct dialog_id *id)
{
	memset(msg, 0, sizeof(*msg));
	msg->req = true;
	msg->callid = id->callid;
	msg->to.tag = id->local_tag;
	msg->from.tag = id->remote_tag;
}
