/**
 * @file focus/config/config_account.c  The value of `account`: text to fields
 */
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "focus/config/config.h"
#include "focus/config/config_account.h"
#include "focus/config/config_value.h"
#include "focus/config/config_secret.h"
#include "mixer/base/re.h"


enum { EXPIRES_DEFAULT_S = 600, VALUE_MAX = 512 };

/** Everything as it is read, before it is judged together */
struct reading {
	struct config_account *a;
	char *registrar, *transport, *pass_file;
	bool op, opc, k, expires;
	char *why;
	size_t why_size;
};

typedef int(parameter_h)(struct reading *r, const struct pl *value);


static void config_account_destructor(void *arg)
{
	struct config_account *a = arg;

	config_secret_wipe(a->auth_pass);
	explicit_bzero(a->k, sizeof(a->k));
	explicit_bzero(a->op, sizeof(a->op));
	mem_deref(a->aor);
	mem_deref(a->user);
	mem_deref(a->domain);
	mem_deref(a->auth_user);
	mem_deref(a->auth_pass);
	mem_deref(a->next_hop);
	mem_deref(a->outbound);
	mem_deref(a->conference);
}


__attribute__((format(printf, 2, 3))) static int
config_account_refuse(const struct reading *r, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(r->why, r->why_size, fmt, ap);
	va_end(ap);

	return EINVAL;
}


bool config_is_route(const char *text)
{
	struct uri uri;
	struct pl pl;

	if (!str_isset(text))
		return false;
	for (const char *p = text; *p; p++) {
		if (!isgraph((unsigned char)*p) || strchr("<>\"", *p))
			return false;
	}
	pl_set_str(&pl, text);

	return !uri_decode(&uri, &pl) &&
	       (!pl_strcasecmp(&uri.scheme, "sip") ||
		!pl_strcasecmp(&uri.scheme, "sips")) &&
	       pl_isset(&uri.host) && !pl_isset(&uri.headers) &&
	       !pl_isset(&uri.password);
}


/* ------------------------------------------------------------ parameters */

static int set(struct reading *r, char **field, const struct pl *value,
	       const char *name)
{
	if (*field)
		return config_account_refuse(r, "has %s twice", name);
	if (!value->l)
		return config_account_refuse(r, "has no value for %s", name);

	return pl_strdup(field, value);
}


static int read_hex(struct reading *r, uint8_t *dst, size_t len, bool *given,
		    const struct pl *value, const char *name)
{
	char text[40];

	if (*given)
		return config_account_refuse(r, "has %s twice", name);
	*given = true;
	if (value->l != 2 * len || pl_strcpy(value, text, sizeof(text)) ||
	    strspn(text, "0123456789abcdefABCDEF") != 2 * len ||
	    str_hex(dst, len, text))
		return config_account_refuse(r, "wants %zu hex digits as %s",
					     2 * len, name);

	return 0;
}


static int read_auth_user(struct reading *r, const struct pl *value)
{
	for (size_t i = 0; i < value->l; i++) {
		if (value->p[i] == '"' || value->p[i] == '\\')
			return config_account_refuse(
				r, "has a quote or backslash in "
				   "auth_user");
	}

	return set(r, &r->a->auth_user, value, "auth_user");
}


static int read_auth_pass(struct reading *r, const struct pl *value)
{
	if (value->l > CONFIG_SECRET_MAX)
		return config_account_refuse(r, "has too long a password");

	return set(r, &r->a->auth_pass, value, "auth_pass");
}


static int read_pass_file(struct reading *r, const struct pl *value)
{
	return set(r, &r->pass_file, value, "auth_pass_file");
}


static int read_route(struct reading *r, char **field, const struct pl *value,
		      const char *name)
{
	int err = set(r, field, value, name);

	if (!err && !config_is_route(*field))
		err = config_account_refuse(r, "has no sip: URI as %s", name);

	return err;
}


static int read_registrar(struct reading *r, const struct pl *value)
{
	return read_route(r, &r->registrar, value, "registrar");
}


static int read_outbound(struct reading *r, const struct pl *value)
{
	return read_route(r, &r->a->outbound, value, "outbound");
}


static int read_transport(struct reading *r, const struct pl *value)
{
	if (pl_strcasecmp(value, "udp") && pl_strcasecmp(value, "tcp") &&
	    pl_strcasecmp(value, "tls"))
		return config_account_refuse(
			r, "has a transport that is none of udp, tcp, "
			   "tls");

	return set(r, &r->transport, value, "transport");
}


