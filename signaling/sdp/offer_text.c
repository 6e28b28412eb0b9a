/**
 * @file signaling/sdp/offer_text.c  SDP split into rows
 */
#include <errno.h>
#include <string.h>
#include "signaling/sdp/fmtp.h"
#include "signaling/sdp/offer_text.h"

struct row {
	char type;
	struct pl name, value;
};

struct offer_text {
	char *text;
	struct row *rows;
	size_t row_count;
	size_t media_row[OFFER_TEXT_MEDIA_MAX]; /**< row of each m= */
	int media_count;
};


static void offer_text_destructor(void *arg)
{
	struct offer_text *t = arg;

	mem_deref(t->rows);
	mem_deref(t->text);
}


/** Tab is the only control byte that a text field may hold */
static bool is_text(const char *p, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)p[i];

		if ((c < 0x20 && c != '\t') || c == 0x7f)
			return false;
	}
	return true;
}


static void split_attribute(struct row *row)
{
	const char *colon;

	row->name = row->value;
	colon = memchr(row->value.p, ':', row->value.l);
	if (!colon) {
		row->value.p += row->value.l;
		row->value.l = 0;
		return;
	}
	row->name.l = (size_t)(colon - row->name.p);
	row->value.p = colon + 1;
	row->value.l -= row->name.l + 1;
}


static int add_row(struct offer_text *t, const char *line, size_t len)
{
	struct row *row;

	while (len > 2 && (line[len - 1] == ' ' || line[len - 1] == '\t' ||
			   !line[len - 1]))
		--len;
	if (len < 2 || line[1] != '=' || line[0] < 'a' || line[0] > 'z' ||
	    !is_text(line, len))
		return EBADMSG;
	if (t->row_count == OFFER_TEXT_ROWS_MAX)
		return E2BIG;
	row = &t->rows[t->row_count];
	row->type = line[0];
	row->value.p = line + 2;
	row->value.l = len - 2;
	if (row->type == 'a')
		split_attribute(row);
	if (row->type == 'm') {
		if (t->media_count == OFFER_TEXT_MEDIA_MAX)
			return E2BIG;
		t->media_row[t->media_count++] = t->row_count;
	}
	++t->row_count;
	return 0;
}


static int split_rows(struct offer_text *t, size_t len)
{
	const char *p = t->text, *end = t->text + len;
	int err = 0;

	while (p < end && !err) {
		size_t n = 0;

		while (p + n < end && p[n] != '\r' && p[n] != '\n')
			++n;
		if (n)
			err = add_row(t, p, n);
		p += p + n < end ? n + 1 : n;
	}
	return err;
}


/** What o= says does not matter: it is compared as a whole */
static bool head_is_valid(const struct offer_text *t)
{
	return t->row_count && t->rows[0].type == 'v' &&
	       !pl_strcmp(&t->rows[0].value, "0");
}


/** Line ends, "\r\n" being one */
static size_t count_lines(const char *sdp, size_t len)
{
	size_t lines = 1;

	for (size_t i = 0; i < len; i++)
		lines += sdp[i] == '\n' ||
			 (sdp[i] == '\r' &&
			  (i + 1 == len || sdp[i + 1] != '\n'));
	return lines;
}


int offer_text_alloc(struct offer_text **tp, const char *sdp, size_t len)
{
	struct offer_text *t;
	size_t lines;
	int err;

	while (sdp && len && !sdp[len - 1])
		--len;
	if (!tp || !sdp || !len)
		return EBADMSG;
	if (len > OFFER_TEXT_BYTES_MAX)
		return E2BIG;
	lines = count_lines(sdp, len);
	if (lines > OFFER_TEXT_ROWS_MAX)
		return E2BIG;

	t = mem_zalloc(sizeof(*t), offer_text_destructor);
	if (!t)
		return ENOMEM;
	t->text = mem_alloc(len, NULL);
	t->rows = mem_zalloc(lines * sizeof(*t->rows), NULL);
	if (!t->text || !t->rows) {
		err = ENOMEM;
		goto out;
	}
	memcpy(t->text, sdp, len);
	err = split_rows(t, len);
	if (!err && !head_is_valid(t))
		err = EBADMSG;

out:
	if (err)
		mem_deref(t);
	else
		*tp = t;
	return err;
}


