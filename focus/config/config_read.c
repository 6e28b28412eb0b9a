/**
 * @file focus/config/config_read.c  The keys of a file and of a command line
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "focus/config/config.h"
#include "focus/config/config_turn.h"
#include "focus/config/config_value.h"


enum {
	FILE_MAX_BYTES = 1024 * 1024,
	LINE_MAX_BYTES = 1024,
	FILE_NAME_BYTES = 257,
	/** In place of a line's number */
	LINE_DEFAULT = 0,
};

#define LINE_OVERRIDE UINT32_MAX

/** State while reading */
struct reading {
	struct config *c;
	struct config_error *error;
	config_problem_h *problemh; /**< NULL: the first one ends it */
	void *arg;
	bool problems; /**< there were some */
	uint32_t line; /**< that is read now */
	bool given[CONFIG_KEYS_MAX];
};


__attribute__((format(printf, 3, 4))) static int
fail(struct config_error *error, int err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(error->text, sizeof(error->text), fmt, ap);
	va_end(ap);

	return err;
}


static int find_row(const char *where, const char *key, size_t *i,
		    struct config_error *error)
{
	char quoted[96], bare[64];
	const char *hint;
	/* "turn_secret=..." is one word, and the rest of it none for a log */
	const size_t len = strspn(key, "abcdefghijklmnopqrstuvwxyz"
				       "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				       "0123456789_-");

	for (*i = 0; config_row(*i); (*i)++) {
		const char *known = config_row(*i)->key;

		if (!strcmp(known, key))
			return 0;
		if (strlen(known) == len && !strncmp(known, key, len))
			return fail(error, EINVAL,
				    "%s: key '%s' and its value are not "
				    "apart: a space is missing",
				    where, known);
	}

	(void)snprintf(bare, sizeof(bare), "%.*s", (int)len, key);
	hint = config_row_nearest(bare);
	log_escape(quoted, sizeof(quoted), key, len);

	return fail(error, EINVAL, "%s: unknown key %s%s%s%s", where, quoted,
		    hint ? "; did you mean '" : "", hint ? hint : "",
		    hint ? "'?" : "");
}


static void note_line(struct reading *r, size_t i)
{
	size_t of = 0;

	if (config_value_is_list(config_row(i)->type))
		of = *(size_t *)((char *)r->c + config_row(i)->offset2) - 1;
	/* "off" is none of a list */
	if (of < CONFIG_LIST_MAX)
		r->c->lines[i][of] = r->line;
}


/** @return 0: it was told, and the rest is to be read, too */
static int tell(struct reading *r, int err)
{
	if (!r->problemh || !err || err == ENOMEM)
		return err;

	r->problemh(r->error->text, r->arg);
	r->problems = true;

	return 0;
}


static int set(struct reading *r, const char *where, size_t i,
	       const char *value)
{
	char why[256] = "cannot be kept", quoted[160];
	int err;

	err = config_value_set(r->c, config_row(i), value, why, sizeof(why));
	if (!err) {
		note_line(r, i);
		return 0;
	}

	/* secrets stand in an account's value */
	if (config_row(i)->type == CONFIG_ACCOUNT ||
	    config_row(i)->type == CONFIG_SECRET)
		return fail(r->error, err, "%s: %s: %s", where,
			    config_row(i)->key, why);

	log_escape(quoted, sizeof(quoted), value, strlen(value));

	return fail(r->error, err, "%s: %s: %s %s", where, config_row(i)->key,
		    quoted, why);
}


static int set_defaults(struct reading *r)
{
	int err = 0;

	for (size_t i = 0; config_row(i) && !err; i++) {
		if (config_value_is_list(config_row(i)->type) &&
		    !*config_row(i)->standard)
			continue;
		err = set(r, "default", i, config_row(i)->standard);
	}

	return err;
}


/** The first mention of a list key replaces what was there before */
static int assign(struct reading *r, const char *where, const char *key,
		  const char *value)
{
	size_t i;
	int err;

	err = find_row(where, key, &i, r->error);
	if (err)
		return err;

	if (!r->given[i] && config_value_is_list(config_row(i)->type))
		config_value_clear(r->c, config_row(i));
	else if (r->given[i] && !config_value_is_list(config_row(i)->type))
		return fail(r->error, EINVAL, "%s: key '%s' is given twice",
			    where, key);

	r->given[i] = true;

	return set(r, where, i, value);
}


static char *trim(char *s)
{
	char *end;

	s += strspn(s, " \t\r");
	end = s + strlen(s);
	while (end > s && strchr(" \t\r", end[-1]))
		*--end = '\0';

	return s;
}


/** `#` begins a comment at the start of a line or after white space */
static void cut_comment(char *line)
{
	for (char *p = strchr(line, '#'); p; p = strchr(p + 1, '#')) {
		if (p == line || p[-1] == ' ' || p[-1] == '\t') {
			*p = '\0';
			return;
		}
	}
}


static int read_line(struct reading *r, const char *where, char *line)
{
	char *key, *value;

	cut_comment(line);
	key = trim(line);
	if (!*key)
		return 0;

	value = key + strcspn(key, " \t");
	if (*value)
		*value++ = '\0';
	value = trim(value);
	if (!*value) {
		size_t i;
		int err = find_row(where, key, &i, r->error);

		return err ? err
			   : fail(r->error, EINVAL,
				  "%s: key '%s' has no "
				  "value",
				  where, key);
	}

	return assign(r, where, key, value);
}


static int read_one(struct reading *r, const char *where, const char *text,
		    size_t size)
{
	char line[LINE_MAX_BYTES];

	if (size >= sizeof(line))
		return fail(r->error, EINVAL, "%s: line is too long", where);

	memcpy(line, text, size);
	line[size] = '\0';

	return read_line(r, where, line);
}


static int read_text(struct reading *r, const char *name, const char *text,
		     size_t len)
{
	const char *end = text + len;
	unsigned n = 0;
	int err = 0;

	while (text < end && !err) {
		const char *nl = memchr(text, '\n', (size_t)(end - text));
		size_t size = (size_t)((nl ? nl : end) - text);
		char where[320];

		(void)snprintf(where, sizeof(where), "%.256s:%u", name, ++n);
		if (memchr(text, '\0', size))
			return fail(r->error, EINVAL, "%s: not a text file",
				    where);

		r->line = n;
		err = tell(r, read_one(r, where, text, size));
		text += size + 1;
	}

	return err;
}


static int read_override(struct reading *r, const char *text, bool *seen)
{
	char line[LINE_MAX_BYTES], *equals;
	size_t i;
	int err;

	if (strlen(text) >= sizeof(line))
		return fail(r->error, EINVAL, "-o: value is too long");

	(void)snprintf(line, sizeof(line), "%s", text);
	equals = strchr(line, '=');
	if (!equals)
		return fail(r->error, EINVAL, "-o: not key=value");

	*equals = '\0';
	err = find_row("-o", trim(line), &i, r->error);
	if (err)
		return err;

	/* the command line replaces the file; its own lists grow */
	if (!seen[i] || !config_value_is_list(config_row(i)->type))
		r->given[i] = false;
	seen[i] = true;

	return assign(r, "-o", trim(line), trim(equals + 1));
}


const char *config_where(const struct config *c, const char *key, size_t i,
			 char *dst, size_t size)
{
	const uint32_t line = c->lines[config_row_index(key)][i];

	if (line == LINE_DEFAULT)
		(void)snprintf(dst, size, "default");
	else if (line == LINE_OVERRIDE)
		(void)snprintf(dst, size, "-o");
	else
		(void)snprintf(dst, size, "%.256s:%u", c->name, line);

	return dst;
}


/** Of a key that does not go with others. @return EINVAL */
static int clash(struct reading *r, const char *key, const char *words)
{
	char where[320];

	return fail(r->error, EINVAL, "%s: %s: %s",
		    config_where(r->c, key, 0, where, sizeof(where)), key,
		    words);
}


static int settle_turn(struct reading *r)
{
	const char *key;
	char why[256];
	int err = config_turn_settle(r->c, &key, why, sizeof(why));

	return err == EINVAL ? tell(r, clash(r, key, why)) : err;
}


/** What only all keys together can tell */
static int check(struct reading *r)
{
	const struct config *c = r->c;
	int err = settle_turn(r);

	if (!err && !*c->tls_cert != !*c->tls_key)
		err = tell(r, *c->tls_cert
				      ? clash(r, "tls_cert",
					      "goes together with tls_key")
				      : clash(r, "tls_key",
					      "goes together with tls_cert"));

	if (!err && c->session_min_se_s > c->session_expires_s)
		err = tell(r, clash(r, "session_min_se",
				    "is above session_expires"));

	if (!err &&
	    (unsigned)(c->rtp_port_max - c->rtp_port_min + 1) < 4 * c->mixers)
		err = tell(r, clash(r, "rtp_ports",
				    "are too few for the mixers"));

	if (!err && !c->sip_listen_count && !c->sip_tls_listen_count &&
	    !c->http_listen_count && !c->https_listen_count)
		err = tell(r, fail(r->error, EINVAL, "every listener is off"));

	return err;
}


static int read_all(struct reading *r, const char *text, size_t len,
		    const char *const overrides[], size_t count)
{
	bool seen[CONFIG_KEYS_MAX] = {false};
	int err = set_defaults(r);

	if (!err && text)
		err = read_text(r, r->c->name, text, len);
	r->line = LINE_OVERRIDE;
	for (size_t i = 0; i < count && !err; i++)
		err = tell(r, read_override(r, overrides[i], seen));
	if (err)
		return err;

	err = config_value_find(r->c,
				r->given[config_row_index("media_address")]);
	if (err == EADDRNOTAVAIL)
		err = tell(r, clash(r, "media_address",
				    "this host has no such address yet"));
	else if (err)
		(void)fail(r->error, err, "cannot find out the defaults: %s",
			   strerror(err));
	if (!err)
		err = check(r);

	return !err && r->problems ? EINVAL : err;
}


static int parse(struct config **cp, struct reading *r, const char *name,
		 const char *text, size_t len, const char *const overrides[],
		 size_t override_count)
{
	char shown[FILE_NAME_BYTES];
	int err;

	r->error->text[0] = '\0';
	(void)snprintf(shown, sizeof(shown), "%.256s", name);
	r->c = config_alloc();
	err = r->c ? str_dup(&r->c->name, shown) : ENOMEM;
	if (err)
		(void)fail(r->error, err, "out of memory");
	else
		err = read_all(r, text, len, overrides, override_count);
	if (err)
		mem_deref(r->c);
	else
		*cp = r->c;

	return err;
}


int config_parse(struct config **cp, const char *name, const char *text,
		 size_t len, const char *const overrides[],
		 size_t override_count, struct config_error *error)
{
	struct reading r = {.error = error};

	if (!cp || !error)
		return EINVAL;

	return parse(cp, &r, name, text, len, overrides, override_count);
}


static int slurp(const char *path, char **textp, size_t *len,
		 struct config_error *error)
{
	FILE *f = fopen(path, "re");
	char *text = NULL;
	int err = 0;