static int read_k(struct reading *r, const struct pl *value)
{
	return read_hex(r, r->a->k, 16, &r->k, value, "aka_k");
}


static int read_op(struct reading *r, const struct pl *value)
{
	return read_hex(r, r->a->op, 16, &r->op, value, "aka_op");
}


static int read_opc(struct reading *r, const struct pl *value)
{
	return read_hex(r, r->a->op, 16, &r->opc, value, "aka_opc");
}


static int read_amf(struct reading *r, const struct pl *value)
{
	return read_hex(r, r->a->amf, 2, &r->a->amf_given, value, "aka_amf");
}


static int read_expires(struct reading *r, const struct pl *value)
{
	const uint32_t n = pl_u32(value);
	size_t i = 0;

	while (i < value->l && isdigit((unsigned char)value->p[i]))
		i++;
	if (!i || i < value->l || i > 6 ||
	    (n && n < CONFIG_ACCOUNT_EXPIRES_MIN) ||
	    n > CONFIG_ACCOUNT_EXPIRES_MAX)
		return config_account_refuse(
			r,
			"has expires that is neither 0 nor from %d "
			"to %d",
			CONFIG_ACCOUNT_EXPIRES_MIN,
			CONFIG_ACCOUNT_EXPIRES_MAX);
	if (r->expires)
		return config_account_refuse(r, "has expires twice");
	r->expires = true;
	r->a->expires_s = n;

	return 0;
}


static int read_conference(struct reading *r, const struct pl *value)
{
	return set(r, &r->a->conference, value, "conference");
}


static int read_default(struct reading *r, const struct pl *value)
{
	if (pl_strcmp(value, "yes") && pl_strcmp(value, "no"))
		return config_account_refuse(
			r, "has a default that is neither yes nor no");
	r->a->is_default = !pl_strcmp(value, "yes");

	return 0;
}


static const struct {
	const char *name;
	parameter_h *h;
} parameters[] = {
	{"auth_user", read_auth_user},
	{"auth_pass", read_auth_pass},
	{"auth_pass_file", read_pass_file},
	{"registrar", read_registrar},
	{"outbound", read_outbound},
	{"transport", read_transport},
	{"aka_k", read_k},
	{"aka_op", read_op},
	{"aka_opc", read_opc},
	{"aka_amf", read_amf},
	{"expires", read_expires},
	{"conference", read_conference},
	{"default", read_default},
};


/** Next ;NAME=VALUE; the value may be quoted */
static int next_parameter(struct reading *r, struct pl *rest, struct pl *name,
			  struct pl *value)
{
	const char *end = rest->p + rest->l, *p = rest->p + 1;

	name->p = p;
	while (p < end && (isalnum((unsigned char)*p) || *p == '_'))
		p++;
	name->l = (size_t)(p - name->p);
	if (*rest->p != ';' || !name->l || p == end || *p != '=')
		return config_account_refuse(
			r, "is not <sip:USER@DOMAIN>;NAME=VALUE;...");

	value->p = ++p;
	if (p < end && *p == '"') {
		value->p = ++p;
		while (p < end && *p != '"')
			p++;
		value->l = (size_t)(p - value->p);
		if (p++ == end)
			return config_account_refuse(
				r, "has a quote that is not closed");
	}
	else {
		while (p < end && *p != ';')
			p++;
		value->l = (size_t)(p - value->p);
	}
	if (value->l > VALUE_MAX)
		return config_account_refuse(r, "has too long a value");
	rest->p = p;
	rest->l = (size_t)(end - p);

	return 0;
}


static int read_parameters(struct reading *r, struct pl rest)
{
	struct pl name, value;
	size_t i;
	int err;

	while (rest.l) {
		err = next_parameter(r, &rest, &name, &value);
		if (err)
			return err;
		for (i = 0; i < ARRAY_SIZE(parameters); i++) {
			if (!pl_strcmp(&name, parameters[i].name))
				break;
		}
		if (i == ARRAY_SIZE(parameters))
			return config_account_refuse(
				r, "has an unknown parameter %.*s",
				(int)(name.l < 32 ? name.l : 32), name.p);
		err = parameters[i].h(r, &value);
		if (err)
			return err;
	}

	return 0;
}


/* ------------------------------------------------------------- together */

