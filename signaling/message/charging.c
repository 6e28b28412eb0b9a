/**
 * @file signaling/message/charging.c  Charging headers of a dialog (RFC 7315)
 */
#include <errno.h>
#include <string.h>
#include "mixer/base/uuid.h"
#include "signaling/message/charging.h"
#include "signaling/message/sip_lines.h"

static void charging_destructor(void *arg)
{
	struct charging *c = arg;
	size_t i;

	mem_deref(c->icid);
	mem_deref(c->generated_at);
	mem_deref(c->orig_ioi);
	mem_deref(c->term_ioi);
	for (i = 0; i < c->ccf_count; i++)
		mem_deref(c->ccf[i]);
	for (i = 0; i < c->ecf_count; i++)
		mem_deref(c->ecf[i]);
}

/** Without its quotes, once; what is no plain text is passed over */
static int keep(char **dst, struct pl value)
{
	size_t i;

	if (value.l >= 2 && value.p[0] == '"' && value.p[value.l - 1] == '"') {
		value.p++;
		value.l -= 2;
	}
	if (*dst || !value.l || value.l > CHARGING_VALUE_MAX)
		return 0;
	for (i = 0; i < value.l; i++) {
		if (value.p[i] <= ' ' || value.p[i] > '~' ||
		    value.p[i] == '"' || value.p[i] == '\\')
			return 0;
	}
	return pl_strdup(dst, &value);
}

/** name=value pairs between ';', the first without one before it */
static bool next_pair(struct pl *rest, struct pl *name, struct pl *value)
{
	bool quoted = false;
	size_t i;

	if (!rest->l)
		return false;
	for (i = 0; i < rest->l && (quoted || rest->p[i] != ';'); i++) {
		if (rest->p[i] == '"')
			quoted = !quoted;
	}
	name->p = rest->p;
	name->l = i;
	pl_advance(rest, (ssize_t)(i < rest->l ? i + 1 : i));
	*value = *name;
	for (i = 0; i < name->l && name->p[i] != '='; i++)
		;
	pl_advance(value, (ssize_t)(i < value->l ? i + 1 : i));
	name->l = i;
	sip_lines_trim(name);
	sip_lines_trim(value);

	return true;
}

static int read_vector(struct charging *c, const struct sip_msg *msg)
{
	const struct sip_hdr *hdr =
		sip_msg_hdr(msg, SIP_HDR_P_CHARGING_VECTOR);
	struct pl rest, name, value;
	int err = 0;

	if (!hdr)
		return 0;
	rest = hdr->val;
	while (next_pair(&rest, &name, &value)) {
		if (!pl_strcasecmp(&name, "icid-value"))
			err |= keep(&c->icid, value);
		else if (!pl_strcasecmp(&name, "icid-generated-at"))
			err |= keep(&c->generated_at, value);
		else if (!pl_strcasecmp(&name, "orig-ioi"))
			err |= keep(&c->orig_ioi, value);
		else if (!pl_strcasecmp(&name, "term-ioi"))
			err |= keep(&c->term_ioi, value);
	}
	return err;
}

static int add_function(char **v, size_t *count, struct pl value)
{
	int err;

	if (*count >= CHARGING_FUNCTIONS_MAX)
		return 0;
	err = keep(&v[*count], value);
	if (v[*count])
		++*count;
	return err;
}

static int read_functions(struct charging *c, const struct sip_msg *msg)
{
	const struct sip_hdr *hdr =
		sip_msg_hdr(msg, SIP_HDR_P_CHARGING_FUNCTION_ADDRESSES);
	struct pl rest, name, value;
	int err = 0;

	if (!hdr || c->ccf_count || c->ecf_count)
		return 0;
	rest = hdr->val;
	while (next_pair(&rest, &name, &value)) {
		if (!pl_strcasecmp(&name, "ccf"))
			err |= add_function(c->ccf, &c->ccf_count, value);
		else if (!pl_strcasecmp(&name, "ecf"))
			err |= add_function(c->ecf, &c->ecf_count, value);
	}
	return err;
}