int offer_text_media_count(const struct offer_text *t)
{
	return t->media_count;
}


bool offer_text_word(struct pl *rest, struct pl *word)
{
	while (rest->l && (*rest->p == ' ' || *rest->p == '\t'))
		pl_advance(rest, 1);
	word->p = rest->p;
	word->l = 0;
	while (word->l < rest->l && rest->p[word->l] != ' ' &&
	       rest->p[word->l] != '\t')
		++word->l;
	pl_advance(rest, (ssize_t)word->l);
	return word->l > 0;
}


bool offer_text_media(const struct offer_text *t, int media,
		      struct offer_text_media *m)
{
	struct pl rest, port;
	const char *slash;

	if (media < 0 || media >= t->media_count)
		return false;
	rest = t->rows[t->media_row[media]].value;
	if (!offer_text_word(&rest, &m->kind) ||
	    !offer_text_word(&rest, &port) ||
	    !offer_text_word(&rest, &m->proto))
		return false;
	/* "49170/2": a hierarchical encoding; the first port is enough */
	slash = memchr(port.p, '/', port.l);
	if (slash)
		port.l = (size_t)(slash - port.p);
	m->formats = rest;
	return fmtp_number(&port, 65535, &m->port);
}


static void level_range(const struct offer_text *t, int media, size_t *from,
			size_t *to)
{
	if (media == OFFER_TEXT_SESSION) {
		*from = 0;
		*to = t->media_count ? t->media_row[0] : t->row_count;
		return;
	}
	*from = t->media_row[media] + 1;
	*to = media + 1 < t->media_count ? t->media_row[media + 1]
					 : t->row_count;
}


bool offer_text_next(const struct offer_text *t, int media, size_t *pos,
		     char *type, struct pl *name, struct pl *value)
{
	size_t from, to;
	const struct row *row;

	level_range(t, media, &from, &to);
	if (from + *pos >= to)
		return false;
	row = &t->rows[from + (*pos)++];
	*type = row->type;
	*name = row->name;
	*value = row->value;
	return true;
}


bool offer_text_attr(const struct offer_text *t, int media, const char *name,
		     struct pl *value)
{
	size_t pos = 0;
	struct pl n;
	char type;

	while (offer_text_next(t, media, &pos, &type, &n, value)) {
		if (type == 'a' && !pl_strcmp(&n, name))
			return true;
	}
	return false;
}


bool offer_text_attr_any(const struct offer_text *t, int media,
			 const char *name, struct pl *value)
{
	return (media != OFFER_TEXT_SESSION &&
		offer_text_attr(t, media, name, value)) ||
	       offer_text_attr(t, OFFER_TEXT_SESSION, name, value);
}


bool offer_text_row_any(const struct offer_text *t, int media, char type,
			struct pl *value)
{
	const int levels[2] = {media, OFFER_TEXT_SESSION};

	for (size_t i = 0; i < 2; i++) {
		size_t pos = 0;
		struct pl name;
		char letter;

		while (offer_text_next(t, levels[i], &pos, &letter, &name,
				       value)) {
			if (letter == type)
				return true;
		}
	}
	return false;
}


bool offer_text_token(char *dst, size_t size, const struct pl *src)
{
	if (!src->l || src->l >= size)
		return false;
	for (size_t i = 0; i < src->l; i++) {
		unsigned char c = (unsigned char)src->p[i];

		if (c <= 0x20 || c >= 0x7f || strchr("\"(),:;<=>?@[\\]", c))
			return false;
	}
	memcpy(dst, src->p, src->l);
	dst[src->l] = '\0';
	return true;
}