static int read_aor(struct reading *r, const struct pl *text)
{
	struct config_account *a = r->a;
	struct uri uri;
	int err;

	if (uri_decode(&uri, text) || pl_strcasecmp(&uri.scheme, "sip") ||
	    !pl_isset(&uri.user) || !pl_isset(&uri.host) || uri.port ||
	    pl_isset(&uri.password) || pl_isset(&uri.params) ||
	    pl_isset(&uri.headers))
		return config_account_refuse(
			r, "does not begin with <sip:USER@DOMAIN>");

	err = pl_strdup(&a->user, &uri.user);
	if (!err)
		err = pl_strdup(&a->domain, &uri.host);
	if (!err)
		err = re_sdprintf(&a->aor, "sip:%r@%s%r%s", &uri.user,
				  uri.af == AF_INET6 ? "[" : "", &uri.host,
				  uri.af == AF_INET6 ? "]" : "");

	return err;
}


static int read_secret(struct reading *r, const char *path)
{
	int err = config_secret_read(&r->a->auth_pass, path);

	if (err == ENOENT)
		return config_account_refuse(
			r, "has an auth_pass_file that cannot be read");
	if (err == EMSGSIZE)
		return config_account_refuse(
			r, "has an auth_pass_file whose first line is "
			   "empty or too long");

	return err;
}


static int settle_secrets(struct reading *r)
{
	struct config_account *a = r->a;

	if (a->auth_pass && r->pass_file)
		return config_account_refuse(
			r, "has both auth_pass and auth_pass_file");
	if (r->op && r->opc)
		return config_account_refuse(r, "has both aka_op and aka_opc");
	if (r->k != (r->op || r->opc) || (a->amf_given && !r->k))
		return config_account_refuse(
			r, "needs aka_k and aka_op or aka_opc together");
	a->aka = r->k;
	a->op_is_opc = r->opc;

	return r->pass_file ? read_secret(r, r->pass_file) : 0;
}


static int settle_next_hop(struct reading *r)
{
	struct config_account *a = r->a;
	const char *hop = a->outbound ? a->outbound : r->registrar;
	struct uri uri;
	struct pl pl, word;

	if (!hop)
		return re_sdprintf(&a->next_hop, "sip:%s%s%s",
				   strchr(a->aor, '@') + 1,
				   r->transport ? ";transport=" : "",
				   r->transport ? r->transport : "");

	pl_set_str(&pl, hop);
	if (r->transport && !uri_decode(&uri, &pl) &&
	    !msg_param_decode(&uri.params, "transport", &word))
		return config_account_refuse(
			r, "has a transport and another one in its URI");

	return re_sdprintf(&a->next_hop, "%s%s%s", hop,
			   r->transport ? ";transport=" : "",
			   r->transport ? r->transport : "");
}


static int read_account(struct reading *r, const char *text)
{
	struct config_account *a = r->a;
	const char *end;
	struct pl pl;
	int err;

	for (const char *p = text; *p; p++) {
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			return config_account_refuse(
				r, "has a control character");
	}
	end = strchr(text, '>');
	if (*text != '<' || !end)
		return config_account_refuse(
			r, "does not begin with <sip:USER@DOMAIN>");

	pl.p = text + 1;
	pl.l = (size_t)(end - pl.p);
	err = read_aor(r, &pl);
	if (err)
		return err;
	pl_set_str(&pl, end + 1);
	a->expires_s = EXPIRES_DEFAULT_S;
	err = read_parameters(r, pl);
	if (!err)
		err = settle_secrets(r);
	if (!err && !a->auth_user)
		err = str_dup(&a->auth_user, a->user);
	if (!err)
		err = settle_next_hop(r);

	return err;
}


int config_account_parse(struct config_account **ap, const char *text,
			 char *why, size_t why_size)
{
	struct reading r = {.why = why, .why_size = why_size};
	int err;

	r.a = mem_zalloc(sizeof(*r.a), config_account_destructor);
	if (!r.a)
		return ENOMEM;

	err = read_account(&r, text);
	mem_deref(r.registrar);
	mem_deref(r.transport);
	mem_deref(r.pass_file);
	if (err)
		mem_deref(r.a);
	else
		*ap = r.a;

	return err;
}


bool config_account_contact(const struct config_account *a,
			    const struct config *config, char *dst,
			    size_t size)
{
	if (a->conference)
		return (size_t)snprintf(dst, size, "%s", a->conference) < size;

	return config_plain_name(config->factory_names, dst, size);
}