static int make_icid(struct charging *c, const char *host)
{
	char uuid[UUID_SIZE];
	int err;

	uuid_make(uuid);
	c->generated_at = mem_deref(c->generated_at);
	err = str_dup(&c->icid, uuid);
	if (!err && str_isset(host))
		err = str_dup(&c->generated_at, host);

	return err;
}

static int set(char **dst, const char *value)
{
	*dst = mem_deref(*dst);

	return str_isset(value) ? str_dup(dst, value) : 0;
}

int charging_accept(struct charging **cp, const struct sip_msg *msg,
		    bool trusted, const char *ioi, const char *host)
{
	struct charging *c;
	int err = 0;

	if (!cp)
		return EINVAL;
	c = mem_zalloc(sizeof(*c), charging_destructor);
	if (!c)
		return ENOMEM;
	if (msg && trusted) {
		err = read_vector(c, msg);
		err |= read_functions(c, msg);
	}
	if (!err && !c->icid)
		err = make_icid(c, host);
	/* The other end is here, whatever the request says. */
	if (!err)
		err = set(&c->term_ioi, ioi);

	if (err)
		mem_deref(c);
	else
		*cp = c;
	return err ? ENOMEM : 0;
}

int charging_begin(struct charging **cp, const char *icid, const char *ioi,
		   const char *host)
{
	struct charging *c;
	int err;

	if (!cp)
		return EINVAL;
	c = mem_zalloc(sizeof(*c), charging_destructor);
	if (!c)
		return ENOMEM;
	err = str_isset(icid) ? str_dup(&c->icid, icid) : make_icid(c, host);
	if (!err)
		err = set(&c->orig_ioi, ioi);

	if (err)
		mem_deref(c);
	else
		*cp = c;
	return err;
}

int charging_answered(struct charging *c, const struct sip_msg *msg)
{
	struct charging theirs;
	int err;

	if (!c || !msg)
		return EINVAL;
	/* Their words, of which the icid and orig-ioi are ours already. */
	memset(&theirs, 0, sizeof(theirs));
	err = read_vector(&theirs, msg);
	if (!err && theirs.term_ioi)
		err = set(&c->term_ioi, theirs.term_ioi);
	charging_destructor(&theirs);

	return err ? err : read_functions(c, msg);
}

/** gen-value: token, host or quoted-string */
static int print_value(struct re_printf *pf, const char *value)
{
	struct pl pl;

	pl_set_str(&pl, value);

	return re_hprintf(pf, sip_lines_is_token(&pl) ? "%s" : "\"%s\"",
			  value);
}

static int print_pair(struct re_printf *pf, const char *name,
		      const char *value)
{
	if (!value)
		return 0;

	return re_hprintf(pf, ";%s=%H", name, print_value, value);
}

static int functions_print(struct re_printf *pf, const struct charging *c)
{
	const char *mark = "";
	size_t i;
	int err;

	if (!c->ccf_count && !c->ecf_count)
		return 0;
	err = re_hprintf(pf, "P-Charging-Function-Addresses: ");
	for (i = 0; i < c->ccf_count; i++, mark = ";")
		err |= re_hprintf(pf, "%sccf=%H", mark, print_value,
				  c->ccf[i]);
	for (i = 0; i < c->ecf_count; i++, mark = ";")
		err |= re_hprintf(pf, "%secf=%H", mark, print_value,
				  c->ecf[i]);

	return err | re_hprintf(pf, "\r\n");
}

int charging_print(struct re_printf *pf, const struct charging *c)
{
	int err;

	if (!c)
		return 0;
	err = re_hprintf(pf, "P-Charging-Vector: icid-value=%H", print_value,
			 c->icid);
	err |= print_pair(pf, "icid-generated-at", c->generated_at);
	err |= print_pair(pf, "orig-ioi", c->orig_ioi);
	err |= print_pair(pf, "term-ioi", c->term_ioi);
	err |= re_hprintf(pf, "\r\n%H", functions_print, c);

	return err;
}