	if (!f)
		return fail(error, errno == ENOENT ? ENOENT : EINVAL,
			    "%.300s: %s", path, strerror(errno));

	text = mem_alloc(FILE_MAX_BYTES + 1, NULL);
	if (!text) {
		err = fail(error, ENOMEM, "out of memory");
		goto out;
	}

	*len = fread(text, 1, FILE_MAX_BYTES + 1, f);
	if (ferror(f))
		err = fail(error, EINVAL, "%.300s: cannot be read", path);
	else if (*len > FILE_MAX_BYTES)
		err = fail(error, EINVAL, "%.300s: is too large", path);

out:
	(void)fclose(f);
	if (err)
		mem_deref(text);
	else
		*textp = text;

	return err;
}


static int load(struct config **cp, struct reading *r, const char *path,
		const char *const overrides[], size_t override_count)
{
	char *text = NULL;
	size_t len = 0;
	int err;

	if (path) {
		err = slurp(path, &text, &len, r->error);
		if (err)
			return err;
	}

	err = parse(cp, r, path ? path : "", text, len, overrides,
		    override_count);
	mem_deref(text);

	return err;
}


int config_load(struct config **cp, const char *path,
		const char *const overrides[], size_t override_count,
		struct config_error *error)
{
	struct reading r = {.error = error};

	if (!cp || !error)
		return EINVAL;

	return load(cp, &r, path, overrides, override_count);
}


int config_load_all(struct config **cp, const char *path,
		    const char *const overrides[], size_t override_count,
		    config_problem_h *h, void *arg)
{
	struct config_error error;
	struct reading r = {.error = &error, .problemh = h, .arg = arg};
	int err;

	if (!cp || !h)
		return EINVAL;

	err = load(cp, &r, path, overrides, override_count);
	if (err && !r.problems)
		h(error.text, arg);

	return err;
}
